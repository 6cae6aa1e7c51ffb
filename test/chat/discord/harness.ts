import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import { COMMANDS } from '../../../commands/index.ts';
import type { DiscordChat, DiscordChatOptions } from '../../../src/chat/discord/discord-chat.ts';
import { openDiscordChat } from '../../../src/chat/discord/discord-chat.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { secret } from '../../../src/lib/secret.ts';
import type { Interaction, InteractionHandler, Reply } from '../../../src/ports/chat.ts';
import type { Log, LogFields } from '../../../src/ports/log.ts';
import type { DiscordFake, DiscordFakeOptions } from '../../fakes/discord/index.ts';
import { startDiscordFake } from '../../fakes/discord/index.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: LogFields;
  readonly message: string;
}

export function notingLog(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (fields: LogFields, message: string) => {
    lines.push({ level, fields, message });
  };
  return {
    lines,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
  };
}

/** The adapter with a fake Discord behind it; not started yet. */
export interface DiscordWorld extends AsyncDisposable {
  readonly fake: DiscordFake;
  readonly chat: DiscordChat;
  readonly channel: string;
  readonly log: readonly LogLine[];
}

export async function openDiscordWorld(
  options: {
    readonly fake?: DiscordFakeOptions;
    readonly chat?: Partial<DiscordChatOptions>;
    /** A fake that another world has started. */
    readonly beside?: DiscordFake;
  } = {},
): Promise<DiscordWorld> {
  const fake = options.beside ?? (await startDiscordFake(options.fake));
  const { log, lines } = notingLog();
  const chat = await openDiscordChat({
    settings: { token: secret(fake.token), guildId: fake.guild.id, apiUrl: fake.apiUrl },
    clock: systemClock,
    random: { bytes: (length) => randomBytes(length) },
    log,
    commands: COMMANDS,
    accounts: ['core', 'growth'],
    ...options.chat,
  });
  return {
    fake,
    chat,
    channel: fake.channel('general').id,
    log: lines,
    async [Symbol.asyncDispose]() {
      await chat.stop();
      if (options.beside === undefined) await fake.close();
    },
  };
}

/** A handler that notes what it is given, and answers each delivery once. */
export function answering(reply: Reply | ((interaction: Interaction) => Promise<Reply>)): {
  readonly interactions: readonly Interaction[];
  readonly handle: InteractionHandler;
} {
  const interactions: Interaction[] = [];
  return {
    interactions,
    handle: async (interaction) => {
      interactions.push(interaction);
      return typeof reply === 'function' ? await reply(interaction) : reply;
    },
  };
}

export const NOTHING: Reply = { type: 'nothing' };

/** Looks again and again until the predicate gives something. What is waited for is on our side of the wire. */
export function until<T>(
  predicate: () => T | false | null | undefined,
  timeout = 2_000,
): Promise<T> {
  return vi.waitFor(
    () => {
      const found = predicate();
      if (found === false || found === null || found === undefined) {
        throw new Error(`Waited ${timeout} ms in vain for ${predicate.toString()}`);
      }
      return found;
    },
    { interval: 4, timeout },
  );
}
