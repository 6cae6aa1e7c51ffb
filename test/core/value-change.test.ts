import { expect, it } from 'vitest';
import { decimal, toText } from '../../src/core/decimal.ts';
import { changeShare, valueChange } from '../../src/core/value-change.ts';

interface Row {
  readonly what: string;
  readonly before: string;
  readonly now: string;
  /** Paid in, negative for out; `?` where it cannot be told. */
  readonly payments: string;
  /** The gain, its share, and what is told as paid. */
  readonly told: readonly [gain: string, share: string, payments: string];
}

const ROWS: readonly Row[] = [
  {
    what: 'nothing paid',
    before: '1000',
    now: '1010',
    payments: '0',
    told: ['10', '0.01', '0'],
  },
  {
    what: 'a deposit is no gain, and earns from the beginning',
    before: '1000',
    now: '2020',
    payments: '1000',
    told: ['20', '0.01', '1000'],
  },
  {
    what: 'a withdrawal is no loss, and has earned until the end',
    before: '1000',
    now: '510',
    payments: '-500',
    told: ['10', '0.01', '-500'],
  },
  {
    what: 'a loss hidden by a deposit',
    before: '1000',
    now: '1400',
    payments: '1000',
    told: ['-600', '-0.3', '1000'],
  },
  {
    what: 'all of it is paid out',
    before: '1000',
    now: '0',
    payments: '-1000',
    told: ['0', '0', '-1000'],
  },
  {
    what: 'a dividend within the tolerance is a gain',
    before: '1000',
    now: '1050',
    payments: '50',
    told: ['50', '0.05', '0'],
  },
  {
    what: 'fees within the tolerance are a loss',
    before: '1000',
    now: '990',
    payments: '-10',
    told: ['-10', '-0.01', '0'],
  },
  {
    what: 'what cannot be told apart is in the gain',
    before: '1000',
    now: '2000',
    payments: '?',
    told: ['1000', '1', '?'],
  },
];

it.each(ROWS)('the change of a value: $what', ({ before, now, payments, told }) => {
  const change = valueChange({
    before: decimal(before),
    now: decimal(now),
    payments: payments === '?' ? null : decimal(payments),
    tolerance: decimal('50'),
  });
  if (change === null) throw new Error('there is a value before');
  const paid = change.payments === null ? '?' : toText(change.payments);
  expect([toText(change.gain), toText(changeShare(change)), paid]).toEqual(told);
});

it.each([null, '0'])('there is none from a value of %s', (before) => {
  const facts = { now: decimal('1'), payments: decimal('1'), tolerance: decimal('0') };
  expect(valueChange({ ...facts, before: before === null ? null : decimal(before) })).toBeNull();
});
