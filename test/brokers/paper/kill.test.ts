import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  openPaperBroker,
  paperSettingsSchema,
  type PaperBroker,
  type PaperDatabase,
} from '../../../src/brokers/paper/index.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import { SILENT_LOG } from '../../fixtures/test-store.ts';
import { dump, expectBalancedBooks } from './invariants.ts';
import { openKillableDatabase } from './killable-database.ts';
import { createMortalClock, migratePaper, order, PLAIN } from './open-paper.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

const BEGAN = { AAPL: '30', IBM: '20' };

const SETTINGS = paperSettingsSchema.parse({
  ...PLAIN,
  cash: '5000',
  positions: BEGAN,
  partialFills: '3',
  fillInterval: '10 s',
  slippageBasisPoints: '5',
  feePerOrder: '0.35',
});

type Action =
  | { readonly type: 'order'; readonly intent: OrderIntent }
  | { readonly type: 'cancel'; readonly number: number }
  | { readonly type: 'step' }
  | { readonly type: 'wait'; readonly seconds: number };

/** When the process is killed while it does an action, if at all. */
interface Kill {
  readonly statement: number;
  readonly commitArrives: boolean;
}

const actionArbitrary: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        side: fc.constantFrom('buy' as const, 'sell' as const),
        symbol: fc.constantFrom('AAPL', 'IBM', 'MSFT', 'NOSUCH'),
        quantity: fc.integer({ min: 1, max: 40 }).map(String),
        limitPrice: fc.option(fc.integer({ min: 20, max: 90 }).map((price) => `${price}.00`)),
      })
      .map(({ side, symbol, quantity, limitPrice }) => ({
        type: 'order' as const,
        intent: order(side, symbol, quantity, limitPrice === null ? {} : { limitPrice }),
      })),
  },
  fc.record({ type: fc.constant('cancel' as const), number: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ type: fc.constant('step' as const) }),
  fc.record({ type: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 25 }) }),
);

const killArbitrary: fc.Arbitrary<Kill | null> = fc.option(
  fc.record({ statement: fc.integer({ min: 1, max: 18 }), commitArrives: fc.boolean() }),
  { freq: 3 },
);

/**
 * Does the actions one after the other, as a client would that looks before it repeats anything.
 * @returns every row of the exchange at the end.
 */
async function run(
  actions: readonly { readonly action: Action; readonly kill: Kill | null }[],
): Promise<{ readonly rows: Record<string, unknown>; readonly kills: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-kill-'));
  const path = join(folder, 'evenkeel.db');
  const clock = createTestClock();
  const setup = await openDatabase({ path });
  await migratePaper(setup);
  await setup.close();

  let database = openKillableDatabase(path);
  let life = createMortalClock(clock);
  let broker = await open();
  let kills = 0;

  async function open(): Promise<PaperBroker> {
    return await openPaperBroker({
      account: 'core',
      settings: SETTINGS,
      database: database.kysely,
      clock: life.clock,
      log: SILENT_LOG,
    });
  }

  async function restart(): Promise<void> {
    kills += 1;
    life.kill();
    database.bury();
    database = openKillableDatabase(path);
    life = createMortalClock(clock);
    broker = await open();
    await expectBalancedBooks(database.kysely, BEGAN);
  }

  /** @param act what to do; must be harmless to repeat once `isDone` has been asked. */
  async function survive(
    kill: Kill | null,
    act: () => Promise<unknown>,
    isDone: () => Promise<boolean>,
  ): Promise<void> {
    if (kill !== null) database.killAt(kill.statement, kill.commitArrives);
    await act().catch((error: unknown) => {
      if (!database.isDead()) throw error;
    });
    if (!database.isDead()) {
      database.killAt(Infinity, false);
      return;
    }
    await restart();
    if (!(await isDone())) await act();
  }

  for (const { action, kill } of actions) {
    switch (action.type) {
      case 'order':
        await survive(
          kill,
          async () => await broker.executeTrade(action.intent, MAY_SEND),
          async () => (await broker.findOrder(action.intent)).type === 'found',
        );
        break;
      case 'cancel': {
        const brokerOrderId = `core-${action.number}`;
        const working = (await broker.listOrders(clock.now().subtract({ hours: 24 }))).some(
          (known) =>
            known.brokerOrderId === brokerOrderId &&
            (known.status === 'accepted' || known.status === 'partially_filled'),
        );
        if (!working) break;
        await survive(
          kill,
          async () => await broker.cancelOrder(brokerOrderId),
          async () =>
            (await broker.listOrders(clock.now())).some(
              (known) => known.brokerOrderId === brokerOrderId && known.status === 'canceled',
            ),
        );
        break;
      }
      case 'step': {
        const before = await broker.replayMonth();
        await survive(
          kill,
          async () => await broker.step(1),
          async () => !(await broker.replayMonth()).equals(before),
        );
        break;
      }
      case 'wait': {
        const until = clock.now().add({ seconds: action.seconds });
        await survive(
          kill,
          async () => await clock.set(until),
          async () => true,
        );
        break;
      }
    }
  }
  await clock.advance({ minutes: 5 });
  await broker.getAccountBalance();
  await expectBalancedBooks(database.kysely, BEGAN);
  const rows = await dump(database.kysely);
  await broker.close();
  database.bury();
  rmSync(folder, { recursive: true });
  return { rows, kills };
}

describe('a process that is killed at any statement', () => {
  test('leaves books that balance, and the account ends as if nothing had happened', async () => {
    let kills = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ action: actionArbitrary, kill: killArbitrary }), {
          minLength: 1,
          maxLength: 10,
        }),
        async (actions) => {
          const killed = await run(actions);
          const undisturbed = await run(actions.map(({ action }) => ({ action, kill: null })));
          expect(killed.rows).toEqual(undisturbed.rows);
          kills += killed.kills;
        },
      ),
      { numRuns: 40 },
    );
    // Otherwise this has tested nothing.
    expect(kills).toBeGreaterThan(10);
  });
});

describe('a process that is killed by the operating system', () => {
  test('has done all that it said, and nothing by halves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-sigkill-'));
    const path = join(folder, 'evenkeel.db');
    const setup = await openDatabase({ path });
    await migratePaper(setup);
    await setup.close();

    const told: string[] = [];
    for (const [round, orders] of [2, 7, 12].entries()) {
      told.push(...(await tradeUntilKilled(path, round, orders)));
    }

    const database = await openDatabase({ path });
    const kysely = database.kysely.withTables<PaperDatabase>();
    await expectBalancedBooks(kysely, { AAPL: '30' });
    const clock = createTestClock(Temporal.Now.instant().add({ minutes: 1 }));
    const broker = await openPaperBroker({
      account: 'core',
      settings: paperSettingsSchema.parse(PLAIN),
      database: kysely,
      clock,
      log: SILENT_LOG,
    });
    // What was cut off in the middle has been filled to its end, at the times it was due.
    await expectBalancedBooks(kysely, { AAPL: '30' });
    const orders = await broker.listOrders(clock.now().subtract({ hours: 24 }));
    expect(new Set(orders.map((known) => known.status))).toEqual(new Set(['filled']));
    expect(told.length).toBeGreaterThanOrEqual(21);
    expect(orders.map((known) => known.clientOrderId)).toEqual(expect.arrayContaining(told));
    await broker.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });
});

/** @returns the clientOrderIds that the process was told are accepted, and has passed on. */
async function tradeUntilKilled(
  path: string,
  round: number,
  orders: number,
): Promise<readonly string[]> {
  const script = fileURLToPath(new URL('./trade-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    if (told.length === orders) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return told;
}
