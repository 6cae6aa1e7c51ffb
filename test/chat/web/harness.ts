import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { openWebChat, type WebChat, type WebChatOptions } from '../../../src/chat/web/web-chat.ts';
import type { WebDatabase } from '../../../src/chat/web/web-database.ts';
import type { Message } from '../../../src/messages/message.ts';
import type { Interaction, InteractionHandler } from '../../../src/ports/chat.ts';
import type { Log } from '../../../src/ports/log.ts';
import { createTestClock, type TestClock } from '../../fixtures/test-clock.ts';
import { openTestStore } from '../../fixtures/test-store.ts';

export const PEOPLE = [
  { id: 'ana', name: 'Ana Silva', role: 'proposer' },
  { id: 'ben', name: 'Ben Okafor', role: 'approver' },
  { id: 'chloe', name: 'Chloe Martin', role: 'approver' },
] as const;

const COMMANDS: WebChatOptions['commands'] = [
  {
    name: 'rebalance',
    description: 'Propose the trades that bring an account back to its targets',
    usage: '/rebalance [account] [--buy-only] [--contribute AMOUNT] [--dry-run]',
    options: [
      { name: 'account', kind: 'account', description: 'Which account' },
      { name: 'buy-only', kind: 'flag', description: 'Sell nothing' },
      { name: 'contribute', kind: 'money', description: 'Invest this much new cash first' },
      { name: 'dry-run', kind: 'flag', description: 'Show the plan and propose nothing' },
    ],
  },
  {
    name: 'portfolio',
    description: 'Show positions, weights and drift',
    usage: '/portfolio [account]',
    options: [{ name: 'account', kind: 'account', description: 'Which account' }],
  },
  {
    name: 'pending',
    description: 'List the proposals that wait for votes',
    usage: '/pending',
    options: [],
  },
  { name: 'help', description: 'What Evenkeel understands', usage: '/help', options: [] },
];

/** What was logged as an error; tests expect none unless they say so. */
interface ErrorLog extends Log {
  readonly errors: readonly { readonly code: string }[];
}

function createErrorLog(): ErrorLog {
  const errors: { code: string }[] = [];
  return {
    errors,
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (fields) => {
      errors.push(fields);
    },
  };
}

/** One line of text as a message. */
export function say(text: string): Message {
  return { fallback: text, blocks: [{ type: 'text', text }] };
}

const sayNothing: InteractionHandler = async () => ({ type: 'nothing' });

/** A web chat on a database in memory, with a handler that notes what it is given. */
export interface WebHarness extends AsyncDisposable {
  readonly chat: WebChat;
  readonly database: Kysely<WebDatabase>;
  readonly clock: TestClock;
  readonly log: ErrorLog;
  readonly interactions: readonly Interaction[];
  /** Answers from now on. `nothing` by default. */
  answer(reply: InteractionHandler): void;
  /** Stops the chat and opens it again on the same database and port, as after a restart. */
  restart(): Promise<WebChat>;
}

export async function openWebHarness(
  options: Partial<WebChatOptions> & { readonly started?: boolean } = {},
): Promise<WebHarness> {
  const test = await openTestStore();
  const database = test.store.database.kysely.withTables<WebDatabase>();
  const clock = createTestClock('2026-11-20T19:02:00Z');
  const log = createErrorLog();
  const interactions: Interaction[] = [];
  let reply = sayNothing;

  async function open(port: number): Promise<WebChat> {
    const chat = await openWebChat({
      database,
      port,
      clock,
      random: { bytes: (length) => randomBytes(length) },
      log,
      people: PEOPLE,
      commands: COMMANDS,
      accounts: ['core', 'family-trust'],
      views: {
        portfolio: async () => say('The portfolio view'),
        orders: async () => say('The orders view'),
        audit: async () => say('The audit view'),
      },
      channelName: 'treasury',
      demo: true,
      timeZone: 'America/New_York',
      ...options,
    });
    if (options.started ?? true) {
      await chat.start(async (interaction) => {
        interactions.push(interaction);
        return await reply(interaction);
      });
    }
    return chat;
  }

  let chat = await open(options.port ?? 0);
  return {
    get chat() {
      return chat;
    },
    database,
    clock,
    log,
    interactions,
    answer(handler) {
      reply = handler;
    },
    async restart() {
      await chat.stop();
      chat = await open(chat.port);
      return chat;
    },
    async [Symbol.asyncDispose]() {
      await chat.stop();
      await test[Symbol.asyncDispose]();
    },
  };
}
