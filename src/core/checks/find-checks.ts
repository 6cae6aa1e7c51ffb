import type { Check } from '../check.ts';
import { checkBook } from './book.ts';
import type { CheckFacts } from './check-facts.ts';
import { checkComplianceLists } from './compliance-lists.ts';
import { checkFunds } from './funds.ts';
import { checkHalt } from './halt.ts';
import { checkLimits } from './limits.ts';
import { checkLogin } from './login.ts';
import { checkMarketHours } from './market-hours.ts';
import { checkWashSales } from './wash-sales.ts';

/** The checks, in the order in which they are shown. Each looks at one topic and may have several results. */
const CHECKS: readonly ((facts: CheckFacts) => readonly Check[])[] = [
  checkMarketHours,
  checkHalt,
  checkBook,
  checkFunds,
  checkLimits,
  checkLogin,
  checkComplianceLists,
  checkWashSales,
];

/** Every check of a proposal with its result. Pure: shown before anyone decides, and enforced at each step. */
export function findChecks(facts: CheckFacts): readonly Check[] {
  return CHECKS.flatMap((check) => check(facts));
}

/** The checks that stop the trade. */
export function failedChecks(checks: readonly Check[]): readonly Check[] {
  return checks.filter((check) => check.result === 'failed');
}
