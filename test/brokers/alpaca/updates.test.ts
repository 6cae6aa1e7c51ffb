import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toText } from '../../../src/core/decimal.ts';
import type { BrokerUpdate } from '../../../src/ports/broker.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import type { UpdateLog } from '../../contracts/broker/harness.ts';
import {
  accept,
  buy,
  EPOCH,
  fillsIn,
  found,
  sharesIn,
  statusesIn,
} from '../../contracts/broker/requests.ts';
import { until } from '../../e2e/bot-world.ts';
import type { AlpacaFake } from '../../fakes/alpaca/index.ts';
import { openAlpacaWorld, startSteppedFake } from './alpaca-world.ts';
import type { AlpacaWorld } from './alpaca-world.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

const START = Temporal.Instant.from('2026-11-23T15:00:00Z');
const ACCOUNTS = Array.from({ length: 20 }, (_item, index) => `account-${index}`);

let fake: AlpacaFake;
const unused = [...ACCOUNTS];
let at: string;

beforeAll(async () => {
  fake = await startSteppedFake(
    START,
    ACCOUNTS.map((name) => ({ name, cash: '100000' })),
    { fills: 'told' },
  );
});
beforeEach(() => {
  at = unused.shift() ?? '';
});
afterAll(async () => {
  await fake.stop();
});

async function listeningWorld(): Promise<AlpacaWorld & { readonly updates: UpdateLog }> {
  const world = await openAlpacaWorld({ fake, at });
  const updates = recordUpdates(world.broker);
  await world.listening();
  return Object.assign(world, { updates });
}

const hasReconnected = (updates: readonly BrokerUpdate[]): boolean =>
  updates.some(({ type }) => type === 'reconnected');

const isTold = (clientOrderId: string) => (updates: readonly BrokerUpdate[]) =>
  updates.some((update) => update.type === 'order' && update.order.clientOrderId === clientOrderId);

describe('the stream of updates', () => {
  it('is repaired over REST: what happened while it was cut is told, once, and then that it was', async () => {
    await using world = await listeningWorld();
    await accept(world.broker, buy('VTI', '10'));
    await fake.fillNext(at);
    await world.updates.until((updates) => fillsIn(updates).length === 1);
    await fake.loseConnection({ duringFills: true });
    await world.updates.until(hasReconnected);
    const { updates } = world.updates;
    expect(statusesIn(updates).at(-1)).toBe('filled');
    expect(sharesIn(fillsIn(updates))).toBe('10');
    expect(updates.at(-1)).toEqual({ type: 'reconnected' });
    expect(fillsIn(updates)).toEqual(await world.broker.listFills(EPOCH));
  });

  it('comes back however long it was refused', async () => {
    await using world = await listeningWorld();
    const intent = buy('VTI', '10');
    await fake.refuseConnections({ milliseconds: 'until_told' });
    await accept(world.broker, intent);
    await fake.fillNext(at);
    await fake.fillNext(at);
    await fake.acceptConnections();
    await world.updates.until(hasReconnected);
    expect(statusesIn(world.updates.updates).at(-1)).toBe('filled');
    expect(sharesIn(fillsIn(world.updates.updates))).toBe('10');
  });

  it('tells nothing twice that is sent twice', async () => {
    await using world = await listeningWorld();
    await accept(world.broker, buy('VTI', '10'));
    await fake.fillNext(at);
    await fake.fillNext(at);
    await world.updates.until((updates) => statusesIn(updates).includes('filled'));
    const before = world.updates.updates.length;
    await fake.replayUpdates();
    const last = buy('VTI', '1');
    await accept(world.broker, last);
    await world.updates.until(isTold(last.clientOrderId));
    expect(world.updates.updates.slice(before)).toHaveLength(1);
  });

  it('never takes an order back when updates overtake one another', async () => {
    await using world = await listeningWorld();
    await fake.reorderUpdates(true);
    await accept(world.broker, buy('VTI', '10'));
    await fake.fillNext(at);
    await fake.fillNext(at);
    await fake.reorderUpdates(false);
    await world.updates.until((updates) => statusesIn(updates).includes('filled'));
    await accept(world.broker, buy('VTI', '1'));
    const { updates } = world.updates;
    const quantities = updates
      .flatMap((update) => (update.type === 'order' ? [update.order] : []))
      .filter((order) => order.quantity.eq('10'))
      .map((order) => Number(toText(order.filledQuantity)));
    expect(quantities).toEqual(quantities.toSorted((a, b) => a - b));
    expect(sharesIn(fillsIn(updates))).toBe('10');
    expect(new Set(fillsIn(updates).map((fill) => fill.executionId)).size).toBe(2);
  });

  it('has for every fill the id that it has in the books', async () => {
    await using world = await listeningWorld();
    await accept(world.broker, buy('VTI', '10'));
    const [execution] = await fake.fillNext(at);
    await world.updates.until((updates) => fillsIn(updates).length === 1);
    expect(fillsIn(world.updates.updates)).toMatchObject([{ executionId: execution?.activityId }]);
  });

  it.each<[string, (brokerOrderId: string) => Promise<unknown>, object]>([
    [
      'is rejected by the exchange',
      (id) => fake.rejectOrder({ brokerOrderId: id }),
      { status: 'rejected' },
    ],
    [
      'is cancelled elsewhere',
      (id) => fake.cancelElsewhere({ brokerOrderId: id }),
      { status: 'canceled' },
    ],
    [
      'is replaced elsewhere',
      (id) => fake.replaceElsewhere({ brokerOrderId: id, quantity: '5' }),
      { status: 'canceled', reason: expect.stringContaining('replaced by order') },
    ],
  ])('tells when an order %s', async (_what, happen, expected) => {
    await using world = await listeningWorld();
    const intent = buy('VTI', '10', '100.00');
    await happen(await accept(world.broker, intent));
    await world.updates.until((updates) =>
      statusesIn(updates).some((status) => status !== 'accepted'),
    );
    expect(await found(world.broker, intent)).toMatchObject(expected);
  });

  it('tells what somebody does elsewhere, with their id', async () => {
    await using world = await listeningWorld();
    const { brokerOrderId } = await fake.placeElsewhere({
      account: at,
      symbol: 'VTI',
      side: 'buy',
      quantity: '3',
    });
    await world.updates.until((updates) =>
      updates.some(
        (update) => update.type === 'order' && update.order.brokerOrderId === brokerOrderId,
      ),
    );
    expect(await world.broker.listOrders(EPOCH)).toMatchObject([{ brokerOrderId }]);
  });
});

describe('a fault at Alpaca', () => {
  it.each(['garbage', 'half_open'] as const)(
    'leaves an order unknown and to be found: %s',
    async (code) => {
      await using world = await openAlpacaWorld({ fake, at });
      await world.broker.getMarketClock();
      await fake.fail({ operation: 'submit', code, count: 1 });
      const intent = buy('VTI', '10');
      const result = world.broker.executeTrade(intent, MAY_SEND);
      if (code === 'half_open') {
        await until('the request', async () =>
          (await fake.requests()).some(({ body }) => body.includes(intent.clientOrderId)),
        );
        await world.advance({ seconds: 10 });
      }
      expect(await result).toMatchObject({ type: 'unknown' });
      expect((await world.broker.findOrder(intent)).type).toMatch(/^(found|not_found)$/);
    },
  );

  it('leaves a cancel to be asked for again when its answer is lost', async () => {
    await using world = await openAlpacaWorld({ fake, at });
    const intent = buy('VTI', '10', '100.00');
    const id = await accept(world.broker, intent);
    await fake.dropAnswer({ operation: 'cancel', order: 'placed' });
    await expect(world.broker.cancelOrder(id)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await found(world.broker, intent)).toMatchObject({ status: 'canceled' });
  });

  it('is told of as a rejection when Alpaca refuses the login', async () => {
    await using world = await openAlpacaWorld({ fake, at });
    await world.broker.getMarketClock();
    await fake.fail({ operation: 'submit', code: 'authentication', count: 1 });
    expect(await world.broker.executeTrade(buy('VTI', '10'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'authentication',
    });
    expect(await world.broker.listOrders(EPOCH)).toEqual([]);
  });
});
