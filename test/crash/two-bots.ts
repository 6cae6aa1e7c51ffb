import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { BotProcess } from './bot-process.ts';
import type { DefectName } from './defects.ts';
import { examine } from './examine.ts';
import {
  approve,
  check,
  finish,
  loss,
  MOST_MILLISECONDS,
  sentence,
  until,
  workUntilOrders,
} from './handles.ts';
import type { BelowResult, Scenario } from './handles.ts';
import type { BrokerName } from './market.ts';
import { createPeople } from './people.ts';
import { readRecords } from './records.ts';
import { openWorkplace } from './workplace.ts';
import type { Workplace } from './workplace.ts';

/** The second bot on a database stands by, while the first is frozen somewhere and wakes again. */
export const TWO_BOTS: Readonly<Record<string, Scenario>> = {
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
};

export async function frozen(
  broker: BrokerName,
  failpoint: string | null,
  defect: DefectName | null = null,
): Promise<BelowResult> {
  await using place = await openWorkplace(broker, { fillAfterMilliseconds: 300, defect });
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
  await using place = await openWorkplace('alpaca', { fillAfterMilliseconds: 300 });
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
