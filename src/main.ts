import { dirname } from 'node:path';
import { COMMANDS } from '../commands/index.ts';
import { auditEntry, EVENKEEL } from './app/audit.ts';
import { verifyRecord } from './app/automatic-halts.ts';
import type { AppContext, ReplayMarket } from './app/context.ts';
import { createChatIncidents } from './app/chat-incidents.ts';
import { acquireLease, NO_LEASE } from './app/lease.ts';
import type { Lease } from './app/lease.ts';
import { runChat } from './app/run-chat.ts';
import type { RunningChat } from './app/run-chat.ts';
import { createDispatcher } from './app/dispatch.ts';
import { endDrills } from './app/drills.ts';
import { createExecutor } from './app/executor.ts';
import { haltForBackup } from './app/halt-for-backup.ts';
import type { Executor } from './app/executor.ts';
import { viewAudit, WHOLE_AUDIT } from './app/view-audit.ts';
import { viewPortfolios } from './app/views.ts';
import { viewOrdersPage } from './app/view-reconciliation.ts';
import { warmLots } from './app/warm-lots.ts';
import { openGateway } from './brokers/gateways.ts';
import { openLogins } from './brokers/open-logins.ts';
import type { PaperDatabase, PriceReader } from './brokers/paper/index.ts';
import { describeCommands, openConfiguredChats } from './chat/configured-chats.ts';
import type { WebChat } from './chat/web/web-chat.ts';
import type { WebDatabase } from './chat/web/web-database.ts';
import type { Config } from './config/config.ts';
import type { AccountSettings } from './core/account.ts';
import { EXCHANGE_TIME_ZONE } from './core/market-calendar.ts';
import { JOBS } from './jobs/index.ts';
import { createScheduler } from './jobs/scheduler.ts';
import type { Scheduler } from './jobs/scheduler.ts';
import { isProcessGone, processHolder } from './lib/process-holder.ts';
import { reveal } from './lib/secret.ts';
import { haltedBadge } from './messages/halt.ts';
import type { Broker, BrokerGateway } from './ports/broker.ts';
import type { Chat, InteractionHandler } from './ports/chat.ts';
import { measuredBroker } from './operations/measured-broker.ts';
import type { Watch } from './operations/watch.ts';
import type { Clock, Random } from './ports/clock.ts';
import type { Logins } from './ports/credentials.ts';
import type { OpenDrillPlace } from './ports/drill.ts';
import type { Log } from './ports/log.ts';
import type { Observer } from './ports/observer.ts';
import { loadMigrations, openStore } from './store/index.ts';
import type { DatabaseStore } from './store/index.ts';

/** The one channel of the local page. */
const WEB_CHANNEL = 'workspace';

/** What the outside of the program is. */
export interface BotSurroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A platform besides the configured ones that shows every account: the demo's terminal. */
  readonly extraChat?: Chat;
  /** Another process acts on the database: this one waits until it is gone. Named as in the lease. */
  readonly standingBy?: (holder: string) => void;
  /** Another process has taken over: this one must end, and may begin again standing by. */
  readonly leaseLost?: (why: 'taken' | 'replaced') => void;
}

/** A running bot. */
export interface Bot {
  readonly context: AppContext;
  readonly executor: Executor;
  readonly scheduler: Scheduler;
  /** Hands an interaction to the dispatcher, as a chat would. */
  readonly handle: InteractionHandler;
  readonly web: WebChat;
  /** Resolves when nothing is executing and every message is where it belongs. */
  settled(): Promise<void>;
  /** Takes nothing new, finishes or persists what is in flight, disconnects. Safe to call twice. */
  stop(): Promise<void>;
}

/** The store, the brokers and the context, without chats and schedule: what the command line works with. */
export interface Core {
  readonly store: DatabaseStore;
  readonly context: AppContext;
  close(): Promise<void>;
}

/**
 * Opens the store and the brokers of a configuration.
 * @param options `changed`: called after every commit that a chat may want to show. `acquire`: waits for
 *   the right to act before any broker is opened; left out for what never executes.
 */
export async function openCore(
  surroundings: BotSurroundings,
  options: {
    readonly changed?: () => void;
    readonly acquire?: (store: DatabaseStore) => Promise<Lease>;
    readonly observer?: Observer;
  } = {},
): Promise<Core> {
  const { config, clock, random, log } = surroundings;
  const store = await openStore({
    path: config.databasePath,
    auditKey: config.auditKey === null ? null : Buffer.from(reveal(config.auditKey), 'utf8'),
    masterKeys: config.masterKeys.map((key) => Buffer.from(reveal(key), 'base64')),
    log,
  });
  const { providers, logins, redirects } = await openLogins({ config, store, clock, log });
  const brokers = new Map<string, Broker>();
  const gateways = new Map<string, BrokerGateway>();
  let lease: Lease | null = null;
  const close = async () => {
    await redirects.close();
    await Promise.all([...brokers.values()].map((broker) => broker.close()));
    await Promise.all([...gateways.values()].map((gateway) => gateway.close()));
    await lease?.end();
    await store.close();
  };
  try {
    lease = (await options.acquire?.(store)) ?? null;
    const replays = new Map<string, ReplayMarket>();
    const shared: SharedByBrokers = { gateways, readPrices: null };
    for (const account of config.accounts) {
      const opened = await openBroker(surroundings, store, logins, shared, account);
      const { observer } = options;
      brokers.set(
        account.name,
        observer === undefined ? opened.broker : measuredBroker(opened.broker, observer),
      );
      if (opened.replay !== null) replays.set(account.name, opened.replay);
    }
    const [first] = config.accounts;
    const context: AppContext = {
      store,
      brokers,
      replays,
      accounts: new Map(config.accounts.map((account) => [account.name, account])),
      defaultAccount: config.demo ? (first ?? null) : null,
      people: config.people,
      limits: config.limits,
      loginProviders: providers,
      redirects,
      lease: lease ?? NO_LEASE,
      drills: { open: drillPlaces(clock, log), running: new Map() },
      uncompared: new Set(),
      clock,
      random,
      log,
      everyAccountOn: [
        { platform: 'web', channel: WEB_CHANNEL },
        ...(surroundings.extraChat === undefined
          ? []
          : [{ platform: surroundings.extraChat.platform, channel: WEB_CHANNEL }]),
      ],
      platforms: new Set([
        'web',
        ...(surroundings.extraChat === undefined ? [] : [surroundings.extraChat.platform]),
        ...(config.slack === null ? [] : ['slack']),
        ...(config.discord === null ? [] : ['discord']),
      ]),
      changed: options.changed ?? (() => {}),
    };
    return {
      store,
      context,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where drills are held: a database in memory and a paper account in it, gone when it is closed. */
export function drillPlaces(clock: Clock, log: Log): OpenDrillPlace {
  return async ({ account, snapshot, fault }) => {
    const paper = await import('./brokers/paper/index.ts');
    const store = await openStore({ path: ':memory:', auditKey: null, log });
    try {
      const database = store.database.kysely.withTables<PaperDatabase>();
      const broker = await paper.openDrillBroker({
        account,
        snapshot,
        fault,
        database,
        clock,
        log,
      });
      return {
        store,
        broker,
        deposit: (amount) => broker.deposit(amount),
        close: () => store.close(),
      };
    } catch (error) {
      await store.close();
      throw error;
    }
  };
}

/** What accounts have in common: their broker's gateway, or the paper market's prices. */
interface SharedByBrokers {
  readonly gateways: Map<string, BrokerGateway>;
  /** Null until the first paper account is opened. */
  readPrices: PriceReader | null;
}

async function openBroker(
  surroundings: BotSurroundings,
  store: DatabaseStore,
  logins: Logins,
  shared: SharedByBrokers,
  account: AccountSettings,
): Promise<{ broker: Broker; replay: ReplayMarket | null }> {
  const { config, clock, log } = surroundings;
  if (account.broker === 'paper') {
    const paper = await import('./brokers/paper/index.ts');
    shared.readPrices ??= paper.createPriceReader();
    const broker = await paper.openPaperBroker({
      account: account.name,
      settings: paper.readPaperSettings(account),
      readPrices: shared.readPrices,
      database: store.database.kysely.withTables<PaperDatabase>(),
      clock,
      log,
      directory: dirname(config.sourceFile),
    });
    return { broker, replay: broker };
  }
  const { gateways } = shared;
  const gateway =
    gateways.get(account.broker) ??
    (await openGateway(account.broker, { ...surroundings, logins }));
  gateways.set(account.broker, gateway);
  return {
    broker: gateway.openAccount({
      ...account,
      needsVolumes: account.limits.orderVolumeShare !== null,
    }),
    replay: null,
  };
}

/** Loads, and does nothing with, the code of a bot that has only the embedded broker and the local page. */
export async function loadLocalBot(): Promise<void> {
  await import('./brokers/paper/index.ts');
  await import('./chat/web/web-chat.ts');
  await import('./chat/web/open-page.ts');
  await loadMigrations();
}

/** Starts the bot: store, brokers, chats, what was under way, schedule. */
export async function startBot(surroundings: BotSurroundings): Promise<Bot> {
  const { config, clock } = surroundings;
  const running: RunningChat[] = [];
  let web: WebChat | null = null;
  const watch = await openConfiguredWatch(surroundings);
  const core = await openCore(surroundings, {
    ...(watch === null ? {} : { observer: watch.observer }),
    changed: () => {
      for (const chat of running) chat.wake();
      web?.notify();
    },
    acquire: (store) => {
      watch?.attach(store);
      return acquire(surroundings, store);
    },
  }).catch(async (error: unknown) => {
    await watch?.close();
    throw error;
  });
  const { store, context } = core;
  try {
    const executor = createExecutor(context);
    const handle = createDispatcher({ context, executor, commands: COMMANDS });
    const incidents = createChatIncidents(context);
    web = await openWeb(surroundings, store, context);
    const page = web;
    await recordStart(context, config);
    await haltForBackup(context);
    // Nothing that was under way goes on over a broken record.
    await verifyRecord(context, 'since_verified');
    await executor.open();
    const { extraChat } = surroundings;
    const local = [page, ...(extraChat === undefined ? [] : [extraChat])];
    const remote = await openConfiguredChats(config, context, COMMANDS, watch?.observer);
    const run = (chat: Chat, isRequired: boolean) => {
      running.push(runChat({ context, chat, handle, incidents, isRequired }));
    };
    for (const chat of local) run(chat, true);
    // The bot is up with its page; chats elsewhere join when they can be reached.
    await Promise.all(running.map((chat) => chat.attempted));
    for (const chat of remote) run(chat, false);
    // People are answered meanwhile, however slow a broker is.
    await executor.compared();
    const scheduler = createScheduler(context, JOBS);
    await scheduler.start();
    const warming = warmLots(context);
    watch?.becomes('ready');
    let stopped: Promise<void> | null = null;
    const stop = async () => {
      watch?.becomes('stopping');
      await warming.stop();
      await scheduler.stop();
      await endDrills(context);
      await Promise.all(running.map((chat) => chat.stopListening()));
      await executor.close();
      await Promise.all(running.map((chat) => chat.stopDelivering()));
      await store.transaction((unit) =>
        unit.appendAudit(auditEntry(clock.now(), EVENKEEL, 'stop', null, 'evenkeel')),
      );
      await core.close();
      await watch?.close();
    };
    return {
      context,
      executor,
      scheduler,
      handle,
      web: page,
      async settled() {
        await executor.idle();
        await Promise.all(running.map((chat) => chat.settled()));
      },
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await web?.stop();
    await core.close();
    await watch?.close();
    throw error;
  }
}

/** Loaded only where it is configured: metrics cost memory. */
async function openConfiguredWatch(surroundings: BotSurroundings): Promise<Watch | null> {
  const { config, clock, log } = surroundings;
  if (config.health === null) return null;
  const { openWatch } = await import('./operations/watch.ts');
  return openWatch({ ...config.health, clock, log });
}

function acquire(surroundings: BotSurroundings, store: DatabaseStore): Promise<Lease> {
  const { clock, log, standingBy, leaseLost } = surroundings;
  return acquireLease({
    store,
    clock,
    log,
    holder: processHolder(),
    isGone: isProcessGone,
    waiting: (holder) => {
      log.info({ holder }, 'another process acts on this database; standing by');
      standingBy?.(holder);
    },
    isInPlace: () => store.database.isInPlace(),
    lost: (why) => leaseLost?.(why),
  });
}

async function openWeb(
  surroundings: BotSurroundings,
  store: DatabaseStore,
  context: AppContext,
): Promise<WebChat> {
  const { config, clock, random, log } = surroundings;
  const { openWebChat } = await import('./chat/web/web-chat.ts');
  return openWebChat({
    database: store.database.kysely.withTables<WebDatabase>(),
    port: config.port,
    clock,
    random,
    log,
    people: config.people.flatMap((person) =>
      (person.platformIds['web'] ?? []).map((id) => ({ id, name: person.name, role: person.role })),
    ),
    commands: describeCommands(COMMANDS),
    accounts: [...context.accounts.keys()],
    views: {
      portfolio: () => viewPortfolios(context, [...context.accounts.values()]),
      orders: () => viewOrdersPage(context),
      audit: () => viewAudit(context, WHOLE_AUDIT),
    },
    halted: async () => haltedBadge(await store.listHalts()),
    channelName: WEB_CHANNEL,
    demo: config.demo,
    timeZone: EXCHANGE_TIME_ZONE,
  });
}

/** The start itself and, when it differs from the last one, the configuration are on the record. */
async function recordStart(context: AppContext, config: Config): Promise<void> {
  const at = context.clock.now();
  await context.store.transaction(async (unit) => {
    await unit.appendAudit(
      auditEntry(at, EVENKEEL, 'start', null, 'evenkeel', {
        accounts: config.accounts.map((account) => account.name),
        tradingMode: config.tradingMode,
      }),
    );
    const before = await unit.readSetting('configuration.digest');
    if (before === config.digest) return;
    await unit.writeSetting('configuration.digest', config.digest);
    await unit.appendAudit(
      auditEntry(at, EVENKEEL, 'configuration', null, 'configuration', {
        before,
        after: config.digest,
      }),
    );
  });
}
