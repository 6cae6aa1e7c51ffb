import { secret } from '../../../src/lib/secret.ts';
import { openSlackChat } from '../../../src/chat/slack/slack-chat.ts';
import type { SlackChat, SlackChatOptions } from '../../../src/chat/slack/slack-chat.ts';
import type { Message } from '../../../src/messages/message.ts';
import type { ConnectionHealth, InteractionHandler } from '../../../src/ports/chat.ts';
import { createKeptLog } from '../../fixtures/kept-log.ts';
import type { KeptLog } from '../../fixtures/kept-log.ts';
import { createFastClock, REAL_DEADLINES } from '../../fixtures/fast-clock.ts';
import { startSlackFake } from '../../fakes/slack/index.ts';
import type { SlackFake, SlackFakeOptions } from '../../fakes/slack/index.ts';

export type Mode = 'Socket Mode' | 'signed HTTP';
export const MODES = ['Socket Mode', 'signed HTTP'] as const satisfies readonly Mode[];

export function say(text: string): Message {
  return { fallback: text, blocks: [{ type: 'text', text }] };
}

/** The adapter in front of a Slack of its own. */
export interface SlackHarness extends AsyncDisposable {
  readonly fake: SlackFake;
  readonly chat: SlackChat;
  readonly log: KeptLog;
}

/** Opens the adapter; `start` of its chat also tells the fake where signed requests go. */
export async function openSlackHarness(
  mode: Mode,
  options: {
    readonly fake?: SlackFakeOptions;
    readonly chat?: Partial<SlackChatOptions>;
  } = {},
): Promise<SlackHarness> {
  const clock = createFastClock();
  const fake = await startSlackFake({
    clock: clock.forSlack,
    ...REAL_DEADLINES,
    app: { commands: ['/rebalance', '/portfolio', '/halt', '/help'] },
    ...options.fake,
  });
  const log = createKeptLog();
  const chat = await openSlackChat({
    settings: {
      botToken: secret(fake.botToken),
      transport:
        mode === 'Socket Mode'
          ? { type: 'socket', appToken: secret(fake.appToken) }
          : { type: 'http', signingSecret: secret(fake.signingSecret), port: 0 },
      apiUrl: fake.apiUrl,
    },
    clock,
    log,
    channels: ['C1'],
    ...options.chat,
  });
  return {
    fake,
    log,
    chat: {
      ...chat,
      get port() {
        return chat.port;
      },
      async start(handle: InteractionHandler, health?: ConnectionHealth) {
        await chat.start(handle, health);
        if (chat.port !== null) fake.setRequestUrl(`http://127.0.0.1:${chat.port}/slack/events`);
      },
    },
    async [Symbol.asyncDispose]() {
      await chat.stop();
      await fake.close();
    },
  };
}
