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
import { check, finish, haltsIn, sentence, until, workUntilOrders } from './handles.ts';
import type { BelowResult, Scenario } from './handles.ts';
import { replacedDatabase } from './replaced-database.ts';
import { restoredBackup } from './restored-backup.ts';
import { TWO_BOTS } from './two-bots.ts';
import { openWorkplace } from './workplace.ts';

const run = promisify(execFile);

/** Faults of the machine under the bot, by name, each in the middle of an execution at Alpaca. */
export const BELOW: Readonly<Record<string, Scenario>> = {
  ...TWO_BOTS,
  'database locked by another process while it works': lockedAtWork,
  'database locked by another process at the start': lockedAtStart,
  'database file made read-only': readOnly,
  'disk full': diskFull,
  'backup restored that knows only some of the orders, at Schwab': () => restoredBackup(),
  'database file replaced by a copy while it works, and another bot started, at Schwab': () =>
    replacedDatabase(),
  'page of the orders damaged': () => damaged('orders'),
  'page of the audit log damaged': () => damaged('audit_log'),
};

const open = () => openWorkplace('alpaca', { fillAfterMilliseconds: 300 });

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
