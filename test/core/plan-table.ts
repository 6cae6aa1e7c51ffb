import { expect, test } from 'vitest';
import type { RebalancePolicy } from '../../src/core/policy.ts';
import { holding, legsText, percent, planBook, planned, skippedText } from './books.ts';
import type { Holding } from './books.ts';

/** Given a book and targets, this plan. */
export interface Row {
  readonly what: string;
  readonly cash?: string;
  /** `AAA 60 @ 100 -> 50%`, with what is special about it. */
  readonly holdings: readonly (string | readonly [text: string, special: Partial<Holding>])[];
  readonly policy?: Partial<RebalancePolicy>;
  readonly legs: readonly string[];
  readonly skipped?: readonly string[];
  /** Percent before and after. */
  readonly drift: readonly [before: string, after: string];
  readonly cashAfter?: string;
}

/** Each row is a test. */
export function expectPlans(rows: readonly Row[]): void {
  test.each(rows)('$what', (row) => {
    const holdings = row.holdings.map((entry) =>
      typeof entry === 'string' ? holding(entry) : { ...holding(entry[0]), ...entry[1] },
    );
    const plan = planned(planBook(row.cash ?? '0', holdings, row.policy));
    expect(legsText(plan)).toEqual(row.legs);
    expect(skippedText(plan)).toEqual(row.skipped ?? []);
    expect([percent(plan.driftBefore), percent(plan.driftAfter)]).toEqual(row.drift);
    expect(plan.cashAfter.toFixed()).toBe(row.cashAfter ?? '0');
  });
}
