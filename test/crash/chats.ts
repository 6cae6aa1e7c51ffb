import { z } from 'zod';
import { startFakeProcess } from '../fakes/fake-process.ts';
import { readySchema, stateSchema } from './chat-fakes/platform.ts';
import type { Button, ChatFault, Late, PersonName, ShownMessage } from './chat-fakes/platform.ts';

/** Where the people are: the local page, which is always there, or a platform beside it. */
export const CHATS = ['web', 'slack', 'discord'] as const;
export type ChatName = (typeof CHATS)[number];

/** A chat platform in a process of its own, and the people at it. */
export interface CrashChat extends AsyncDisposable {
  readonly name: Exclude<ChatName, 'web'>;
  readonly environment: Readonly<Record<string, string>>;
  /** The id of the one channel. */
  readonly channel: string;
  /** The ids that people have there. */
  readonly people: Readonly<Record<PersonName, string>>;
  /** Types `/rebalance core`. @returns whether the bot took it. */
  propose(person: PersonName): Promise<boolean>;
  /** @returns whether the bot took it; false also while no message has the button. */
  click(person: PersonName, button: Button, how?: { readonly twice: boolean }): Promise<boolean>;
  /** The last click once more. */
  redeliver(): Promise<void>;
  fault(name: ChatFault): Promise<void>;
  state(): Promise<{
    readonly messages: readonly ShownMessage[];
    readonly problems: readonly string[];
    readonly late: readonly Late[];
  }>;
}

export async function openCrashChat(name: CrashChat['name']): Promise<CrashChat> {
  const fake = await startFakeProcess(new URL('chat-fakes/main.ts', import.meta.url), {
    platform: name,
  });
  const { environment, channel, people } = readySchema.parse(fake.ready);
  return {
    name,
    environment,
    channel,
    people,
    propose: async (person) =>
      z
        .boolean()
        .parse(await fake.control('command', { person, command: 'rebalance', account: 'core' })),
    click: async (person, { action, proposalId, digest }, { twice } = { twice: false }) =>
      z
        .boolean()
        .parse(
          await fake.control('click', { person, button: { action, proposalId, digest }, twice }),
        ),
    redeliver: async () => {
      await fake.control('redeliver');
    },
    fault: async (fault) => {
      await fake.control('fault', { name: fault });
    },
    state: async () => stateSchema.parse(await fake.control('state')),
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}
