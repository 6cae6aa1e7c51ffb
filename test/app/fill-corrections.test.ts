import { describe, expect, it } from 'vitest';
import { recordFills } from '../../src/app/record-order.ts';
import { decimal, toText } from '../../src/core/decimal.ts';
import type { Fill } from '../../src/core/order.ts';
import { openAppWorld, type AppWorld } from './app-world.ts';

async function executed(): Promise<AppWorld> {
  const world = await openAppWorld();
  await world.say('ana', 'rebalance');
  await world.click('ben', 'approve');
  await world.settle();
  return world;
}

/** @returns whether there was anything to record. */
async function record({ context }: AppWorld, fill: Fill): Promise<boolean> {
  const [recorded] = await context.store.transaction((unit) => recordFills(context, unit, [fill]));
  return recorded?.changed === true;
}

async function firstFill(world: AppWorld): Promise<Fill> {
  const [fill] = await world.store.listFills({ account: 'core' });
  if (fill === undefined) throw new Error('nothing was filled');
  return fill;
}

async function orderOf(world: AppWorld, fill: Fill) {
  const order = await world.store.findOrder(fill.clientOrderId ?? '');
  if (order === null) throw new Error('the order is not there');
  return order;
}

/** What people were told of corrections. */
async function corrections(world: AppWorld): Promise<readonly string[]> {
  const pending = await world.store.listPendingDeliveries('web', world.clock.now(), 1000);
  return pending
    .filter(({ announcementKey }) => announcementKey.startsWith('fill-corrected:'))
    .map(({ message }) => message.fallback);
}

const spentOn = (order: Awaited<ReturnType<typeof orderOf>>): string =>
  order.filledQuantity
    .times(order.averageFillPrice ?? decimal('0'))
    .round(8)
    .toFixed();

describe('an execution that the broker corrects', () => {
  it('changes its order once, with an audit row that says what was before', async () => {
    await using world = await executed();
    const fill = await firstFill(world);
    const before = await orderOf(world, fill);
    const corrected = { ...fill, revision: 1, price: fill.price.plus('0.5') };
    expect(await record(world, corrected)).toBe(true);
    expect(await record(world, corrected)).toBe(false);
    expect(await record(world, fill)).toBe(false);

    const after = await orderOf(world, fill);
    expect(after.status).toBe(before.status);
    expect(toText(after.filledQuantity)).toBe(toText(before.filledQuantity));
    const difference = decimal(spentOn(after)).minus(spentOn(before));
    expect(toText(difference.round(6))).toBe(toText(fill.quantity.times('0.5')));

    const told = await corrections(world);
    expect(told).toEqual([expect.stringContaining('corrected')]);
    expect(told[0]).toContain(`#${(await world.newest()).proposal.id}`);
    const rows = await world.store.listAudit({ account: 'core', limit: 500 });
    const correctionRows = rows.filter((row) => row.action === 'fill_corrected');
    expect(correctionRows.map((row) => row.payload)).toMatchObject([
      {
        executionId: fill.executionId,
        price: toText(corrected.price),
        before: { price: toText(fill.price), quantity: toText(fill.quantity), fees: '0' },
      },
    ]);
  });

  it('that is taken back counts no more, and starts no trading', async () => {
    await using world = await executed();
    const fill = await firstFill(world);
    const before = await orderOf(world, fill);
    const busted = { ...fill, revision: 1, quantity: decimal('0') };
    expect(await record(world, busted)).toBe(true);
    const after = await orderOf(world, fill);
    expect(after.status).toBe('filled');
    expect(await corrections(world)).toEqual([expect.stringContaining('took back')]);
    expect(toText(after.filledQuantity)).toBe(toText(before.filledQuantity.minus(fill.quantity)));
  });

  it('gives an order without any fill no average price', async () => {
    await using world = await executed();
    const fill = await firstFill(world);
    const { clientOrderId } = fill;
    if (clientOrderId === null) throw new Error('the fill is not of our order');
    for (const each of await world.store.listFills({ clientOrderId })) {
      await record(world, { ...each, revision: 1, quantity: decimal('0') });
    }
    const after = await orderOf(world, fill);
    expect([toText(after.filledQuantity), after.averageFillPrice]).toEqual(['0', null]);
  });
});
