import { describe, expect, it } from 'vitest';
import { decimal, toText } from '../../src/core/decimal.ts';
import { decideExecution } from '../../src/core/execution.ts';
import type { ExecutionState } from '../../src/core/execution.ts';
import { buy, LIMITS_50_BP, NOW, sale, stateOf, tradedSoFar } from './executions.ts';
import type { Line } from './executions.ts';

/** Money, and the legs with what became of them; the collar is 50 bp and all reference prices are $100. */
interface Trading {
  /** Above the buffer. */
  readonly cash: string;
  readonly buffer: string;
  readonly lines: readonly Line[];
  readonly orderType?: 'market';
  /** Until then it is waited for. */
  readonly buyingPower?: string;
  readonly awaitedFor?: number;
}

/** What is released, as `quantity@limit`, and `denied` or `wait` where that is it. */
function decided(trading: Trading): readonly string[] {
  const { cash, buffer, lines, orderType = 'limit', buyingPower, awaitedFor = 0 } = trading;
  const state: ExecutionState = stateOf({
    ...tradedSoFar(lines),
    cashAtStart: decimal(cash),
    cashBuffer: decimal(buffer),
    settings: { ...LIMITS_50_BP, orderType },
    funds:
      buyingPower === undefined
        ? null
        : {
            buyingPower: decimal(buyingPower),
            awaitedUntil: NOW.add({ seconds: awaitedFor }),
          },
  });
  const { release, deny, finished } = decideExecution(state);
  expect(finished).toBe(false);
  const sent = release.map(({ quantity, limitPrice }) => {
    const limit = limitPrice === null ? 'market' : toText(limitPrice);
    return `${toText(quantity)}@${limit}`;
  });
  const result = [...sent, ...deny.map(({ code }) => code)];
  return result.length === 0 ? ['wait'] : result;
}

const TWO_BUYS = [buy('5'), buy('5')];
const ONE_FILLED = [sale('10'), buy('5', { status: 'filled' }), buy('5')];

it.each<[string, Trading, readonly string[]]>([
  // A plan that invests everything, all of its sales filled.
  [
    'is bought at once where the buffer covers the collar',
    { cash: '0', buffer: '500', lines: [sale('10'), ...TWO_BUYS] },
    ['5@100.5', '5@100.5'],
  ],
  [
    'to the last cent of it',
    { cash: '0', buffer: '5', lines: [sale('10'), ...TWO_BUYS] },
    ['5@100.5', '5@100.5'],
  ],
  [
    'all but the last where a cent is missing',
    { cash: '0', buffer: '4.99', lines: [sale('10'), ...TWO_BUYS] },
    ['5@100.5'],
  ],
  [
    'all but the last without a buffer',
    { cash: '0', buffer: '0', lines: [sale('10'), ...TWO_BUYS] },
    ['5@100.5'],
  ],
  [
    'at once though the sales brought less than planned, too',
    { cash: '0', buffer: '10', lines: [sale('10', { at: '99.5' }), ...TWO_BUYS] },
    ['5@100.5', '5@100.5'],
  ],
  [
    'all but the last where the buffer does not cover both',
    { cash: '0', buffer: '9.99', lines: [sale('10', { at: '99.5' }), ...TWO_BUYS] },
    ['5@100.5'],
  ],
  // What works may still pay.
  [
    'waits for a sale that works, however large the buffer is',
    {
      cash: '0',
      buffer: '500',
      lines: [sale('5'), sale('5', { status: 'accepted' }), ...TWO_BUYS],
    },
    ['5@100.5'],
  ],
  [
    'waits for the rest of a sale that filled in part',
    {
      cash: '0',
      buffer: '500',
      lines: [sale('10', { status: 'partially_filled', filled: '9.99' }), ...TWO_BUYS],
    },
    ['5@100.5'],
  ],
  [
    'waits for a buy to fill below its limit',
    {
      cash: '0',
      buffer: '0',
      lines: [sale('10'), buy('5', { status: 'accepted' }), buy('5')],
    },
    ['wait'],
  ],
  // A buffer that is short is restored first.
  [
    'waits until the sales have filled the buffer up',
    {
      cash: '-400',
      buffer: '500',
      lines: [sale('4'), sale('10', { status: 'accepted' }), ...TWO_BUYS],
    },
    ['wait'],
  ],
  [
    'buys with what they brought beyond it',
    { cash: '-400', buffer: '500', lines: [sale('14'), ...TWO_BUYS] },
    ['5@100.5', '5@100.5'],
  ],
  // Nothing more can come.
  [
    'does not buy with the buffer what a sale that was rejected should have paid for',
    {
      cash: '0',
      buffer: '500',
      lines: [
        sale('8'),
        sale('2', { status: 'rejected' }),
        buy('5', { status: 'filled' }),
        buy('5'),
      ],
    },
    ['3@100.5'],
  ],
  [
    'buys it all the same where better prices have paid for it',
    {
      cash: '0',
      buffer: '500',
      lines: [sale('8', { at: '130' }), sale('2', { status: 'rejected' }), ...TWO_BUYS],
    },
    ['5@100.5', '5@100.5'],
  ],
  [
    'and as much of it as they have paid for',
    {
      cash: '0',
      buffer: '500',
      lines: [sale('8', { at: '130' }), sale('4', { status: 'rejected' }), buy('12')],
    },
    ['10@100.5'],
  ],
  [
    'counts buys that work as the plan does: they take what another would need',
    {
      cash: '0',
      buffer: '500',
      lines: [
        sale('8'),
        sale('2', { status: 'rejected' }),
        buy('5', { status: 'accepted' }),
        buy('5'),
      ],
    },
    ['wait'],
  ],
  [
    'buys nothing where nothing is left, the buffer aside',
    { cash: '0', buffer: '500', lines: [sale('10', { status: 'canceled' }), buy('5')] },
    ['insufficient_funds'],
  ],
  ['lowers the limit first', { cash: '0', buffer: '1', lines: ONE_FILLED }, ['5@100.2']],
  [
    'then the quantity',
    {
      cash: '0',
      buffer: '1',
      lines: [sale('10'), buy('5', { status: 'filled', at: '100.5' }), buy('5')],
    },
    ['4@100.5'],
  ],
  // Where the buffer stays out of it.
  [
    'leaves it alone with market orders, which have no limit',
    { cash: '0', buffer: '500', lines: [sale('10'), ...TWO_BUYS], orderType: 'market' },
    ['5@market'],
  ],
  [
    'leaves it alone before anything has traded, when fees are not known',
    { cash: '1000', buffer: '500', lines: TWO_BUYS },
    ['5@100.5'],
  ],
  // Fees: the sale cost $0.60, and so will each buy.
  [
    'keeps what all buys will cost in fees',
    { cash: '0', buffer: '6.79', lines: [sale('10', { fees: '0.60' }), ...TWO_BUYS] },
    ['5@100.5'],
  ],
  [
    'buys once those are there, too',
    { cash: '0', buffer: '6.80', lines: [sale('10', { fees: '0.60' }), ...TWO_BUYS] },
    ['5@100.5', '5@100.5'],
  ],
  [
    'keeps them of buys that work',
    {
      cash: '0',
      buffer: '6.79',
      lines: [sale('10', { fees: '0.60' }), buy('5', { status: 'accepted' }), buy('5')],
    },
    ['wait'],
  ],
  [
    'keeps them where there is no buffer',
    { cash: '-497.50', buffer: '0', lines: [sale('10', { fees: '1' }), buy('5')] },
    ['5@100.1'],
  ],
  [
    'keeps them of what better prices have paid for',
    { cash: '-1', buffer: '0', lines: [sale('5', { at: '101', fees: '2' }), buy('5')] },
    ['5@100'],
  ],
  // The broker's buying power.
  [
    'waits until the broker has freed the proceeds',
    {
      cash: '0',
      buffer: '500',
      lines: [sale('5'), buy('5')],
      buyingPower: '502.49',
      awaitedFor: 1,
    },
    ['wait'],
  ],
  [
    'lowers the limit to it when it does not come',
    { cash: '0', buffer: '500', lines: [sale('5'), buy('5')], buyingPower: '502.49' },
    ['5@100.49'],
  ],
  [
    'buys what it allows, the buffer among it',
    { cash: '0', buffer: '500', lines: [sale('10'), ...TWO_BUYS], buyingPower: '1500' },
    ['5@100.5', '5@100.5'],
  ],
])('%s', (_, trading, expected) => {
  expect(decided(trading)).toEqual(expected);
});

describe('an account that borrows', () => {
  it('has no buffer to reach into: all it may spend is its limit', () => {
    // As spendableAtStart counts: all of the cash and what the broker lends.
    const lines = [sale('1'), buy('5'), buy('5')];
    expect(decided({ cash: '905', buffer: '0', lines })).toEqual(['5@100.5', '5@100.5']);
    expect(decided({ cash: '904.99', buffer: '0', lines })).toEqual(['5@100.5']);
  });
});
