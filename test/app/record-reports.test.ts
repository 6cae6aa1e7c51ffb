import { describe, expect, it } from 'vitest';
import { recordReports } from '../../src/app/record-reports.ts';
import type { BrokerReport } from '../../src/app/record-reports.ts';
import { decimal, toText } from '../../src/core/decimal.ts';
import type { Fill, Order } from '../../src/core/order.ts';
import { openAppWorld, type AppWorld } from './app-world.ts';

/** Orders that are with a broker which has told nothing yet but that it has them. */
async function working(): Promise<{ world: AppWorld; orders: readonly Order[] }> {
  const world = await openAppWorld({ paper: { latency: '5 s' } });
  await world.say('ana', 'rebalance');
  await world.click('ben', 'approve');
  await world.clock.advance({ seconds: 1 });
  const orders = await world.store.listOrders({ account: 'core' });
  expect(orders.length).toBeGreaterThan(0);
  return { world, orders };
}

const fillOf = (world: AppWorld, { intent }: Order, executionId: string, quantity = '1'): Fill => ({
  executionId,
  clientOrderId: intent.clientOrderId,
  brokerOrderId: `order-of-${intent.leg}`,
  account: intent.account,
  symbol: intent.symbol,
  side: intent.side,
  quantity: decimal(quantity),
  price: decimal('70'),
  fees: decimal('0'),
  at: world.clock.now(),
});
const report = (fill: Fill): BrokerReport => ({ type: 'fill', fill });

const fillRows = async (world: AppWorld) =>
  (await world.store.listAudit({ account: 'core', limit: 500 })).filter(
    ({ action }) => action === 'fill',
  );

describe('reports that come together', () => {
  it('write an order once, as the last of them leaves it, and a row for each that says something', async () => {
    const { world, orders } = await working();
    await using _ = world;
    const [order] = orders;
    if (order === undefined) throw new Error('unreachable');
    const { clientOrderId } = order.intent;
    let updates = 0;
    const transaction = world.store.transaction.bind(world.store);
    Object.assign(world.context, {
      store: {
        ...world.store,
        transaction: (work: Parameters<typeof transaction>[0]) =>
          transaction((unit) =>
            work({
              ...unit,
              updateOrder: (...given) => {
                updates += 1;
                return unit.updateOrder(...given);
              },
            }),
          ),
      },
    });
    const brokerOrderId = `order-of-${order.intent.leg}`;
    const outcomes = await recordReports(world.context, 'core', [
      { type: 'answer', clientOrderId, result: { type: 'accepted', brokerOrderId } },
      report(fillOf(world, order, 'e-1')),
      // By the broker's id, which is known since the answer.
      report({ ...fillOf(world, order, 'e-2', '2'), clientOrderId: null }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(updates).toBe(1);
    const after = await world.store.findOrder(clientOrderId);
    expect(after).toMatchObject({ status: 'partially_filled', brokerOrderId });
    expect(after === null ? '' : toText(after.filledQuantity)).toBe('3');
    const rows = await world.store.listAudit({ subject: clientOrderId, limit: 9 });
    expect(rows.map(({ action }) => action).toReversed()).toEqual([
      'order_intent',
      'order_submitted',
      'order_accepted',
      'fill',
      'fill',
    ]);
  });

  it('are one transaction, each fill once with its audit row and its order', async () => {
    const { world, orders } = await working();
    await using _ = world;
    const [order] = orders;
    if (order === undefined) throw new Error('unreachable');
    let transactions = 0;
    const transaction = world.store.transaction.bind(world.store);
    Object.assign(world.context, {
      store: {
        ...world.store,
        transaction: (work: Parameters<typeof transaction>[0]) => {
          transactions += 1;
          return transaction(work);
        },
      },
    });
    const first = fillOf(world, order, 'e-1');
    const reports = [first, first, fillOf(world, order, 'e-2', '2')].map(report);
    const outcomes = await recordReports(world.context, 'core', reports);
    expect(transactions).toBe(1);
    expect(outcomes).toMatchObject(
      [true, false, true].map((changed) => ({ status: 'fulfilled', value: { changed } })),
    );
    const after = await world.store.findOrder(order.intent.clientOrderId);
    expect(toText(after?.filledQuantity ?? decimal('0'))).toBe('3');
    expect((await fillRows(world)).map(({ payload }) => payload['executionId'])).toEqual([
      'e-2',
      'e-1',
    ]);
    expect(await world.store.verifyAudit()).toMatchObject({ ok: true });
  });

  it('are recorded one by one when one of them cannot be, and that one leaves nothing', async () => {
    const { world, orders } = await working();
    await using _ = world;
    const [order] = orders;
    if (order === undefined) throw new Error('unreachable');
    const outcomes = await recordReports(world.context, 'core', [
      report(fillOf(world, order, 'e-1')),
      {
        type: 'answer',
        clientOrderId: 'of-nobody',
        result: { type: 'accepted', brokerOrderId: 'b' },
      },
      report(fillOf(world, order, 'e-2')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const fills = await world.store.listFills({ account: 'core' });
    expect(fills.map(({ executionId }) => executionId)).toEqual(['e-1', 'e-2']);
    expect(await fillRows(world)).toHaveLength(2);
  });
});
