import { randomUUID } from 'node:crypto';
import type { AlpacaFake } from '../test/fakes/alpaca/index.ts';
import type { BenchRow } from './bench-row.ts';
import { LEGS, ORDERS } from './broker-book.ts';
import type { BenchOrder } from './broker-book.ts';
import type { Execution } from './broker-bot.ts';
import { loginOf, openAlpacaBot, startAlpacaMarket, tradingOf } from './market-alpaca.ts';

const ROUND_TRIP_MILLISECONDS = 40;
/** Runs before it counts, and those that count. */
const WARM_UP = 1;
const TURNS = 5;
const BOUND_RATIO = 1.3;
const BOUND_SPEED = 10;

/** Sales and purchases; 50 orders and what is read beside them stay below 200 requests a minute. */
const LEAST_MILLISECONDS = 2 * ROUND_TRIP_MILLISECONDS;
/** And what a rebalance does not trade without: the book again before the sales, the money after them. */
const SAFE_MILLISECONDS = LEAST_MILLISECONDS + 2 * ROUND_TRIP_MILLISECONDS;

/** Less than the limits of 25 purchases for $251,000 may cost more than their prices. */
const SMALL_BUFFER = '$500';

interface Turn {
  readonly ours: Execution;
  /** A third phase follows: the last purchases wait for the others' fills. */
  readonly smallBuffer: Execution;
  /** All sales at once, then all purchases at once, and nothing else. */
  readonly bare: number;
  /** One order after the other, as the guide's loop sends them. */
  readonly naive: number;
}

/**
 * A rebalance of 50 legs at Alpaca from the click on Approve to the last acceptance, at a fake that
 * answers after 40 ms: the whole bot with its database, and beside it, at the same fake in the same turn,
 * bare requests that keep to nothing. Collar and cash buffer are the product's defaults. Medians.
 */
export async function benchAlpaca(): Promise<readonly BenchRow[]> {
  const turns: Turn[] = [];
  const numbers = Array.from({ length: WARM_UP + TURNS }, (_, turn) => turn);
  const named = (...names: readonly string[]) =>
    numbers.flatMap((turn) => names.map((name) => `${name}-${turn}`));
  await using fake = await startAlpacaMarket(named('ours', 'small-buffer'), named('bare', 'naive'));
  await fake.delay({ milliseconds: ROUND_TRIP_MILLISECONDS });
  for (const turn of numbers) {
    const measured = await measure(fake, turn);
    if (turn >= WARM_UP) turns.push(measured);
  }
  const { defects } = await fake.state();
  if (defects.length > 0) throw new Error(defects.join('\n'));
  const of = (value: (turn: Turn) => number) => median(turns.map(value));
  const accepted = of(({ ours }) => ours.accepted);
  const faster = of(({ ours, naive }) => naive / ours.accepted);
  return [
    plain(`Alpaca, ${LEGS} legs: click to last acceptance`, accepted, 'ms'),
    ratio(`  of two round trips (${LEAST_MILLISECONDS} ms)`, accepted / LEAST_MILLISECONDS),
    ratio(
      `  of those and the safety reads (${SAFE_MILLISECONDS} ms)`,
      accepted / SAFE_MILLISECONDS,
    ),
    plain(
      '  of the same orders sent bare, in two phases',
      of(({ ours, bare }) => ours.accepted / bare),
      'times',
    ),
    {
      name: '  faster than one order after the other',
      value: faster.toFixed(1),
      unit: 'times',
      bound: `>= ${BOUND_SPEED}`,
      met: faster >= BOUND_SPEED,
    },
    plain(
      '  bare, in two phases',
      of(({ bare }) => bare),
      'ms',
    ),
    plain(
      '  one order after the other',
      of(({ naive }) => naive),
      'ms',
    ),
    plain(
      '  click to first order',
      of(({ ours }) => ours.begun),
      'ms',
    ),
    plain(
      '  last sale accepted to first purchase',
      of(({ ours }) => ours.purchasesSent - ours.salesAccepted),
      'ms',
    ),
    plain(
      '  click to the end on record',
      of(({ ours }) => ours.executed),
      'ms',
    ),
    plain(
      '  the same with a buffer smaller than the collar asks',
      of(({ smallBuffer }) => smallBuffer.accepted),
      'ms',
    ),
  ];
}

async function measure(fake: AlpacaFake, turn: number): Promise<Turn> {
  const bare = await sendInPhases(fake, `bare-${turn}`);
  const ours = await rebalance(fake, { account: `ours-${turn}` });
  const smallBuffer = await rebalance(fake, {
    account: `small-buffer-${turn}`,
    cashBuffer: SMALL_BUFFER,
  });
  const naive = await sendOneByOne(fake, `naive-${turn}`);
  return { ours, smallBuffer, bare, naive };
}

async function rebalance(
  fake: AlpacaFake,
  options: Parameters<typeof openAlpacaBot>[1],
): Promise<Execution> {
  await using bot = await openAlpacaBot(fake, options);
  return await bot.execute();
}

async function sendInPhases(fake: AlpacaFake, account: string): Promise<number> {
  const start = performance.now();
  for (const side of ['sell', 'buy'] as const) {
    await Promise.all(
      ORDERS.filter((order) => order.side === side).map((order) => submit(fake, account, order)),
    );
  }
  return performance.now() - start;
}

async function sendOneByOne(fake: AlpacaFake, account: string): Promise<number> {
  const start = performance.now();
  for (const order of ORDERS) await submit(fake, account, order);
  return performance.now() - start;
}

async function submit(fake: AlpacaFake, account: string, order: BenchOrder): Promise<void> {
  const { keyId, secretKey } = loginOf(account);
  const response = await fetch(`${tradingOf(fake, account)}/v2/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'apca-api-key-id': keyId,
      'apca-api-secret-key': secretKey,
    },
    body: JSON.stringify({
      symbol: order.symbol,
      qty: order.quantity,
      side: order.side,
      type: 'limit',
      limit_price: order.limitPrice,
      time_in_force: 'day',
      client_order_id: randomUUID(),
    }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`an order was answered with ${text}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function plain(name: string, value: number, unit: string): BenchRow {
  const places = unit === 'ms' ? 0 : 2;
  return { name, value: value.toFixed(places), unit, bound: '', met: null };
}

function ratio(name: string, value: number): BenchRow {
  return {
    name,
    value: value.toFixed(2),
    unit: 'times',
    bound: `<= ${BOUND_RATIO}`,
    met: value <= BOUND_RATIO,
  };
}
