import { ratio } from './decimal.ts';
import type { Decimal } from './decimal.ts';

/**
 * The sum of absolute deviations of all lines and of the cash beyond the buffer, which has a target
 * of zero. All deviations together add up to zero, so this is twice what is in the wrong place.
 */
export function totalDeviation(deviations: Iterable<bigint>, spareCash: bigint): bigint {
  let total = magnitude(spareCash);
  for (const deviation of deviations) total += magnitude(deviation);
  return total;
}

/** Drift: half the sum of absolute deviations, as a share of the investable value. */
export function driftOf(total: bigint, investable: bigint): Decimal {
  return ratio(total, 2n * investable);
}

export function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
