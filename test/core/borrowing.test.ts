import { expect, it } from 'vitest';
import { borrowable, spendableAtStart } from '../../src/core/borrowing.ts';
import { decimal } from '../../src/core/decimal.ts';

it.each([
  ['1000', '1000', '0'],
  ['1000', '4000', '3000'],
  // A loan that runs already, and what is left of it.
  ['-500', '2500', '2500'],
  // Money that has not settled is in the cash and not in the power.
  ['1000', '400', '0'],
])('with %s of cash and %s of buying power, %s can be borrowed', (cash, power, expected) => {
  const balance = { cash: decimal(cash), settledCash: null, buyingPower: decimal(power) };
  expect(borrowable(balance).toFixed()).toBe(expected);
});

it.each([
  ['a plan that borrows, allowed', '-2000', true, '4000', '0'],
  ['a plan that borrows, not allowed any more', '-2000', false, '900', '100'],
  ['a plan that does not, allowed', '100', true, '900', '100'],
  ['a plan that only uses the buffer', '0', true, '900', '100'],
])('%s may spend', (_, cashAfter, allowMargin, spendable, buffer) => {
  const balance = { cash: decimal('1000'), settledCash: null, buyingPower: decimal('4000') };
  const plan = { cashAfter: decimal(cashAfter), cashBuffer: decimal('100') };
  const funds = { accountType: 'margin' as const, allowMargin };
  const { cashAtStart, cashBuffer } = spendableAtStart(balance, plan, funds);
  expect(cashAtStart.toFixed()).toBe(spendable);
  expect(cashBuffer.toFixed()).toBe(buffer);
});
