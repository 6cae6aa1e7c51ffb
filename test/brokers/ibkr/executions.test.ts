import { describe, expect, test } from 'vitest';
import {
  createExecutions,
  splitExecutionId,
  toFill,
} from '../../../src/brokers/ibkr/executions.ts';
import { parseCallback, type ExecutionTold } from '../../../src/brokers/ibkr/wire.ts';
import { decimal, toText } from '../../../src/core/decimal.ts';

const NOW = Temporal.Instant.from('2026-11-20T15:00:00Z');
const contract = { conId: 265_598, symbol: 'BRK B', secType: 'STK', currency: 'USD' };
const execution = {
  orderId: 5,
  clientId: 7,
  execId: '0000e0d5.6554e3f2.01.01',
  time: '20261120 10:00:01 US/Eastern',
  acctNumber: 'DU1234567',
  side: 'BOT',
  shares: 5,
  price: 33.33,
  permId: 901,
  orderRef: 'k3f9xa-1-1',
};

function told(changes: Partial<typeof execution> = {}, secType = 'STK'): ExecutionTold {
  const event = parseCallback('execDetails', [
    -1,
    { ...contract, secType },
    { ...execution, ...changes },
  ]);
  if (event?.type !== 'execution') throw new Error('not an execution');
  return event;
}

type Step = ReturnType<typeof told> | readonly [string, string];

/** @returns the fill as it stands after all of it. */
function after(...steps: readonly Step[]): string {
  const book = createExecutions(() => NOW);
  for (const step of steps) {
    if ('type' in step) book.take(step, null);
    else book.takeCommission(step[0], decimal(step[1]));
  }
  return book
    .of('DU1234567')
    .map((each) => toFill(each, 'core'))
    .map(
      (fill) => `${[fill.quantity, fill.price, fill.fees].map(toText).join(' ')} r${fill.revision}`,
    )
    .join(', ');
}

const FIRST = '0000e0d5.6554e3f2.01.01';
const SECOND = '0000e0d5.6554e3f2.01.02';

describe('an execution', () => {
  test('becomes a fill with what all its tellings share as its id', () => {
    const book = createExecutions(() => NOW);
    const taken = book.take(told(), null);
    if (taken === null) throw new Error('it was not taken');
    expect(toFill(taken, 'core')).toEqual({
      executionId: '0000e0d5.6554e3f2.01',
      revision: 2,
      clientOrderId: 'k3f9xa-1-1',
      brokerOrderId: '901',
      account: 'core',
      symbol: 'BRK.B',
      side: 'buy',
      quantity: decimal('5'),
      price: decimal('33.33'),
      fees: decimal('0'),
      at: Temporal.Instant.from('2026-11-20T15:00:01Z'),
    });
  });

  test.each<[string, readonly Step[], string]>([
    ['has no fees before its commission', [told()], '5 33.33 0 r2'],
    ['has the fees of its commission', [told(), [FIRST, '1']], '5 33.33 1 r3'],
    ['has them also when they came first', [[FIRST, '1'], told()], '5 33.33 1 r3'],
    ['told twice is one', [told(), [FIRST, '1'], told(), [FIRST, '1']], '5 33.33 1 r3'],
    [
      'corrected counts once',
      [told(), [FIRST, '1'], told({ execId: SECOND, price: 33.3 })],
      '5 33.3 1 r4',
    ],
    [
      'corrected has the fees of its correction',
      [told(), [FIRST, '1'], told({ execId: SECOND, shares: 4 }), [SECOND, '0.8']],
      '4 33.33 0.8 r5',
    ],
    [
      'is not undone by an older telling',
      [told({ execId: SECOND, shares: 4 }), told()],
      '4 33.33 0 r4',
    ],
    [
      'keeps the fees of its correction',
      [told({ execId: SECOND }), [SECOND, '2'], [FIRST, '1']],
      '5 33.33 2 r5',
    ],
    ['taken back comes to nothing', [told(), told({ execId: SECOND, shares: 0 })], '0 33.33 0 r4'],
    [
      'beside another one is another one',
      [told(), told({ execId: '0000e0d5.6554e3f2.02.01' })],
      '5 33.33 0 r2, 5 33.33 0 r2',
    ],
  ])('%s', (_what, steps, expected) => {
    expect(after(...steps)).toBe(expected);
  });

  test('of an option is not of this account as Evenkeel sees it', () => {
    expect(createExecutions(() => NOW).take(told({}, 'OPT'), null)).toBeNull();
  });

  test.each([
    ['0000e0d5.6554e3f2.01.02', { prefix: '0000e0d5.6554e3f2.01', correction: 2 }],
    ['no-points', { prefix: 'no-points', correction: 1 }],
    ['a.b', { prefix: 'a.b', correction: 1 }],
  ])('id %s', (id, expected) => {
    expect(splitExecutionId(id)).toEqual(expected);
  });
});
