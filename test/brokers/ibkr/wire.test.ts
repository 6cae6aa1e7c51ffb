import { describe, expect, test } from 'vitest';
import { parseCallback } from '../../../src/brokers/ibkr/wire.ts';

describe('a callback of @stoqey/ib', () => {
  test.each<[string, readonly unknown[], object]>([
    ['info', ['Connectivity lost', 1100], { type: 'message', id: null, code: 1100 }],
    [
      'error',
      [new Error('no'), 201, 5, undefined],
      { type: 'message', id: 5, code: 201, text: 'no' },
    ],
    ['error', [new Error('no'), 502, -1], { type: 'message', id: null, code: 502 }],
    ['error', [new Error('no'), 321, 2_147_483_647], { type: 'message', id: null, code: 321 }],
    ['managedAccounts', ['DU1,DU2,'], { type: 'managed_accounts', accounts: ['DU1', 'DU2'] }],
    ['orderStatus', [5, 'Submitted', 0, 10, 0, 901, 0, 0, 7, '', 0], { permId: 901, clientId: 7 }],
    ['accountSummary', [3, 'DU1', 'TotalCashValue', '10.07', 'USD'], { amount: expect.anything() }],
    ['accountSummary', [3, 'DU1', 'AccountType', 'INDIVIDUAL', ''], { amount: null }],
  ])('%s is understood', (callback, args, expected) => {
    expect(parseCallback(callback, args)).toMatchObject(expected);
  });

  test.each<[string, readonly unknown[], number | null]>([
    ['nextValidId', [Number.NaN], null],
    ['currentTime', ['soon'], null],
    ['currentTime', [1e15], 1e15],
    ['managedAccounts', [undefined], null],
    ['orderStatus', [5, 'Dancing', 0, 10, 0, 901], 5],
    ['orderStatus', [5, 'Submitted', Number.NaN, 10, 0, 901], 5],
    ['openOrder', [5, { symbol: 'MSFT' }, {}, {}], 5],
    ['execDetails', [-1, {}, { shares: 'five' }], -1],
    ['commissionReport', [{ commission: 1 }], null],
    ['position', ['DU1', null, 5, 1], null],
    ['tickPrice', [9, 1, Number.POSITIVE_INFINITY], 9],
  ])(
    '%s that does not fit is said to be unreadable, without what it said',
    (callback, args, id) => {
      const event = parseCallback(callback, args);
      expect(event).toMatchObject({ type: 'unreadable', callback, id });
      expect(JSON.stringify(event)).not.toMatch(/MSFT|DU1|five/);
    },
  );

  test('of a kind that nobody listens to is nothing', () => {
    expect(parseCallback('newsProviders', [[]])).toBeNull();
  });
});
