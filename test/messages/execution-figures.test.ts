import { describe, expect, test } from 'vitest';
import { decimal, toText } from '../../src/core/decimal.ts';
import { executionFigures } from '../../src/messages/execution-figures.ts';
import type { SampleOutcome } from '../fixtures/sample-execution.ts';
import { sampleExecution } from '../fixtures/sample-execution.ts';
import { samplePlan } from '../fixtures/sample-proposal.ts';

// SELL AAPL 79 @ 223.02, BUY IBM 104 @ 125.55, BUY AMZN 21 @ 128.82, BUY GOOG 3 @ 560.19.
const { legs } = samplePlan();

function figuresOf(outcomes: readonly (SampleOutcome | null)[]) {
  const { orders, fills } = sampleExecution(legs, outcomes);
  return executionFigures(legs, orders, fills);
}

describe('slippage is in our favour when we receive more or pay less than proposed', () => {
  test.each([
    ['sold a cent higher', [{ status: 'filled', fills: [['79', '223.03']] }], '0.79'],
    ['sold a cent lower', [{ status: 'filled', fills: [['79', '223.01']] }], '-0.79'],
    ['bought a cent lower', [null, { status: 'filled', fills: [['104', '125.54']] }], '1.04'],
    ['bought a cent higher', [null, { status: 'filled', fills: [['104', '125.56']] }], '-1.04'],
    ['as proposed', [{ status: 'filled', fills: [['79', '223.02']] }], '0'],
    [
      'in two parts that even out',
      [
        {
          status: 'filled',
          fills: [
            ['39', '223.06'],
            ['40', '222.981'],
          ],
        },
      ],
      '0',
    ],
  ] as const)('%s', (_, outcomes, expected) => {
    expect(toText(figuresOf(outcomes).slippage)).toBe(expected);
  });

  test('in basis points of what was filled, at the proposed prices', () => {
    // 0.79 of 17,618.58 is 0.448 basis points.
    const figures = figuresOf([{ status: 'filled', fills: [['79', '223.03']] }]);
    expect(figures.slippageBasisPoints.round(3).toFixed(3)).toBe('0.448');
  });

  test('nothing filled, no slippage', () => {
    expect(toText(figuresOf([]).slippageBasisPoints)).toBe('0');
  });
});

describe('each leg has one state', () => {
  test.each([
    ['nothing sent: sells first', null, 'sell', 'waiting'],
    ['committed, not sent', { status: 'created' }, 'sell', 'waiting'],
    ['sent', { status: 'submitted' }, 'sell', 'working'],
    ['at the broker', { status: 'accepted' }, 'sell', 'working'],
    [
      'some of it filled',
      { status: 'partially_filled', fills: [['9', '223']] },
      'sell',
      'partially_filled',
    ],
    ['no answer', { status: 'unknown' }, 'sell', 'unknown'],
    ['filled', { status: 'filled', fills: [['79', '223']] }, 'sell', 'filled'],
    ['rejected', { status: 'rejected' }, 'sell', 'ended'],
    ['canceled after a part', { status: 'canceled', fills: [['9', '223']] }, 'sell', 'ended'],
    ['denied by us', { status: 'denied' }, 'sell', 'ended'],
  ] as const)('%s', (_, outcome, __, expected) => {
    expect(figuresOf([outcome]).legs[0]?.state).toBe(expected);
  });

  test('a buy waits for proceeds while a sell may still bring some, and for its turn afterwards', () => {
    expect(figuresOf([{ status: 'accepted' }]).legs[1]?.state).toBe('waiting_for_proceeds');
    expect(figuresOf([{ status: 'rejected' }]).legs[1]?.state).toBe('waiting');
    expect(figuresOf([{ status: 'filled', fills: [['79', '223']] }]).legs[1]?.state).toBe(
      'waiting',
    );
  });
});

function again(clientOrderId: string): string {
  return `${clientOrderId}-again`;
}

describe('progress', () => {
  const all: readonly SampleOutcome[] = [
    { status: 'filled', fills: [['79', '223.05']] },
    { status: 'filled', fills: [['104', '125.52']] },
    { status: 'filled', fills: [['21', '128.81']] },
    { status: 'filled', fills: [['3', '560.40']] },
  ];

  test('is 0 before, 100 when all is filled, and never 100 before', () => {
    expect(figuresOf([]).percent).toBe(0);
    expect(figuresOf(all).percent).toBe(100);
    const almost = figuresOf([
      ...all.slice(0, 3),
      { status: 'partially_filled', fills: [['2', '560']] },
    ]);
    expect(almost.percent).toBe(98);
    expect(almost.buys).toEqual({ filled: 2, count: 3 });
    expect(almost.sells).toEqual({ filled: 1, count: 1 });
  });

  test("counts the order's own figures while its fills have not come yet", () => {
    const { orders } = sampleExecution(legs, [{ status: 'filled', fills: [['79', '223.05']] }]);
    const figures = executionFigures(legs, orders, []);
    expect(figures.legs[0]?.state).toBe('filled');
    expect(toText(figures.notional)).toBe('17620.95');
  });

  test('adds up several attempts of one leg', () => {
    const first = sampleExecution(legs, [{ status: 'canceled', fills: [['50', '223.00']] }]);
    const second = sampleExecution(legs, [{ status: 'filled', fills: [['29', '223.10']] }]);
    const figures = executionFigures(
      legs,
      [
        ...first.orders,
        ...second.orders.map((order) => ({
          ...order,
          intent: { ...order.intent, attempt: 2, clientOrderId: again(order.intent.clientOrderId) },
        })),
      ],
      [
        ...first.fills,
        ...second.fills.map((fill) => ({
          ...fill,
          clientOrderId: again(fill.clientOrderId ?? ''),
          fees: decimal('0.35'),
        })),
      ],
    );
    expect(figures.legs[0]?.state).toBe('filled');
    expect(toText(figures.notional)).toBe('17619.9');
    expect(toText(figures.fees)).toBe('0.35');
  });
});
