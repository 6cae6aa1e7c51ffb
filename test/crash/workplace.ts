import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openStore } from '../../src/store/index.ts';
import { SILENT_LOG } from '../fixtures/test-store.ts';
import { startBotProcess } from './bot-process.ts';
import type { BotProcess, Life } from './bot-process.ts';
import type { Button, PersonName } from './chat-fakes/platform.ts';
import { openCrashChat } from './chats.ts';
import type { DefectName } from './defects.ts';
import type { CrashChat } from './chats.ts';
import { openMarket } from './markets.ts';
import type { BrokerName, Market, MarketOptions } from './market.ts';

/** A folder with a configuration and a database, the broker, and people at the bot's page and in chats. */
export interface Workplace extends AsyncDisposable {
  readonly market: Market;
  /** Beside the page. */
  readonly chats: readonly CrashChat[];
  readonly folder: string;
  readonly databasePath: string;
  /** Of each bot that was started here, oldest first. */
  lives(): readonly Life[];
  /** Starts the bot; `failpoint` such as `fill_recorded:2`. */
  start(failpoint?: string, userId?: number): BotProcess;
  /** The same with the database at another path in the folder. */
  at(database: string): Workplace;
  /** Runs another command of the program in the folder. */
  command(...args: readonly string[]): BotProcess;
  /** Types a line. @returns false when the bot was gone before it answered. */
  say(bot: BotProcess, person: PersonName, text: string): Promise<boolean>;
  /** @param how `twice`: the page sends it again under the same id. */
  click(
    bot: BotProcess,
    person: PersonName,
    button: Button,
    how?: { readonly twice: boolean },
  ): Promise<boolean>;
  /** Reads the database beside the bot. */
  read<T>(work: (database: Database.Database) => T): T;
}

export interface WorkplaceOptions extends MarketOptions {
  readonly timeLimit?: string;
  /** Platforms beside the page; none when left out. */
  readonly chats?: readonly CrashChat['name'][];
  /** Of the bots here, on purpose; none when left out. */
  readonly defect?: DefectName | null;
}

function portfolios(
  section: string,
  { timeLimit = '2 minutes', spareCash = 0 }: WorkplaceOptions,
  chats: readonly CrashChat[],
): string {
  const idsOf = (person: PersonName) =>
    [`web: ${person}`, ...chats.map(({ name, people }) => `${name}: "${people[person]}"`)].join();
  const channels = chats.map(({ name, channel }) => `{ ${name}: "${channel}" }`).join();
  return `
accounts:
  core:${section}
    targets: { AAPL: 30%, MSFT: 20%, AMZN: 15%, IBM: 20%, GOOG: 15% }
    policy:
      band: { absolute: 1% }
      cashBuffer: $${500 + spareCash}
      minimumTrade: $250
      lots: whole
    approvals:
      votes: 1
      allowOwnProposals: false
      expiresAfter: 1 hour
      priceTolerance: 1%
    orders: { type: limit, collar: 50 bp, timeLimit: ${timeLimit} }
    channels: [${channels}]
people:
  ana: { name: Ana, role: proposer, ${idsOf('ana')} }
  ben: { name: Ben, role: approver, ${idsOf('ben')} }
  chloe: { name: Chloe, role: approver, ${idsOf('chloe')} }
`;
}

export async function openWorkplace(
  broker: BrokerName,
  options: WorkplaceOptions,
): Promise<Workplace> {
  const [market, ...chats] = await Promise.all([
    openMarket(broker, options),
    ...(options.chats ?? []).map(openCrashChat),
  ]);
  const environment = Object.fromEntries(
    [market, ...chats].flatMap((fake) => Object.entries(fake.environment)),
  );
  const folder = await mkdtemp(join(tmpdir(), `evenkeel-crash-${broker}-`));
  const databasePath = join(folder, 'bot.db');
  await writeFile(join(folder, 'portfolios.yaml'), portfolios(market.section, options, chats));
  const store = await openStore({ path: databasePath, auditKey: null, log: SILENT_LOG });
  await store.close();
  await market.prepare(folder);
  const cookies = signIn(databasePath, market.clockShift);
  const launch = { folder, clockShift: market.clockShift, defect: options.defect ?? null };
  const bots: BotProcess[] = [];

  const post = async (
    bot: BotProcess,
    person: PersonName,
    path: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<boolean> => {
    const port = await bot.up;
    if (port === null) return false;
    const origin = `http://127.0.0.1:${port}`;
    try {
      const response = await fetch(`${origin}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin,
          cookie: `evenkeel_session_${port}=${cookies[person]}`,
        },
        body: JSON.stringify({ id: randomUUID(), ...body }),
        signal: AbortSignal.timeout(60_000),
      });
      const text = await response.text();
      if (response.status >= 400 && response.status < 500) throw new Error(`${path}: ${text}`);
      return response.ok;
    } catch (error) {
      // What fetch throws when the other side is gone.
      if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')) {
        return false;
      }
      throw error;
    }
  };

  const workplace = (database: string): Workplace => ({
    market,
    chats,
    folder,
    databasePath: join(folder, database),
    at: workplace,
    lives: () => bots.map((bot) => bot.life()),
    start: (failpoint, userId) => {
      const bot = startBotProcess({
        ...launch,
        userId,
        environment: {
          DATABASE_URL: database,
          ...environment,
          ...(failpoint === undefined ? {} : { EVENKEEL_FAILPOINT: failpoint }),
        },
      });
      bots.push(bot);
      return bot;
    },
    command: (...args) =>
      startBotProcess({ ...launch, environment: { DATABASE_URL: database, ...environment } }, args),
    say: (bot, person, text) => post(bot, person, '/say', { text }),
    async click(bot, person, { action, proposalId, digest }, { twice } = { twice: false }) {
      const body = { id: randomUUID(), action, proposalId, digest, fields: null };
      const sent = [body, ...(twice ? [body] : [])].map((each) =>
        post(bot, person, '/click', each),
      );
      return (await Promise.all(sent)).every((isTaken) => isTaken);
    },
    read(work) {
      const file = new Database(join(folder, database), { readonly: true, timeout: 5000 });
      try {
        return work(file);
      } finally {
        file.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([market, ...chats].map((fake) => fake[Symbol.asyncDispose]()));
      await rm(folder, { recursive: true, force: true });
    },
  });
  return workplace('bot.db');
}

/** All have opened the page in a browser of their own, once, before anything goes wrong. */
function signIn(path: string, clockShift: number): Readonly<Record<PersonName, string>> {
  const cookies = {
    ana: randomBytes(32).toString('base64url'),
    ben: randomBytes(32).toString('base64url'),
    chloe: randomBytes(32).toString('base64url'),
  };
  const at = Temporal.Now.instant()
    .add({ seconds: clockShift })
    .toString({ fractionalSecondDigits: 9 });
  const database = new Database(path);
  const insert = database.prepare('insert into web_sessions values (?, ?, ?, ?)');
  for (const [person, cookie] of Object.entries(cookies)) {
    insert.run(createHash('sha256').update(cookie).digest('hex'), person, at, at);
  }
  database.close();
  return cookies;
}
