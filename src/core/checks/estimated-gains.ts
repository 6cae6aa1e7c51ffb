import { estimateRealisedGains } from '../compliance/realised-gains.ts';
import type { RealisedGains } from '../compliance/realised-gains.ts';
import { ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { CheckFacts } from './check-facts.ts';

/** What the proposal would realise; null in an account whose gains do not count for tax. */
export function estimatedGains({
  proposal,
  account,
  compliance,
  now,
}: CheckFacts): RealisedGains | null {
  if (!account.compliance.taxable) return null;
  return estimateRealisedGains(proposal, compliance.lots, account.compliance.taxLots, now);
}

/** The gain that rules for votes look at: none in a sheltered account, and null when it is not known. */
export function estimatedGain(facts: CheckFacts): Decimal | null {
  const gains = estimatedGains(facts);
  return gains === null ? ZERO : gains.total;
}
