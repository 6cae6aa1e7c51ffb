import {
  chmodSync,
  chownSync,
  copyFileSync,
  openSync,
  closeSync,
  readdirSync,
  writeSync,
} from 'node:fs';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { BotProcess } from './bot-process.ts';
import { examine } from './examine.ts';
import type { Finding } from './examine.ts';
import type { BrokerName } from './markets.ts';
import { createPeople } from './people.ts';
import { readRecords } from './records.ts';
import { openWorkplace } from './workplace.ts';
import type { Workplace } from './workplace.ts';

/** What went wrong below the bot, what it said of it, and what was found afterwards. */
export interface BelowResult {
  readonly said: string;
  readonly findings: readonly Finding[];
}

/** Null: this machine does not let us bring it about. */
type Scenario = () => Promise<BelowResult | null>;

const MOST_MILLISECONDS = 240_000;
const run = promisify(execFile);

/** Faults of the machine under the bot, by name, each in the middle of an execution at Alpaca. */
export const BELOW: Readonly<Record<string, Scenario>> = {
  'first bot frozen at work, second takes over, first wakes': () => frozen('alpaca', null),
  // Where no id of ours keeps the broker from taking an order twice.
  'first bot frozen between commit and request, at Schwab': () =>
    frozen('schwab', 'orders_marked_submitted:1:freeze'),
  'first bot frozen between its last look and the request, at Alpaca': () =>
    frozenOnTheWire('alpaca'),
  'first bot frozen between its last look and the request, at IBKR': () => frozenOnTheWire('ibkr'),
  'first bot frozen between its last look and the request, at Schwab': () =>
    frozenOnTheWire('schwab'),
  'first bot frozen inside of a transaction': frozenInTransaction,
  'database locked by another process while it works': lockedAtWork,
  'database locked by another process at the start': lockedAtStart,
  'database file made read-only': readOnly,
  'disk full': diskFull,
  'page of the orders damaged': () => damaged('orders'),
  'page of the audit log damaged': () => damaged('audit_log'),
};

const open = () => openWorkplace('alpaca', { fillAfterMilliseconds: 300 });

function loss(what: string): Finding {
  return { kind: 'loss', what };
}

/** Whoever of the findings is true is found. */
function check(...findings: readonly (readonly [boolean, Finding])[]): readonly Finding[] {
  return findings.filter(([found]) => found).map(([, finding]) => finding);
}

/** What it said that names the trouble: sentences for people and codes in the log. */
function sentence(bot: BotProcess, words: RegExp): string {
  const line = bot
    .said()
    .split('\n')
    .find((candidate) => words.test(candidate));
  if (line === undefined) return '';
  const logged = line.startsWith('{') ? logLine.parse(JSON.parse(line)) : null;
  const said = logged === null ? line : `${logged.code}: ${logged.error?.message ?? logged.msg}`;
  // The folder has another name each time.
  return said.replaceAll(/\/\S*\/(?=bot\.db)/gu, '').slice(0, 160);
}

const logLine = z.object({
  code: z.string(),
  msg: z.string(),
  error: z.object({ message: z.string() }).optional(),
});

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + MOST_MILLISECONDS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(40);
  }
}

/** Lets Ana and Ben bring it so far that orders work at the broker. */
async function workUntilOrders(place: Workplace, bot: BotProcess): Promise<void> {
  if ((await bot.up) === null) throw new Error(`the bot did not start: ${bot.said()}`);
  await place.say(bot, 'ana', '/rebalance core');
  await approve(place, bot);
  await until('an order at the broker', async () => {
    return (await place.market.books(place.folder)).orders.length > 0;
  });
}

async function approve(place: Workplace, bot: BotProcess): Promise<void> {
  const proposal = readRecords(place).proposals.at(-1);
  if (proposal === undefined) throw new Error('nothing was proposed');
  const { id: proposalId, digest } = proposal;
  await place.click(bot, 'ben', { action: 'approve', proposalId, digest });
}

/** Starts the bot once more, lets it come to the end, and examines everything. */
async function finish(place: Workplace, running?: BotProcess): Promise<readonly Finding[]> {
  const bot = running ?? place.start();
  try {
    const done = await createPeople(place).workWith(bot, performance.now() + MOST_MILLISECONDS);
    if (!done) return [loss(`it ended by itself: ${bot.said().trim().slice(-400)}`)];
  } finally {
    await bot.stop();
  }
  return await examine(place);
}

async function frozen(broker: BrokerName, failpoint: string | null): Promise<BelowResult> {
  await using place = await openWorkplace(broker, { fillAfterMilliseconds: 300 });
  const first = place.start(failpoint ?? undefined);
  if ((await first.up) === null) throw new Error(first.said());
  const second = place.start();
  try {
    if (!(await second.says('stands by'))) throw new Error(second.said());
    await place.say(first, 'ana', '/rebalance core');
    void approve(place, first).catch(() => {});
    if (failpoint === null) {
      await until('an order at the broker', async () => {
        return (await place.market.books(place.folder)).orders.length > 0;
      });
      await freezeBetweenTransactions(place, first);
    }
    if ((await second.up) === null) throw new Error(second.said());
    const findings = await finish(place, second);
    const before = (await place.market.books(place.folder)).orders.length;
    first.signal('SIGCONT');
    const { code } = await first.ended;
    await delay(500);
    const after = (await place.market.books(place.folder)).orders.length;
    return {
      said: sentence(first, /taken over/u),
      findings: [
        ...findings,
        ...check(
          [code !== 75, loss(`the first ended with ${String(code)} and not with 75`)],
          [after !== before, { kind: 'duplicate', what: `${after - before} orders of a ghost` }],
        ),
      ],
    };
  } finally {
    for (const bot of [first, second]) bot.signal('SIGKILL');
    await Promise.all([first.ended, second.ended]);
  }
}

/** How long orders that nobody approved may be at a broker before they are told. */
const REPORTED_WITHIN_MILLISECONDS = 75_000;

/**
 * The one window that no look can close: what was about to leave, leaves when the process wakes. Shown is
 * what comes of it, while the one that took over goes on: nothing, or an order that is told as nobody's.
 */
async function frozenOnTheWire(broker: BrokerName): Promise<BelowResult> {
  await using place = await openWorkplace(broker, { fillAfterMilliseconds: 300 });
  const first = place.start('send_permitted:1:freeze');
  if ((await first.up) === null) throw new Error(first.said());
  const second = place.start();
  try {
    if (!(await second.says('stands by'))) throw new Error(second.said());
    await place.say(first, 'ana', '/rebalance core');
    void approve(place, first).catch(() => {});
    if ((await second.up) === null) throw new Error(second.said());
    const deadline = performance.now() + MOST_MILLISECONDS;
    if (broker === 'ibkr') {
      // It holds the connection under the client id that the other needs: only its end makes it free.
      await until('the second at TWS, in vain', () => /in use|unavailable/u.test(second.said()));
      first.signal('SIGCONT');
    }
    await createPeople(place).workWith(second, deadline);
    const before = (await place.market.books(place.folder)).orders.length;
    first.signal('SIGCONT');
    const { code } = await first.ended;
    const wokeAt = performance.now();
    const foreign = () => readRecords(place).audit.filter((row) => row.action === 'foreign_order');
    await delay(500);
    const late = (await place.market.books(place.folder)).orders.length - before;
    if (late > 0) {
      const last = wokeAt + REPORTED_WITHIN_MILLISECONDS;
      await until('a report', () => foreign().length > 0 || performance.now() > last);
    }
    const seconds = Math.round((performance.now() - wokeAt) / 1000);
    await second.stop();
    return {
      said:
        late === 0
          ? 'nothing came of it'
          : `${late} orders came late, told as nobody's after ${seconds} s`,
      findings: [
        ...check(
          [code !== 75, loss(`the first ended with ${String(code)} and not with 75`)],
          [late > 0 && foreign().length < late, loss(`${late} late orders were not told`)],
        ),
        // What came late is nobody's, and no more than that.
        ...(late > 0 ? [] : await examine(place)),
      ],
    };
  } finally {
    for (const bot of [first, second]) bot.signal('SIGKILL');
    await Promise.all([first.ended, second.ended]);
  }
}

/** The second says whom to end, and takes over when that is done. */
async function frozenInTransaction(): Promise<BelowResult> {
  await using place = await open();
  const first = place.start();
  if ((await first.up) === null) throw new Error(first.said());
  const second = place.start();
  try {
    if (!(await second.says('stands by'))) throw new Error(second.said());
    await workUntilOrders(place, first);
    first.signal('SIGSTOP');
    // Unless it was in a transaction just then, what such a one would hold is held from here.
    const lock = holdUnlessHeld(place);
    await until('its word', () => second.said().includes('takeover_blocked'));
    const said = sentence(second, /takeover_blocked/u);
    lock?.close();
    first.signal('SIGKILL');
    const freedAt = performance.now();
    await until(
      'the takeover',
      async () => (await Promise.race([second.up, delay(10, null)])) !== null,
    );
    const seconds = Math.round((performance.now() - freedAt) / 1000);
    return {
      said: `${said} (taken over ${seconds} s after it was)`,
      findings: await finish(place, second),
    };
  } finally {
    for (const bot of [first, second]) bot.signal('SIGKILL');
    await Promise.all([first.ended, second.ended]);
  }
}

/** @returns null when somebody else holds the database already. */
function holdUnlessHeld(place: Workplace): Database.Database | null {
  const database = new Database(place.databasePath, { timeout: 0 });
  try {
    database.exec('begin immediate');
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
}

/** One that freezes inside of a transaction holds the database until it is killed: nobody can take over. */
async function freezeBetweenTransactions(place: Workplace, bot: BotProcess): Promise<void> {
  for (;;) {
    bot.signal('SIGSTOP');
    await delay(20);
    const database = new Database(place.databasePath, { timeout: 0 });
    try {
      database.exec('begin immediate; rollback');
      return;
    } catch (error) {
      if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_BUSY') throw error;
    } finally {
      database.close();
    }
    bot.signal('SIGCONT');
    await delay(7);
  }
}

async function lockedAtWork(): Promise<BelowResult> {
  await using place = await open();
  const bot = place.start();
  await workUntilOrders(place, bot);
  const lock = new Database(place.databasePath, { timeout: 5000 });
  lock.exec('begin immediate');
  const ordersAtLock = (await place.market.books(place.folder)).orders.length;
  // Longer than a statement waits for another process.
  await delay(12_000);
  const ordersThen = (await place.market.books(place.folder)).orders.length;
  lock.exec('rollback');
  lock.close();
  const findings = await finish(place, bot);
  return {
    said: sentence(bot, /database_locked|is locked/u),
    findings: [
      ...findings,
      ...check([
        ordersThen > ordersAtLock,
        { kind: 'untrue', what: 'an order was sent that could not be recorded' },
      ]),
    ],
  };
}

async function lockedAtStart(): Promise<BelowResult> {
  await using place = await open();
  const lock = new Database(place.databasePath, { timeout: 5000 });
  lock.exec('begin immediate');
  const bot = place.start();
  const { code } = await bot.ended;
  lock.exec('rollback');
  lock.close();
  const said = sentence(bot, /is locked/u);
  return {
    said,
    findings: [
      ...check(
        [said === '', { kind: 'untrue', what: `it said: ${bot.said().slice(-300)}` }],
        [code !== 1, { kind: 'untrue', what: `it ended with ${String(code)}` }],
      ),
      ...(await finish(place)),
    ],
  };
}

/** Root may write what is read-only: the bot runs as somebody else there. */
const NOBODY = 65_534;

async function readOnly(): Promise<BelowResult> {
  await using place = await open();
  const first = place.start();
  await workUntilOrders(place, first);
  first.signal('SIGKILL');
  await first.ended;
  const isRoot = process.getuid?.() === 0;
  const files = readdirSync(place.folder).map((name) => join(place.folder, name));
  for (const path of [...files, place.folder]) {
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    chmodSync(path, path === place.folder ? 0o555 : 0o444);
  }
  const orders = (await place.market.books(place.folder)).orders.length;
  const bot = place.start(undefined, isRoot ? NOBODY : undefined);
  const { code } = await bot.ended;
  const after = (await place.market.books(place.folder)).orders.length;
  for (const path of [place.folder, ...files]) {
    chmodSync(path, path === place.folder ? 0o755 : 0o644);
    if (isRoot) chownSync(path, 0, 0);
  }
  const said = sentence(bot, /read-only|permission denied|cannot be (?:created|opened|written)/iu);
  return {
    said,
    findings: [
      ...check(
        [said === '', { kind: 'untrue', what: `it said: ${bot.said().slice(-300)}` }],
        [code !== 1, { kind: 'untrue', what: `it ended with ${String(code)}` }],
        [after !== orders, { kind: 'duplicate', what: 'it sent something' }],
      ),
      ...(await finish(place)),
    ],
  };
}

async function diskFull(): Promise<BelowResult | null> {
  await using place = await open();
  const disk = join(place.folder, 'disk');
  const database = join(disk, 'bot.db');
  try {
    await run('mkdir', [disk]);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
  } catch {
    return null;
  }
  try {
    copyFileSync(place.databasePath, database);
    const moved = place.at('disk/bot.db');
    const bot = moved.start();
    await workUntilOrders(moved, bot);
    const filler = openSync(join(disk, 'filler'), 'w');
    try {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    } catch {
      // Full now.
    }
    closeSync(filler);
    await until('its word that the disk is full', () => /disk_full|disk is full/u.test(bot.said()));
    const said = sentence(bot, /disk_full|disk is full/u);
    await delay(2000);
    await run('rm', [join(disk, 'filler')]);
    return { said, findings: await finish(moved, bot) };
  } finally {
    await run('umount', ['-l', disk]);
  }
}

/** What the damaged database says of its halts; empty when trading was not halted. */
function haltsIn(place: Workplace): string {
  const rows = place.read((database) => database.prepare('select scope, reason from halts').all());
  return z
    .array(z.object({ scope: z.string(), reason: z.string() }))
    .parse(rows)
    .map(({ scope, reason }) => `halted ${scope}: ${reason}`)
    .join()
    .replaceAll(/\/\S*\/(?=bot\.db)/gu, '')
    .slice(0, 160);
}

async function damaged(name: 'orders' | 'audit_log'): Promise<BelowResult> {
  await using place = await open();
  const first = place.start();
  await workUntilOrders(place, first);
  first.signal('SIGKILL');
  await first.ended;
  const database = new Database(place.databasePath);
  const size = z.number().parse(database.pragma('page_size', { simple: true }));
  const root = z
    .object({ rootpage: z.number() })
    .parse(database.prepare('select rootpage from sqlite_schema where name = ?').get(name));
  database.pragma('wal_checkpoint(truncate)');
  database.close();
  const whole = join(place.folder, 'whole.db');
  copyFileSync(place.databasePath, whole);
  const file = openSync(place.databasePath, 'r+');
  writeSync(file, Buffer.alloc(size, 0xa5), 0, size, (root.rootpage - 1) * size);
  closeSync(file);
  const orders = (await place.market.books(place.folder)).orders.length;
  const bot = place.start();
  const ended = await Promise.race([bot.ended, delay(20_000, null)]);
  const after = (await place.market.books(place.folder)).orders.length;
  if (ended === null) bot.signal('SIGKILL');
  await bot.ended;
  // Of what holds no orders, everything can still be written.
  const halts = name === 'orders' ? haltsIn(place) : null;
  const said = halts === null ? sentence(bot, /damaged|database_corrupt/u) : halts;
  // A person puts the good copy back.
  for (const suffix of ['-wal', '-shm']) {
    await run('rm', ['-f', `${place.databasePath}${suffix}`]);
  }
  copyFileSync(whole, place.databasePath);
  return {
    said,
    findings: [
      ...check(
        [said === '', { kind: 'untrue', what: `it said: ${bot.said().slice(-300)}` }],
        [after !== orders, { kind: 'duplicate', what: 'it sent something' }],
      ),
      ...(await finish(place)),
    ],
  };
}
