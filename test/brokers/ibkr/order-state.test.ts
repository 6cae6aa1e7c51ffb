import { describe, expect, test } from 'vitest';
import {
  toBrokerOrder,
  withNews,
  type KnownOrder,
  type OrderNews,
} from '../../../src/brokers/ibkr/order-state.ts';
import { decimal, ZERO } from '../../../src/core/decimal.ts';
import type { BrokerOrder } from '../../../src/ports/broker.ts';

const NOON = Temporal.Instant.from('2026-11-20T17:00:00Z');
const CLOSE = Temporal.Instant.from('2026-11-20T21:00:00Z');

const PENDING: KnownOrder = {
  permId: 901,
  orderId: 5,
  account: 'DU1234567',
  orderRef: 'k3f9xa-1-1',
  symbol: 'MSFT',
  side: 'buy',
  quantity: decimal('10'),
  limitPrice: null,
  filled: ZERO,
  averagePrice: null,
  status: 'PendingSubmit',
  endedBy: null,
  endedAt: null,
  message: null,
  cancelAsked: false,
  firstHeardAt: NOON,
  changedAt: NOON,
};

type News = Omit<OrderNews, 'permId'>;
const rejected = { rejected: true, text: 'Order rejected - reason:no' };

function after(...news: readonly News[]): BrokerOrder {
  let order = PENDING;
  for (const each of news) order = withNews(order, { permId: 901, ...each }, NOON);
  return toBrokerOrder(order, []);
}

describe('an order of TWS', () => {
  test.each<[string, readonly News[], BrokerOrder['status'], string]>([
    ['not yet at IB works', [], 'accepted', '0'],
    ['held by TWS works', [{ status: 'PreSubmitted' }], 'accepted', '0'],
    ['at the exchange works', [{ status: 'Submitted' }], 'accepted', '0'],
    ['partly filled', [{ status: 'Submitted', filled: decimal('5') }], 'partially_filled', '5'],
    ['filled', [{ status: 'Filled', filled: decimal('10') }], 'filled', '10'],
    ['filled, whose status lags', [{ status: 'Submitted', filled: decimal('10') }], 'filled', '10'],
    [
      'does not go back to an older state',
      [{ status: 'Submitted' }, { status: 'PendingSubmit' }, { message: rejected }],
      'accepted',
      '0',
    ],
    [
      'does not unfill when old news is told again',
      [
        { status: 'Filled', filled: decimal('10') },
        { status: 'Submitted', filled: decimal('5') },
      ],
      'filled',
      '10',
    ],
    ['being cancelled still works', [{ status: 'PendingCancel' }], 'accepted', '0'],
    ['cancelled on request', [{ cancelAsked: true }, { status: 'Cancelled' }], 'canceled', '0'],
    ['cancelled by somebody at noon', [{ status: 'Cancelled' }], 'canceled', '0'],
    ['cancelled by the API', [{ status: 'ApiCancelled' }], 'canceled', '0'],
    [
      'that ended with its session has expired',
      [{ status: 'Cancelled', endedAt: CLOSE }],
      'expired',
      '0',
    ],
    [
      'partly filled that ended with its session has expired',
      [{ status: 'Cancelled', filled: decimal('5'), endedAt: CLOSE }],
      'expired',
      '5',
    ],
    [
      'cancelled on request, told after the close',
      [{ cancelAsked: true }, { status: 'Cancelled', endedAt: CLOSE }],
      'canceled',
      '0',
    ],
    [
      'cancelled by a person after the close',
      [{ status: 'Cancelled', endedBy: 'Cancelled by Trader', endedAt: CLOSE }],
      'canceled',
      '0',
    ],
    ['refused', [{ message: rejected }, { status: 'Inactive' }], 'rejected', '0'],
    [
      'refused and cancelled for it',
      [{ message: rejected }, { status: 'Cancelled' }],
      'rejected',
      '0',
    ],
    ['inactive without a word may trade yet', [{ status: 'Inactive' }], 'accepted', '0'],
    [
      'that works is not rejected by a message about a change of it',
      [{ status: 'Submitted' }, { message: rejected }],
      'accepted',
      '0',
    ],
  ])('%s', (_what, news, status, filled) => {
    const order = after(...news);
    expect([order.status, order.filledQuantity.toFixed()]).toEqual([status, filled]);
  });

  test('says why it was refused', () => {
    expect(after({ message: rejected }, { status: 'Inactive' }).reason).toBe(rejected.text);
  });

  test('keeps its quantity when a list of finished orders says zero', () => {
    expect(after({ quantity: ZERO, status: 'Filled' }).quantity.toFixed()).toBe('10');
  });

  test('changes when what counts changes, and then only', () => {
    const later = NOON.add({ minutes: 5 });
    const same = withNews(PENDING, { permId: 901, status: 'Submitted' }, later);
    expect(same.changedAt).toEqual(NOON);
    const filled = withNews(same, { permId: 901, filled: decimal('5') }, later);
    expect(filled.changedAt).toEqual(later);
  });

  describe('with its executions', () => {
    const execution = {
      executionId: 'e1.01',
      correction: 1,
      permId: 901,
      account: 'DU1234567',
      orderRef: 'k3f9xa-1-1',
      symbol: 'MSFT',
      side: 'buy',
      quantity: decimal('5'),
      price: decimal('33.33'),
      at: NOON,
      fees: ZERO,
      feesAreFinal: true,
    } as const;
    const filled: KnownOrder = {
      ...PENDING,
      status: 'Filled',
      filled: decimal('10'),
      averagePrice: decimal('33.334'),
    };

    test.each<[string, readonly (typeof execution | object)[], string]>([
      ['counts what TWS counts', [execution], 'filled 10 33.334'],
      [
        'has the exact price of all of them',
        [execution, { ...execution, price: decimal('33.35') }],
        'filled 10 33.34',
      ],
      [
        'counts what a correction left',
        [{ ...execution, correction: 2, quantity: decimal('4') }],
        'filled 4 33.33',
      ],
    ])('%s', (_what, executions, expected) => {
      const { status, filledQuantity, averageFillPrice } = toBrokerOrder(
        filled,
        executions.map((each) => ({ ...execution, ...each })),
      );
      expect(`${status} ${filledQuantity.toFixed()} ${averageFillPrice?.toFixed()}`).toBe(expected);
    });

    test('is never ahead of them while they are waited for', () => {
      const held = toBrokerOrder(filled, [execution], { executionsDecide: true });
      expect([held.status, held.filledQuantity.toFixed()]).toEqual(['partially_filled', '5']);
    });
  });
});
