import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { StoreTransaction } from '../../src/ports/store.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { sampleProposal } from '../fixtures/sample-proposal.ts';
import { openTestStore, type TestStore } from '../fixtures/test-store.ts';
import { sampleFill, sampleIntent } from './sample-rows.ts';

async function openWithOrder(): Promise<TestStore> {
  const test = await openTestStore();
  await test.store.transaction(async (unit) => {
    await unit.insertProposal(sampleProposal());
    await unit.insertOrder(sampleIntent(), 'submitted');
    await unit.insertFills([sampleFill()]);
  });
  for (const change of await test.store.listUncompared()) await compared(test, change);
  // A paper account is opened beside it: there is nothing to compare it with yet.
  test.store.database.sqlite.exec(`
    insert into paper_market values ('builtin', '2006-01', 1);
    insert into paper_accounts values ('core', 'builtin', 1, '10', '10', 0, '2026-11-20T15:00:00Z');
    insert into paper_positions values ('core', 'AAPL', '10', null);
  `);
  return test;
}

async function compared(
  { store }: TestStore,
  change: Parameters<StoreTransaction['markCompared']>[0],
): Promise<void> {
  await store.transaction((unit) => unit.markCompared(change));
}

const PAPER_ORDER = `insert into paper_orders (broker_order_id, account, number, client_order_id, symbol, side,
  order_type, quantity, status, filled_quantity, filled_notional, fillable_quantity, slices, slices_filled,
  fill_interval, submitted_at, updated_at)
  values ('p1', 'core', 1, 'c1', 'AAPL', 'buy', 'market', '1', 'accepted', '0', '0', '1', 1, 0, 'PT0S', '', '')`;

describe('what changed of an account since it was compared', () => {
  it.each<[string, (test: TestStore) => unknown]>([
    [
      'an order of ours',
      async ({ store }) =>
        await store.transaction((unit) =>
          unit.insertOrder(sampleIntent({ clientOrderId: 'k3f9xa-1-2', attempt: 2 }), 'created'),
        ),
    ],
    [
      'its status',
      async ({ store }) =>
        await store.transaction((unit) =>
          unit.updateOrder('k3f9xa-1-1', 'submitted', { status: 'accepted', updatedAt: later(1) }),
        ),
    ],
    [
      'a fill',
      async ({ store }) =>
        await store.transaction((unit) =>
          unit.insertFills([sampleFill({ executionId: 'second' })]),
        ),
    ],
    [
      'a correction of a fill',
      async ({ store }) =>
        await store.transaction((unit) =>
          unit.correctFill(sampleFill({ revision: 1, price: decimal('1') }), NOW),
        ),
    ],
    [
      'an execution of somebody else’s order',
      ({ store }) =>
        store.database.sqlite.exec(`insert into outside_fills (account, execution_id, revision,
          after_fill, broker_order_id, symbol, side, quantity, price, fees, at, recorded_at)
          values ('core', 'e1', 0, 0, 'b1', 'IBM', 'buy', '1', '1', '0',
            '2026-11-20T15:00:00.000000000Z', '2026-11-20T15:00:00.000000000Z')`),
    ],
    ['an order at the paper broker', ({ store }) => store.database.sqlite.exec(PAPER_ORDER)],
    [
      'cash at the paper broker',
      ({ store }) => store.database.sqlite.exec(`update paper_accounts set cash = '11'`),
    ],
    [
      'a position at the paper broker',
      ({ store }) => store.database.sqlite.exec(`update paper_positions set quantity = '11'`),
    ],
  ])('is %s', async (_what, change) => {
    await using test = await openWithOrder();
    expect(await test.store.listUncompared()).toEqual([]);
    await change(test);
    expect((await test.store.listUncompared()).map(({ account }) => account)).toEqual(['core']);
  });

  it('is nothing of another account, and nothing that was told and known already', async () => {
    await using test = await openWithOrder();
    await test.store.transaction(async (unit) => {
      await unit.insertFills([sampleFill()]);
      await unit.insertFills([sampleFill({ account: 'growth' })]);
    });
    expect(await test.store.listUncompared()).toEqual([{ account: 'growth', number: 1 }]);
  });

  it('stays where it came while the account was compared', async () => {
    await using test = await openWithOrder();
    const fill = async (executionId: string) => {
      await test.store.transaction((unit) => unit.insertFills([sampleFill({ executionId })]));
    };
    await fill('second');
    const [before] = await test.store.listUncompared();
    if (before === undefined) throw new Error('a fill is a change');
    await fill('third');
    await compared(test, before);
    const [after] = await test.store.listUncompared();
    expect(after).toEqual({ account: 'core', number: before.number + 1 });
    if (after !== undefined) await compared(test, after);
    // An older look that ends late takes nothing back.
    await compared(test, before);
    expect(await test.store.listUncompared()).toEqual([]);
  });
});
