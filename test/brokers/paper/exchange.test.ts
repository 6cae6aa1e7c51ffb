import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptOrder } from '../../../src/brokers/paper/accept-order.ts';
import {
  advance,
  buyingPower,
  finish,
  nextEventAt,
  rematch,
  type Exchange,
  type ExchangeEvent,
  type ExchangeRules,
  type Market,
  type PaperFill,
} from '../../../src/brokers/paper/exchange.ts';
import { priceAround } from '../../../src/brokers/paper/market-price.ts';
import { sliceCount, sliceQuantity } from '../../../src/brokers/paper/paper-order.ts';
import { decimal, sum, toText, ZERO } from '../../../src/core/decimal.ts';
import { order } from './open-paper.ts';

const START = Temporal.Instant.from('2026-11-20T15:00:00Z');
const SYMBOLS = ['AAPL', 'IBM', 'MSFT'] as const;

/** What a run does, one thing after the other. */
type Action =
  | {
      readonly type: 'order';
      readonly side: 'buy' | 'sell';
      readonly symbol: string;
      readonly quantity: string;
      readonly limitPrice: string | null;
      readonly slices: number;
    }
  | { readonly type: 'cancel'; readonly which: number }
  | { readonly type: 'prices'; readonly percent: number }
  | { readonly type: 'wait'; readonly seconds: number };

const actionArbitrary: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('order' as const),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      symbol: fc.constantFrom(...SYMBOLS),
      quantity: fc.oneof(
        fc.integer({ min: 1, max: 80 }).map(String),
        fc.integer({ min: 1, max: 99_999 }).map((n) => `${n}e-3`),
      ),
      limitPrice: fc.option(fc.integer({ min: 80_00, max: 120_00 }).map((n) => `${n}e-2`)),
      slices: fc.integer({ min: 1, max: 4 }),
    }),
  },
  fc.record({ type: fc.constant('cancel' as const), which: fc.nat(5) }),
  fc.record({ type: fc.constant('prices' as const), percent: fc.integer({ min: 80, max: 125 }) }),
  fc.record({ type: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 100 }) }),
);

const rulesArbitrary: fc.Arbitrary<ExchangeRules> = fc.record({
  slippageBasisPoints: fc.integer({ min: 0, max: 50 }).map((n) => decimal(String(n))),
  feePerOrder: fc.constantFrom(ZERO, decimal('1')),
  feePerShare: fc.constantFrom(ZERO, decimal('0.005')),
  margin: fc.constantFrom(ZERO, ZERO, decimal('500')),
});

interface Run {
  readonly exchange: Exchange;
  readonly events: readonly ExchangeEvent[];
  readonly fills: readonly PaperFill[];
}

/** @param patience how often waiting is interrupted to do what is due. */
function run(actions: readonly Action[], rules: ExchangeRules, patience: number): Run {
  let exchange: Exchange = {
    cash: decimal('10000'),
    holdings: new Map([
      ['AAPL', { quantity: decimal('50'), costBasis: decimal('4000') }],
      ['IBM', { quantity: decimal('20.5'), costBasis: null }],
    ]),
    working: [],
  };
  const events: ExchangeEvent[] = [];
  let now = START;
  let percent = 100;
  let number = 0;
  const market: Market = (symbol) =>
    SYMBOLS.some((known) => known === symbol)
      ? priceAround(decimal(`${percent}`), decimal('4'))
      : null;
  const take = (outcome: { exchange: Exchange; events: readonly ExchangeEvent[] }): void => {
    exchange = outcome.exchange;
    events.push(...outcome.events);
  };
  for (const action of actions) {
    take(advance(exchange, market, rules, now));
    switch (action.type) {
      case 'order': {
        number += 1;
        const { side, symbol, quantity, limitPrice } = action;
        const intent = order(side, symbol, quantity, {
          ...(limitPrice === null ? {} : { limitPrice }),
          clientOrderId: `order-${number}`,
        });
        take(
          acceptOrder(exchange, intent, number, {
            account: 'core',
            now,
            clock: { open: true, nextOpen: null, nextClose: START.add({ minutes: 10 }) },
            market,
            isListed: () => true,
            rules,
            fractional: true,
            slices: action.slices,
            fillInterval: Temporal.Duration.from({ seconds: 30 }),
            behaviour: { type: 'ordinary' },
          }),
        );
        break;
      }
      case 'cancel': {
        const working = exchange.working[action.which];
        const reason = { code: 'cancel_requested', text: 'Cancelled on request.' };
        if (working !== undefined) take(finish(exchange, working, 'canceled', now, reason));
        break;
      }
      case 'prices':
        percent = action.percent;
        exchange = rematch(exchange, market, rules, now);
        break;
      case 'wait': {
        const began = now;
        for (let part = 1; part <= patience; part += 1) {
          const milliseconds = Math.floor((action.seconds * 1000 * part) / patience);
          now = began.add({ milliseconds });
          take(advance(exchange, market, rules, now));
        }
        break;
      }
    }
  }
  take(advance(exchange, market, rules, START.add({ hours: 1 })));
  const fills = events.flatMap((event) => (event.type === 'fill' ? [event.fill] : []));
  return { exchange, events, fills };
}

const actionsArbitrary = fc.array(actionArbitrary, { maxLength: 25 });

describe('the exchange, whatever is done to it', () => {
  test('has the cash and the shares that its fills make', () => {
    fc.assert(
      fc.property(actionsArbitrary, rulesArbitrary, (actions, rules) => {
        const { exchange, fills } = run(actions, rules, 1);
        const cash = sum([
          decimal('10000'),
          ...fills.map((fill) => {
            const notional = fill.quantity.times(fill.price);
            const flow = fill.order.side === 'buy' ? notional.neg() : notional;
            return flow.minus(fill.fees);
          }),
        ]);
        expect(toText(exchange.cash)).toBe(toText(cash));
        for (const [symbol, before] of [
          ['AAPL', '50'],
          ['IBM', '20.5'],
          ['MSFT', '0'],
        ] as const) {
          const traded = sum(
            fills
              .filter((fill) => fill.order.symbol === symbol)
              .map((fill) => (fill.order.side === 'buy' ? fill.quantity : fill.quantity.neg())),
          );
          const held = exchange.holdings.get(symbol)?.quantity ?? ZERO;
          expect(toText(held)).toBe(toText(decimal(before).plus(traded)));
        }
      }),
    );
  });

  test('never sells what is not held and never spends what is not there or lent', () => {
    fc.assert(
      fc.property(actionsArbitrary, rulesArbitrary, (actions, rules) => {
        const { exchange, events } = run(actions, rules, 1);
        for (const { quantity } of exchange.holdings.values()) {
          expect(quantity.gte(ZERO)).toBe(true);
        }
        // A sell's fees may exceed what it brings; they are the only thing that is not reserved.
        const sellFees = sum(
          events.flatMap((event) =>
            event.type === 'fill' && event.fill.order.side === 'sell' ? [event.fill.fees] : [],
          ),
        );
        const { margin } = rules;
        expect(exchange.cash.plus(sellFees).plus(margin).gte(ZERO)).toBe(true);
        expect(buyingPower(exchange, rules).lte(exchange.cash.plus(margin))).toBe(true);
      }),
    );
  });

  test('ends the same however often it was looked at', () => {
    fc.assert(
      fc.property(
        actionsArbitrary,
        rulesArbitrary,
        fc.integer({ min: 2, max: 7 }),
        (actions, rules, patience) => {
          const once = run(actions, rules, 1);
          const often = run(actions, rules, patience);
          expect(often.events).toEqual(once.events);
          expect(often.exchange).toEqual(once.exchange);
        },
      ),
    );
  });

  test('tells the life of every order in order, and ends it', () => {
    fc.assert(
      fc.property(actionsArbitrary, rulesArbitrary, (actions, rules) => {
        const { exchange, events } = run(actions, rules, 1);
        // All day orders are over an hour later.
        expect(exchange.working).toEqual([]);
        expect(nextEventAt(exchange)).toBeNull();
        const executions = events.flatMap((event) =>
          event.type === 'fill' ? [event.fill.executionId] : [],
        );
        expect(new Set(executions).size).toBe(executions.length);
        for (const life of Map.groupBy(events, orderOf).values()) expectProperLife(life);
      }),
    );
  });
});

describe('a quantity in slices', () => {
  test.each([
    ['10', 3, ['3', '3', '4']],
    ['2', 5, ['1', '1']],
    ['1', 4, ['1']],
    ['0.3', 2, ['0.1', '0.2']],
    ['1.25', 2, ['0.62', '0.63']],
    ['100', 1, ['100']],
  ])('%s in %s is %s', (quantity, wanted, expected) => {
    expect(slicesOf(quantity, wanted)).toEqual(expected);
  });

  test('is the whole of it, and no slice is empty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 9 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        (units, places, wanted) => {
          const quantity = decimal(`${units}e-${places}`);
          const slices = slicesOf(toText(quantity), wanted).map(decimal);
          expect(toText(sum(slices))).toBe(toText(quantity));
          expect(slices.length).toBeGreaterThanOrEqual(1);
          expect(slices.length).toBeLessThanOrEqual(wanted);
          expect(slices.every((slice) => slice.gt(ZERO))).toBe(true);
        },
      ),
    );
  });
});

function slicesOf(text: string, wanted: number): readonly string[] {
  const quantity = decimal(text);
  const count = sliceCount(quantity, wanted);
  const { order: accepted } = acceptOrder(
    { cash: decimal('1e20'), holdings: new Map(), working: [] },
    order('buy', 'AAPL', text),
    1,
    {
      account: 'core',
      now: START,
      clock: { open: true, nextOpen: null, nextClose: null },
      market: () => priceAround(decimal('1'), ZERO),
      isListed: () => true,
      rules: { slippageBasisPoints: ZERO, feePerOrder: ZERO, feePerShare: ZERO, margin: ZERO },
      fractional: true,
      slices: wanted,
      fillInterval: new Temporal.Duration(),
      behaviour: { type: 'ordinary' },
    },
  );
  expect(accepted.slices).toBe(count);
  const slices: string[] = [];
  let current = accepted;
  while (slices.length < count) {
    const slice = sliceQuantity(current);
    slices.push(toText(slice));
    current = {
      ...current,
      slicesFilled: current.slicesFilled + 1,
      filledQuantity: current.filledQuantity.plus(slice),
    };
  }
  return slices;
}

function orderOf(event: ExchangeEvent): string {
  return event.type === 'fill' ? event.fill.order.brokerOrderId : event.order.brokerOrderId;
}

/** Fills come before the state they lead to; an end comes last. */
function expectProperLife(events: readonly ExchangeEvent[]): void {
  let filled = ZERO;
  const statuses: string[] = [];
  for (const event of events) {
    if (event.type === 'fill') {
      filled = filled.plus(event.fill.quantity);
      continue;
    }
    const { status, filledQuantity, quantity, filledNotional } = event.order;
    expect(toText(filledQuantity)).toBe(toText(filled));
    expect(filledQuantity.lte(quantity)).toBe(true);
    expect(filledNotional.gt(ZERO)).toBe(filledQuantity.gt(ZERO));
    expect(status === 'filled').toBe(filledQuantity.eq(quantity));
    statuses.push(status);
  }
  expect(statuses.join(' ')).toMatch(
    /^(rejected|accepted( partially_filled)*( filled| canceled| expired))$/,
  );
}
