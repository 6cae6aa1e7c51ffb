import { describe, expect, test } from 'vitest';
import { revisionOf, type Execution } from '../../../src/brokers/ibkr/executions.ts';
import type { KnownOrder } from '../../../src/brokers/ibkr/order-state.ts';
import { createTellings } from '../../../src/brokers/ibkr/tellings.ts';
import { decimal, ZERO } from '../../../src/core/decimal.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';

const NOON = Temporal.Instant.from('2026-11-20T17:00:00Z');

const ORDER: KnownOrder = {
  permId: 901,
  orderId: 5,
  account: 'DU1234567',
  orderRef: 'k3f9xa-1-1',
  symbol: 'MSFT',
  side: 'buy',
  quantity: decimal('10'),
  limitPrice: null,
  filled: ZERO,
  averagePrice: decimal('33.33'),
  status: 'Submitted',
  endedBy: null,
  endedAt: null,
  message: null,
  cancelAsked: false,
  firstHeardAt: NOON,
  changedAt: NOON,
};

const execution = (number: number, changes: Partial<Execution> = {}): Execution => ({
  executionId: `e${number}.01`,
  correction: 1,
  permId: 901,
  account: 'DU1234567',
  orderRef: 'k3f9xa-1-1',
  symbol: 'MSFT',
  side: 'buy',
  quantity: decimal('5'),
  price: decimal('33.33'),
  at: NOON,
  fees: null,
  feesAreFinal: false,
  ...changes,
});

const withCommission = (number: number): Execution =>
  execution(number, { fees: decimal('1'), feesAreFinal: true });

/** What TWS says, and what subscribers hear, in words. */
function open() {
  const clock = createTestClock(NOON);
  const heard: string[] = [];
  const executions = new Map<string, Execution>();
  let order: KnownOrder | null = null;
  const tellings = createTellings(
    clock,
    (_account, update) => {
      if (update.type === 'execution') {
        heard.push(`${update.execution.executionId} r${revisionOf(update.execution)}`);
      } else if (update.type === 'order') {
        heard.push(`${update.order.status} ${update.order.filledQuantity.toFixed()}`);
      }
    },
    () => {
      if (order !== null) tellings.takeOrder(order, [...executions.values()]);
    },
  );
  return {
    clock,
    heard,
    tellings,
    execute(told: Execution): void {
      executions.set(told.executionId, told);
      tellings.takeExecution(told);
    },
    report(changes: Partial<KnownOrder>): void {
      order = { ...(order ?? ORDER), ...changes };
      tellings.takeOrder(order, [...executions.values()]);
    },
  };
}

const FILLED = { status: 'Filled', filled: decimal('10') } as const;

describe('what subscribers hear', () => {
  test('of an order is never ahead of its fills, whatever came first', () => {
    const desk = open();
    desk.report({});
    desk.report({ filled: decimal('5') });
    desk.report(FILLED);
    desk.execute(withCommission(1));
    desk.execute(withCommission(2));
    expect(desk.heard).toEqual([
      'accepted 0',
      'e1.01 r3',
      'partially_filled 5',
      'e2.01 r3',
      'filled 10',
    ]);
  });

  test('of an order whose executions do not come is told all the same, after a while', async () => {
    const desk = open();
    desk.report(FILLED);
    expect(desk.heard).toEqual(['accepted 0']);
    await desk.clock.advance({ seconds: 4 });
    expect(desk.heard).toEqual(['accepted 0']);
    await desk.clock.advance({ seconds: 1 });
    expect(desk.heard).toEqual(['accepted 0', 'filled 10']);
  });

  test('of a fill waits for its commission', async () => {
    const desk = open();
    desk.execute(execution(1));
    await desk.clock.advance({ seconds: 4 });
    expect(desk.heard).toEqual([]);
    desk.execute(withCommission(1));
    expect(desk.heard).toEqual(['e1.01 r3']);
    await desk.clock.advance({ seconds: 10 });
    expect(desk.heard).toEqual(['e1.01 r3']);
  });

  test('of a fill without commission is told after five seconds, and its fees as a correction', async () => {
    const desk = open();
    desk.execute(execution(1));
    const settled = desk.tellings.settled('DU1234567').then(() => desk.heard.push('settled'));
    await desk.clock.advance({ seconds: 5 });
    await settled;
    desk.execute(withCommission(1));
    desk.execute(withCommission(1));
    expect(desk.heard).toEqual(['e1.01 r2', 'settled', 'e1.01 r3']);
  });
});
