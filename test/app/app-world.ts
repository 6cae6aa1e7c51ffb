import { COMMANDS } from '../../commands/index.ts';
import type { AppContext } from '../../src/app/context.ts';
import { createDispatcher } from '../../src/app/dispatch.ts';
import { createExecutor } from '../../src/app/executor.ts';
import type { Executor } from '../../src/app/executor.ts';
import {
  openPaperBroker,
  paperSettingsSchema,
  type DecideBehaviour,
  type PaperBroker,
  type PaperDatabase,
} from '../../src/brokers/paper/index.ts';
import type { AccountSettings } from '../../src/core/account.ts';
import { decimal } from '../../src/core/decimal.ts';
import { NO_SHARED_LIMITS } from '../../src/core/guardrail-settings.ts';
import type { SharedLimits } from '../../src/core/guardrail-settings.ts';
import { drillPlaces } from '../../src/main.ts';
import type { Person } from '../../src/core/person.ts';
import type { ProposalRecord } from '../../src/core/proposal.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Log } from '../../src/ports/log.ts';
import type { InteractionHandler, Reply } from '../../src/ports/chat.ts';
import type { DatabaseStore } from '../../src/store/index.ts';
import { createMortalClock, PLAIN } from '../brokers/paper/open-paper.ts';
import { SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { createTestClock, type TestClock } from '../fixtures/test-clock.ts';
import { openTestStore, SILENT_LOG } from '../fixtures/test-store.ts';

/** The bot without chats and schedule, on a database file and an exchange of its own. */
export interface AppWorld extends AsyncDisposable {
  readonly clock: TestClock;
  readonly store: DatabaseStore;
  readonly context: AppContext;
  readonly executor: Executor;
  /** That of the first account. */
  readonly broker: PaperBroker;
  /** That of any account, with nothing in between. */
  exchangeOf(account: string): PaperBroker;
  readonly handle: InteractionHandler;
  say(person: string, command: string, text?: string, key?: string): Promise<Reply>;
  /** Clicks as `person` on the newest proposal, or on `digest` of it. */
  click(person: string, action: string, options?: ClickOptions): Promise<Reply>;
  /** Clicks a button that is about no proposal, or sends its form. */
  press(
    person: string,
    action: string,
    fields: Readonly<Record<string, string>> | null,
  ): Promise<Reply>;
  /** The newest proposal. */
  newest(): Promise<ProposalRecord>;
  /** Runs the clock until nothing is executing. */
  settle(): Promise<void>;
  /** The process is gone, as after SIGKILL; `restart` brings it back. */
  kill(): Promise<void>;
  /** The process ends at once and another one starts on the same files. */
  restart(options?: BootOptions): Promise<void>;
}

export interface ClickOptions {
  readonly digest?: string;
  readonly fields?: Record<string, string>;
  readonly key?: string;
}

interface WorldOptions {
  readonly account?: Partial<AccountSettings>;
  /** Several accounts, each as it is, in place of the one. */
  readonly accounts?: readonly [AccountSettings, ...(readonly AccountSettings[])];
  /** Friday, 20 November 2026, 10:00 in New York by default. */
  readonly start?: string;
  readonly people?: readonly Person[];
  readonly limits?: SharedLimits;
  readonly paper?: Readonly<Record<string, unknown>>;
  readonly behaviour?: DecideBehaviour;
  readonly loginProviders?: AppContext['loginProviders'];
  readonly redirects?: AppContext['redirects'];
  readonly masterKeys?: readonly Uint8Array[];
  /** Puts something between the bot and its broker. */
  readonly wrap?: (broker: PaperBroker) => Broker;
  /** What a process says while it lives; silent by default. */
  readonly log?: Log;
}

/** What may be different in the next process: the accounts and people stay as they were when left out. */
type BootOptions = Pick<WorldOptions, 'accounts' | 'people' | 'behaviour' | 'wrap'>;

/** Nobody comes back to this machine. */
const NO_REDIRECTS: AppContext['redirects'] = {
  listen: () => Promise.resolve(false),
  done: () => {},
  close: () => Promise.resolve(),
};

/** 63% AAPL and no cash to speak of: a plan sells AAPL and buys the rest. */
export const DRIFTED = {
  cash: '1000',
  positions: { AAPL: '400', IBM: '50', MSFT: '300', GOOG: '10', AMZN: '50' },
  start: '2006-01',
};

export async function openAppWorld(options: WorldOptions = {}): Promise<AppWorld> {
  const clock = createTestClock(options.start);
  const test = await openTestStore({ file: true, masterKeys: options.masterKeys ?? [] });
  let accounts = options.accounts ?? [
    sampleAccount({
      approvals: {
        ...sampleAccount().approvals,
        largeTrade: { notional: decimal('1000000'), votesNeeded: 2 },
      },
      ...options.account,
    }),
  ];
  let keys = 0;
  // One for all lives of the process: a restart must not repeat the names of before.
  const random = seededRandom(1);
  let people = options.people ?? SAMPLE_PEOPLE;
  const boot = async (given: BootOptions) => {
    accounts = given.accounts ?? accounts;
    people = given.people ?? people;
    const life = createMortalClock(clock);
    const log = life.speaking(options.log ?? SILENT_LOG);
    const open = async ({ name }: AccountSettings) =>
      await openPaperBroker({
        account: name,
        settings: paperSettingsSchema.parse({ ...PLAIN, ...DRIFTED, ...options.paper }),
        database: test.store.database.kysely.withTables<PaperDatabase>(),
        clock: life.clock,
        log,
        ...(given.behaviour === undefined ? {} : { behaviour: given.behaviour }),
      });
    const broker = await open(accounts[0]);
    const brokers = new Map([[accounts[0].name, broker]]);
    for (const account of accounts.slice(1)) brokers.set(account.name, await open(account));
    const context: AppContext = {
      store: test.store,
      brokers: new Map([...brokers].map(([name, each]) => [name, given.wrap?.(each) ?? each])),
      replays: brokers,
      accounts: new Map(accounts.map((account) => [account.name, account])),
      defaultAccount: null,
      people,
      limits: options.limits ?? NO_SHARED_LIMITS,
      loginProviders: options.loginProviders ?? new Map(),
      redirects: options.redirects ?? NO_REDIRECTS,
      drills: { open: drillPlaces(life.clock, SILENT_LOG), running: new Map() },
      uncompared: new Set(),
      lease: { require: async () => {}, confirm: async () => {} },
      clock: life.clock,
      random: {
        bytes: (length) => Uint8Array.from({ length }, () => Math.floor(256 * random())),
      },
      log,
      everyAccountOn: [{ platform: 'web', channel: 'workspace' }],
      platforms: new Set(['web', 'slack', 'discord']),
      changed: () => {},
    };
    const executor = createExecutor(context);
    const handle = createDispatcher({ context, executor, commands: COMMANDS });
    await executor.open();
    await executor.compared();
    return { life, broker, brokers, context, executor, handle };
  };
  let now = await boot(options);
  const newest = async () => {
    const [record] = await test.store.listProposals({ limit: 1 });
    if (record === undefined) throw new Error('nothing was proposed');
    return record;
  };
  return {
    clock,
    get store() {
      return test.store;
    },
    get context() {
      return now.context;
    },
    get executor() {
      return now.executor;
    },
    get broker() {
      return now.broker;
    },
    exchangeOf(account) {
      const found = now.brokers.get(account);
      if (found === undefined) throw new Error(`there is no account ${account}`);
      return found;
    },
    get handle() {
      return now.handle;
    },
    newest,
    async say(person, command, text = '', key) {
      keys += 1;
      return now.handle({
        type: 'command',
        idempotencyKey: key ?? `say-${keys}`,
        user: { platform: 'web', userId: person, roleIds: [] },
        channel: 'workspace',
        command,
        text,
      });
    },
    async click(person, action, { digest, fields, key } = {}) {
      keys += 1;
      const { proposal } = await newest();
      return now.handle({
        type: 'click',
        idempotencyKey: key ?? `click-${keys}`,
        user: { platform: 'web', userId: person, roleIds: [] },
        channel: 'workspace',
        action,
        proposalId: proposal.id,
        digest: digest ?? proposal.digest,
        fields: fields ?? null,
      });
    },
    async press(person, action, fields) {
      keys += 1;
      return now.handle({
        type: 'click',
        idempotencyKey: `press-${keys}`,
        user: { platform: 'web', userId: person, roleIds: [] },
        channel: 'workspace',
        action,
        proposalId: '',
        digest: '',
        fields,
      });
    },
    async settle() {
      let idle = false;
      const done = now.executor.idle().then(() => {
        idle = true;
      });
      for (let turn = 0; turn < 2000 && !idle; turn += 1) await clock.advance({ seconds: 1 });
      if (!idle) throw new Error('an execution did not end within 2000 seconds of the clock');
      await done;
    },
    async kill() {
      now.life.kill();
      await clock.settle();
    },
    async restart(given = {}) {
      now.life.kill();
      await clock.settle();
      await test.reopen();
      now = await boot(given);
    },
    async [Symbol.asyncDispose]() {
      now.life.kill();
      for (const broker of now.brokers.values()) await broker.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

/** Every word of a reply, for a test to look into. */
export function wordsOf(reply: Reply): string {
  return reply.type === 'message' ? reply.message.fallback : reply.type;
}
