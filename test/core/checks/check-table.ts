import type { AccountSettings } from '../../../src/core/account.ts';
import type { Check } from '../../../src/core/check.ts';
import type { CheckFacts } from '../../../src/core/checks/check-facts.ts';
import { NO_USAGE } from '../../../src/core/checks/limits.ts';
import { NO_SHARED_LIMITS } from '../../../src/core/guardrail-settings.ts';
import { NOW, sampleAccount } from '../../fixtures/sample-account.ts';
import { sampleProposal } from '../../fixtures/sample-proposal.ts';

/** A proposal that passes everything, of which a case changes what it is about. */
export function sampleFacts(
  changes: Partial<CheckFacts> & { readonly settings?: Partial<AccountSettings> } = {},
): CheckFacts {
  const { settings = {}, ...facts } = changes;
  return {
    proposal: sampleProposal(),
    account: sampleAccount(settings),
    halt: null,
    market: {
      open: true,
      nextOpen: Temporal.Instant.from('2026-11-23T14:30:00Z'),
      nextClose: Temporal.Instant.from('2026-11-20T21:00:00Z'),
    },
    extendedHours: false,
    atNextOpen: false,
    limits: {
      shared: NO_SHARED_LIMITS,
      account: NO_USAGE,
      allAccounts: NO_USAGE,
      people: [],
    },
    login: null,
    compliance: { lots: [], owned: [] },
    now: NOW,
    ...facts,
  };
}

/** `passed`, or the result with its finding, as the tables write it. */
export function outcomeOf(checks: readonly Check[], rule: string): string {
  const found = checks.find((check) => check.rule === rule);
  if (found === undefined) return 'not asked';
  return found.detail === '' ? found.result : `${found.result}: ${found.detail}`;
}
