import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { ApprovalRule } from '../../src/core/guardrail-settings.ts';
import type { Leg } from '../../src/core/plan-types.ts';
import { quorumFor, strictest } from '../../src/core/quorum.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { samplePlan } from '../fixtures/sample-proposal.ts';

const NO_CONDITION: ApprovalRule['when'] = {
  notional: null,
  turnover: null,
  accountShare: null,
  realisedGain: null,
  mode: null,
  warnings: null,
};

const when = (
  conditions: Partial<ApprovalRule['when']>,
  votesNeeded: number,
  ...groups: string[]
): ApprovalRule => ({ when: { ...NO_CONDITION, ...conditions }, votesNeeded, groups });

const [leg] = samplePlan().legs;
if (leg === undefined) throw new Error('the sample has legs');
const trade = (symbol: string, notional: string): Leg => ({
  ...leg,
  symbol,
  notional: decimal(notional),
});

/** $12,000 of an account of $100,000, $7,000 of it in AAPL; live, one check warns, $500 realised. */
const facts = {
  plan: samplePlan({
    legs: [trade('AAPL', '4000'), trade('IBM', '5000'), trade('AAPL', '3000')],
    notional: decimal('12000'),
    turnover: decimal('0.12'),
    totalValue: decimal('100000'),
  }),
  mode: 'live' as const,
  warnings: 1,
  realisedGain: decimal('500'),
};

const settings = (rules: readonly ApprovalRule[]) => ({
  ...sampleAccount().approvals,
  votesNeeded: 1,
  largeTrade: { notional: decimal('20000'), votesNeeded: 2 },
  rules,
});

describe('the quorum of a proposal', () => {
  it.each<[string, readonly ApprovalRule[], string]>([
    ['no rule', [], '1'],
    ['its notional exactly', [when({ notional: decimal('12000') }, 3)], '3'],
    ['a cent more than its notional', [when({ notional: decimal('12000.01') }, 3)], '1'],
    ['its turnover', [when({ turnover: decimal('0.12') }, 3)], '3'],
    ['a higher turnover', [when({ turnover: decimal('0.1201') }, 3)], '1'],
    ['all trades of one symbol', [when({ accountShare: decimal('0.07') }, 3)], '3'],
    ['more than in any one symbol', [when({ accountShare: decimal('0.0701') }, 3)], '1'],
    ['its gain', [when({ realisedGain: decimal('500') }, 3)], '3'],
    ['a larger gain', [when({ realisedGain: decimal('500.01') }, 3)], '1'],
    ['its mode', [when({ mode: 'live' }, 3)], '3'],
    ['the other mode', [when({ mode: 'paper' }, 3)], '1'],
    ['its warnings', [when({ warnings: 1 }, 3)], '3'],
    ['more warnings', [when({ warnings: 2 }, 3)], '1'],
    ['two conditions that hold', [when({ mode: 'live', warnings: 1 }, 3)], '3'],
    ['one of two conditions', [when({ mode: 'live', warnings: 2 }, 3)], '1'],
    ['a rule with fewer votes', [when({ mode: 'live' }, 1)], '1'],
    ['a rule that asks for a group', [when({ mode: 'live' }, 1, 'risk')], '1 from risk'],
    [
      'two rules: the most votes of one, the groups of both',
      [when({ mode: 'live' }, 3, 'treasury'), when({ warnings: 1 }, 2, 'risk', 'treasury')],
      '3 from risk, treasury',
    ],
    [
      'a rule that does not apply beside one that does',
      [when({ mode: 'paper' }, 9, 'board'), when({ mode: 'live' }, 2, 'risk')],
      '2 from risk',
    ],
  ])('with a rule for %s', (_, rules, expected) => {
    const { votesNeeded, groups } = quorumFor(settings(rules), facts);
    expect(
      [String(votesNeeded), ...(groups.length === 0 ? [] : [groups.join(', ')])].join(' from '),
    ).toBe(expected);
  });

  it('takes what is not known for the worst', () => {
    const rules = [when({ realisedGain: decimal('1000000') }, 3, 'risk')];
    expect(quorumFor(settings(rules), { ...facts, realisedGain: null })).toEqual({
      votesNeeded: 3,
      groups: ['risk'],
    });
    const worthless = { ...facts.plan, totalValue: decimal('0') };
    const share = [when({ accountShare: decimal('0.99') }, 3)];
    expect(quorumFor(settings(share), { ...facts, plan: worthless }).votesNeeded).toBe(3);
  });

  it('is that of a large trade where no rule asks for more', () => {
    const large = { ...facts, plan: { ...facts.plan, notional: decimal('20000') } };
    const votes = (rules: readonly ApprovalRule[]) => quorumFor(settings(rules), large).votesNeeded;
    expect(votes([])).toBe(2);
    expect(votes([when({ mode: 'live' }, 1)])).toBe(2);
    expect(votes([when({ mode: 'live' }, 4)])).toBe(4);
  });
});

describe('of two quorums', () => {
  it('the strictest of each kind counts, whichever way round', () => {
    const frozen = { votesNeeded: 3, groups: ['treasury'] };
    const now = { votesNeeded: 2, groups: ['risk', 'treasury'] };
    const both = { votesNeeded: 3, groups: ['risk', 'treasury'] };
    expect(strictest(frozen, now)).toEqual(both);
    expect(strictest(now, frozen)).toEqual(both);
  });
});
