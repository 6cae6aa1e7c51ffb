import { maximum, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';

/** What became of an account's value between two times. Amounts in account currency. */
export interface ValueChange {
  /** Gained or, negative, lost, apart from what was paid in or out. */
  readonly gain: Decimal;
  /** What it is a share of: the value before, and what was paid in. */
  readonly base: Decimal;
  /** Paid in, negative for out; zero where nothing was; null where that cannot be told, and is in the gain. */
  readonly payments: Decimal | null;
}

/**
 * How much of a change of value was gained and how much was paid in or out. Money that came is taken to have
 * been there from the beginning, and money that left until the end, so that no share looks larger than it was.
 * @param payments as `netCashFlow` tells them.
 * @param tolerance less than this is what fees and interest come to, a part of the gain.
 * @returns null where there is no value before.
 */
export function valueChange(facts: {
  readonly before: Decimal | null;
  readonly now: Decimal;
  readonly payments: Decimal | null;
  readonly tolerance: Decimal;
}): ValueChange | null {
  const { before, now, tolerance } = facts;
  if (before === null || before.lte(ZERO)) return null;
  const payments = facts.payments?.abs().lte(tolerance) === true ? ZERO : facts.payments;
  const paid = payments ?? ZERO;
  return { gain: now.minus(before).minus(paid), base: before.plus(maximum(paid, ZERO)), payments };
}

/** The gain as a share of what was there. */
export function changeShare({ gain, base }: ValueChange): Decimal {
  return gain.div(base);
}
