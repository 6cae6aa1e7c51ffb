import { describe, expect, it } from 'vitest';
import { approvalState } from '../../src/core/approval-state.ts';
import { decimal, ZERO } from '../../src/core/decimal.ts';
import { findDecisionDenial } from '../../src/core/permission.ts';
import type { Person } from '../../src/core/person.ts';
import { transition } from '../../src/core/proposal-transition.ts';
import type { ProposalEvent } from '../../src/core/proposal-transition.ts';
import type { Decision, Proposal, ProposalStatus } from '../../src/core/proposal.ts';
import { proposalSchema } from '../../src/core/proposal.ts';
import { missingVotesWords } from '../../src/messages/approval.ts';
import { later, SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { sampleProposal, sampleRecord } from '../fixtures/sample-proposal.ts';
import { z } from 'zod';

/** Ana proposes; Ben and Chloe approve; Dev, the admin, is in risk and treasury; Eve is in risk, Finn views. */
const PEOPLE: readonly Person[] = [
  ...SAMPLE_PEOPLE.map((person) => ({
    ...person,
    groups: person.id === 'dev' ? ['risk', 'treasury'] : person.id === 'ben' ? ['treasury'] : [],
  })),
  { ...somebody('eve', 'Eve', 'approver'), groups: ['risk'] },
  somebody('finn', 'Finn', 'viewer'),
];

function somebody(id: string, name: string, role: Person['role']): Person {
  return { id, name, role, accountRoles: {}, groups: [], platformIds: { web: [id] } };
}

const decision = (voter: string, changes: Partial<Decision> = {}): Decision => ({
  proposalId: 'k3f9xa',
  person: voter,
  platform: 'web',
  verdict: 'approve',
  reason: null,
  digest: sampleProposal().digest,
  at: later(1),
  ...changes,
});

function stateAfter(
  decisions: readonly Decision[],
  options: {
    readonly proposal?: Partial<Proposal>;
    readonly approvals?: Partial<ReturnType<typeof sampleAccount>['approvals']>;
    readonly people?: readonly Person[];
  } = {},
) {
  const account = sampleAccount();
  return approvalState(
    sampleRecord({ decisions }, options.proposal),
    { ...account, approvals: { ...account.approvals, ...options.approvals } },
    options.people ?? PEOPLE,
    { warnings: 0, realisedGain: ZERO },
  );
}

describe('the words for what is missing', () => {
  it.each<[voted: string, needed: number, groups: string, words: string]>([
    ['', 1, '', '1 vote from Ben, Chloe, Dev or Eve'],
    // Something warned at the vote of Ben, and does not any more.
    ['ben', 1, '', 'any further vote, because the rules ask for fewer now: Chloe, Dev or Eve'],
    ['ben', 2, '', '1 more vote from Chloe, Dev or Eve'],
    ['ben', 2, 'risk', '1 more vote, from risk: Dev or Eve'],
    ['', 2, 'risk', '2 votes, one of them from risk: Ben, Chloe, Dev or Eve'],
    ['dev', 2, 'risk treasury', '1 more vote, from risk or treasury: Ben or Eve'],
    ['', 2, 'risk treasury', '2 votes, from risk and treasury: Ben, Dev or Eve'],
    [
      '',
      3,
      'board',
      '3 votes, one of them from board, but nobody from board can vote: add approvers to portfolios.yaml',
    ],
    [
      '',
      9,
      '',
      '9 votes, but only Ben, Chloe, Dev and Eve can vote: add approvers to portfolios.yaml',
    ],
  ])('after "%s", of %i with groups "%s": %s', (voted, votesNeeded, groups, words) => {
    const list = (text: string) => text.split(' ').filter((word) => word !== '');
    const state = stateAfter(
      list(voted).map((id) => decision(id)),
      {
        proposal: { votesNeeded, groupsNeeded: list(groups) },
        approvals: { largeTrade: null },
      },
    );
    expect(missingVotesWords(state)).toBe(words);
  });
});

describe('a vote counts', () => {
  const counted = (...args: Parameters<typeof stateAfter>) =>
    stateAfter(...args).voters.map(({ id }) => id);

  it('once for each person, whatever platforms they voted from', () => {
    const votes = [decision('ben'), decision('chloe', { platform: 'slack' })];
    expect(counted(votes)).toEqual(['ben', 'chloe']);
    const twice = stateAfter([decision('ben'), decision('ben', { platform: 'discord' })]);
    expect(twice.missing.votes).toBe(1);
  });

  it('for the digest it was given for, and no other', () => {
    expect(counted([decision('ben', { digest: '0'.repeat(64) })])).toEqual([]);
  });

  it('not when it is a rejection', () => {
    expect(counted([decision('ben', { verdict: 'reject' })])).toEqual([]);
  });

  it('while its person may still give it', () => {
    const demoted = PEOPLE.map((each) =>
      each.id === 'ben' ? { ...each, accountRoles: { core: 'proposer' as const } } : each,
    );
    expect(counted([decision('ben')], { people: demoted })).toEqual([]);
    const gone = PEOPLE.filter(({ id }) => id !== 'ben');
    expect(counted([decision('ben')], { people: gone })).toEqual([]);
  });

  it('for a proposal of their own only where the account allows that', () => {
    const proposal = { proposedBy: { type: 'person' as const, person: 'dev' } };
    expect(counted([decision('dev')], { proposal })).toEqual([]);
    expect(
      counted([decision('dev')], { proposal, approvals: { allowOwnProposals: true } }),
    ).toEqual(['dev']);
  });
});

describe('the quorum at the vote', () => {
  const rule = (votesNeeded: number, ...groups: string[]) => ({
    when: {
      notional: decimal('1'),
      turnover: null,
      accountShare: null,
      realisedGain: null,
      mode: null,
      warnings: null,
    },
    votesNeeded,
    groups,
  });

  it('is what it was when proposed, when the rules ask for less now', () => {
    const proposal = { votesNeeded: 3, groupsNeeded: ['risk'] };
    const { quorum } = stateAfter([], { proposal, approvals: { rules: [], largeTrade: null } });
    expect(quorum).toEqual({ votesNeeded: 3, groups: ['risk'] });
  });

  it('is what the rules ask for now, when that is more', () => {
    const approvals = { rules: [rule(4, 'treasury')], largeTrade: null };
    const proposal = { votesNeeded: 1, groupsNeeded: ['risk'] };
    expect(stateAfter([], { proposal, approvals }).quorum).toEqual({
      votesNeeded: 4,
      groups: ['risk', 'treasury'],
    });
  });

  it('has no groups for proposals that were stored before there were any', () => {
    const { groupsNeeded: _, ...old } = z.encode(proposalSchema, sampleProposal());
    expect(proposalSchema.parse(old).groupsNeeded).toEqual([]);
  });
});

describe('who may decide', () => {
  const account = sampleAccount();
  const allowing = { ...account, approvals: { ...account.approvals, allowOwnProposals: true } };
  const by = (id: string) => ({ proposedBy: { type: 'person' as const, person: id } });

  it.each<
    [who: string, verdict: 'approve' | 'reject', proposer: string, own: boolean, denial: string]
  >([
    ['finn', 'approve', 'ana', false, 'not_approver'],
    ['finn', 'reject', 'ana', false, 'not_approver'],
    ['ana', 'approve', 'ana', false, 'not_approver'],
    ['ana', 'approve', 'ana', true, 'not_approver'],
    ['ana', 'reject', 'ana', false, 'may'],
    ['ben', 'approve', 'ana', false, 'may'],
    ['ben', 'reject', 'ana', false, 'may'],
    ['dev', 'approve', 'ana', false, 'may'],
    ['dev', 'approve', 'dev', false, 'own_proposal'],
    ['dev', 'approve', 'dev', true, 'may'],
    ['dev', 'reject', 'dev', false, 'may'],
  ])('%s: %s what %s proposed (own allowed: %s): %s', (who, verdict, proposer, own, denial) => {
    const found = findDecisionDenial({
      person: PEOPLE.find(({ id }) => id === who) ?? somebody(who, who, 'viewer'),
      account: own ? allowing : account,
      record: sampleRecord({}, by(proposer)),
      verdict,
      digest: sampleProposal().digest,
      now: later(1),
    });
    expect(found?.code ?? 'may').toBe(denial);
  });
});

describe('a proposal', () => {
  const ben = { id: 'ben', groups: [] };
  const dev = { id: 'dev', groups: ['risk'] };
  const quorum = { votesNeeded: 2, groups: ['risk'] };
  const words = (
    status: ProposalStatus,
    approvals: readonly (typeof dev)[],
    event: ProposalEvent,
  ) => {
    const step = transition({ status, quorum, approvals }, event);
    if (step.type === 'moved') return step.status;
    return step.type === 'counted' ? `${step.missing.votes} missing` : step.code;
  };

  it.each<[string, ProposalStatus, readonly (typeof dev)[], ProposalEvent, string]>([
    ['a first vote', 'pending', [], { type: 'approved_by', voter: ben }, '1 missing'],
    ['the last vote', 'pending', [ben], { type: 'approved_by', voter: dev }, 'approved'],
    [
      'a vote from outside of the group',
      'pending',
      [ben],
      { type: 'approved_by', voter: { id: 'chloe', groups: [] } },
      '1 missing',
    ],
    ['the same person', 'pending', [dev], { type: 'approved_by', voter: dev }, 'already_voted'],
    ['a late vote', 'approved', [ben, dev], { type: 'approved_by', voter: ben }, 'not_pending'],
    ['a veto', 'pending', [ben], { type: 'rejected_by', person: 'dev' }, 'rejected'],
    [
      'a veto before it began',
      'approved',
      [ben, dev],
      { type: 'rejected_by', person: 'dev' },
      'rejected',
    ],
    [
      'a veto too late',
      'executing',
      [ben, dev],
      { type: 'rejected_by', person: 'dev' },
      'not_pending',
    ],
    ['a start with its votes', 'approved', [ben, dev], { type: 'execution_started' }, 'executing'],
    ['a start without them', 'approved', [ben], { type: 'execution_started' }, 'not_approved'],
    [
      'a start without the group',
      'approved',
      [ben, { ...ben, id: 'eve' }],
      { type: 'execution_started' },
      'not_approved',
    ],
    [
      'a start while it is pending',
      'pending',
      [ben, dev],
      { type: 'execution_started' },
      'not_approved',
    ],
  ])('after %s (%s)', (_, status, approvals, event, expected) => {
    expect(words(status, approvals, event)).toBe(expected);
  });
});
