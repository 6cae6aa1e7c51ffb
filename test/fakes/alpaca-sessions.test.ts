import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAlpacaFakeProcess } from './alpaca/index.ts';
import type { AlpacaFake } from './alpaca/index.ts';
import { alpaca, listen, MONDAY } from './alpaca-client.ts';
import type { Trader } from './alpaca-client.ts';

/** Sessions end, orders are queued and expire. Time only moves on: each test first goes to where it begins. */

let fake: AlpacaFake;
let next: () => Trader;
let trader: Trader;

beforeAll(async () => {
  ({ fake, next } = await alpaca());
});
beforeEach(() => {
  trader = next();
});
afterAll(() => fake.stop());

const HOUR = 3600;

async function goTo(instant: string, hoursLater = 0): Promise<void> {
  const { now } = await fake.state();
  const wait = Temporal.Instant.from(now).until(instant).total('seconds');
  await fake.advance(wait + hoursLater * HOUR);
}

/** An hour into the next session: when that closes. */
async function inSession(): Promise<string> {
  await goTo((await fake.state()).market.nextOpen, 1);
  return (await fake.state()).market.nextClose;
}

/** An hour after the close of the next session: when the one after it opens. */
async function inTheEvening(): Promise<string> {
  await goTo(await inSession(), 1);
  return (await fake.state()).market.nextOpen;
}

test('the fake can be a process of its own, with a clock that runs', async () => {
  await using own = await startAlpacaFakeProcess();
  const answer = await fetch(`${own.accounts['core']?.trading}/v2/account`);
  expect(answer.status).toBe(401);
  expect(await own.requests()).toMatchObject([{ path: '/v2/account', status: 401 }]);
  const { now } = await own.state();
  await expect.poll(async () => (await own.state()).now).not.toBe(now);
});

describe('the clock', () => {
  test('tells the session in the time of the exchange', async () => {
    expect((await trader.get('/v2/clock')).body).toEqual({
      timestamp: '2026-11-23T10:00:00-05:00',
      is_open: true,
      next_open: '2026-11-24T09:30:00-05:00',
      next_close: '2026-11-23T16:00:00-05:00',
    });
    // Thursday is Thanksgiving; Friday ends at 13:00.
    await goTo('2026-11-25T22:00:00Z');
    expect((await trader.get('/v2/clock')).body).toMatchObject({
      is_open: false,
      next_open: '2026-11-27T09:30:00-05:00',
      next_close: '2026-11-27T13:00:00-05:00',
    });
  });

  test('goes as a test wants it', async () => {
    await inSession();
    const id = await trader.order();
    await fake.closeMarket();
    expect(await trader.look(id)).toMatchObject({ status: 'expired' });
    expect((await trader.get('/v2/clock')).body).toMatchObject({ is_open: false });
    const now = Temporal.Instant.from((await fake.state()).now);
    await fake.setMarket({
      open: true,
      nextOpen: now.add({ hours: 24 }).toString(),
      nextClose: now.add({ seconds: 10 }).toString(),
    });
    const second = await trader.order();
    expect(await trader.look(second)).toMatchObject({ status: 'new' });
    await fake.advance(10);
    expect(await trader.look(second)).toMatchObject({ status: 'expired' });
    expect((await fake.state()).market).toMatchObject({
      open: false,
      nextOpen: now.add({ hours: 24 }).toString(),
    });
  });

  test('runs by itself unless it is stepped, and fills orders unless told not to', async () => {
    const real = await alpaca({ clock: 'real', fills: 'automatic' });
    await using running = real.fake;
    const first = Temporal.Instant.from((await running.state()).now);
    const second = Temporal.Instant.from((await running.state()).now);
    expect(Temporal.Instant.compare(second, first)).toBe(1);
    expect(first.since(MONDAY).total('seconds')).toBeLessThan(10);
    const someone = real.next();
    using stream = await listen(running, someone.name);
    const id = await someone.order();
    await stream.take(4);
    expect(await someone.look(id)).toMatchObject({ status: 'filled', filled_qty: '2' });
    expect((await running.state()).executions).toHaveLength(2);
  });
});

describe('an order for the day', () => {
  test('expires at the close with what it has filled', async () => {
    const close = await inSession();
    using stream = await listen(fake, trader.name);
    const id = await trader.order();
    await fake.fillNext(trader.name);
    await stream.take(3);
    await goTo(close, -1 / HOUR);
    expect(await trader.look(id)).toMatchObject({ status: 'partially_filled' });
    await fake.advance(1);
    expect(await stream.next()).toMatchObject({
      data: { event: 'expired', order: { status: 'expired', filled_qty: '1' } },
    });
    expect(await trader.look(id)).toMatchObject({
      status: 'expired',
      expires_at: close,
      expired_at: expect.stringContaining(close.slice(0, -1)),
    });
    expect((await trader.get('/v2/account')).body).toMatchObject({ buying_power: '9699.99' });
  });

  test('is queued while the market is closed, routed at the open, and good until that close', async () => {
    const open = await inTheEvening();
    using stream = await listen(fake, trader.name);
    const { body } = await trader.submit();
    expect(body).toMatchObject({ status: 'accepted' });
    expect(await stream.next()).toMatchObject({ data: { event: 'accepted' } });
    expect(await fake.fillNext(trader.name)).toEqual([]);
    await goTo(open, -1 / HOUR);
    expect((await trader.get('/v2/orders')).body).toMatchObject([{ status: 'accepted' }]);
    await fake.advance(1);
    const told = (await stream.take(2)).map(({ data }) => data['event']);
    expect(told).toEqual(['pending_new', 'new']);
    expect((await trader.get('/v2/orders')).body).toMatchObject([
      { expires_at: (await fake.state()).market.nextClose },
    ]);
    expect(await fake.fillNext(trader.name)).toHaveLength(1);
  });

  test('can be canceled while it is queued', async () => {
    await inTheEvening();
    const id = await trader.order();
    expect(await trader.delete(`/v2/orders/${id}`)).toMatchObject({ status: 204 });
    expect(await trader.look(id)).toMatchObject({ status: 'canceled' });
  });
});

test('an order that is good till canceled outlives the night', async () => {
  await inSession();
  const id = await trader.order({ time_in_force: 'gtc' });
  await inSession();
  expect(await trader.look(id)).toMatchObject({ status: 'new' });
});

test('an order for extended hours trades in the evening, and expires at its end', async () => {
  await inTheEvening();
  const queued = await trader.order({ qty: '1' });
  const id = await trader.order({ type: 'limit', limit_price: '301', extended_hours: true });
  const { now } = await fake.state();
  const end = Temporal.Instant.from(now).add({ hours: 3 }).toString();
  expect(await trader.look(id)).toMatchObject({ status: 'new', expires_at: end });
  expect(await fake.fillNext(trader.name)).toMatchObject([{ brokerOrderId: id }]);
  await goTo(end);
  expect(await trader.look(id)).toMatchObject({ status: 'expired', filled_qty: '1' });
  expect(await trader.look(queued)).toMatchObject({ status: 'accepted' });
});

test('in all of this the fake kept to the document of Alpaca', async () => {
  expect((await fake.state()).defects).toEqual([]);
});
