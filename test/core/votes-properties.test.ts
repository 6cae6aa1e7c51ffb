import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountSettings } from '../../src/core/account.ts';
import { approvalState } from '../../src/core/approval-state.ts';
import { decimal } from '../../src/core/decimal.ts';
import { findDecisionDenial } from '../../src/core/permission.ts';
import type { Person, Role } from '../../src/core/person.ts';
import { transition } from '../../src/core/proposal-transition.ts';
import type { Decision, Proposal, ProposalRecord } from '../../src/core/proposal.ts';
import { later, sampleAccount } from '../fixtures/sample-account.ts';
import { sampleRecord } from '../fixtures/sample-proposal.ts';

/**
 * Whatever people, rules and clicks come in whatever order: nothing starts without its votes. What "its
 * votes" are is worked out here a second time, by trying every way of giving groups to voters.
 */

const IDS = ['ana', 'ben', 'chloe', 'dev', 'eve'] as const;
const GROUPS = ['risk', 'treasury', 'board'] as const;

/** Made once: its plan is worked out from a book. */
const SAMPLE = sampleRecord();
const { approvals: APPROVALS } = sampleAccount();

interface Setting {
  readonly people: readonly Person[];
  readonly account: AccountSettings;
}

const person = fc.record({
  role: fc.constantFrom<Role>('viewer', 'proposer', 'approver', 'approver', 'admin'),
  groups: fc.subarray([...GROUPS]),
});

const rule = fc.record({
  applies: fc.boolean(),
  votesNeeded: fc.integer({ min: 1, max: 4 }),
  groups: fc.subarray([...GROUPS], { maxLength: 2 }),
});

const setting = fc
  .record({
    people: fc.tuple(person, person, person, person, person),
    votesNeeded: fc.integer({ min: 1, max: 3 }),
    allowOwnProposals: fc.boolean(),
    rules: fc.array(rule, { maxLength: 2 }),
  })
  .map(({ people, votesNeeded, allowOwnProposals, rules }): Setting & { rules: typeof rules } => ({
    people: people.map(({ role, groups }, index) => ({
      id: IDS[index] ?? '',
      name: IDS[index] ?? '',
      role,
      accountRoles: {},
      groups,
      platformIds: {},
    })),
    account: sampleAccount({
      approvals: {
        ...APPROVALS,
        votesNeeded,
        allowOwnProposals,
        largeTrade: null,
        rules: rules.map(({ applies, votesNeeded: votes, groups }) => ({
          when: {
            notional: decimal(applies ? '1' : '1000000000'),
            turnover: null,
            accountShare: null,
            realisedGain: null,
            mode: null,
            warnings: null,
          },
          votesNeeded: votes,
          groups,
        })),
      },
    }),
    rules,
  }));

type Move =
  | { readonly type: 'vote'; readonly who: string; readonly digest: 'right' | 'old' }
  | { readonly type: 'veto'; readonly who: string }
  | { readonly type: 'configure'; readonly index: number }
  | { readonly type: 'start' };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('vote' as const),
      who: fc.constantFrom(...IDS),
      digest: fc.constantFrom('right' as const, 'right' as const, 'right' as const, 'old' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('veto' as const), who: fc.constantFrom(...IDS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('configure' as const), index: fc.nat(2) }),
  },
  { weight: 3, arbitrary: fc.constant({ type: 'start' as const }) },
);

/** Whether each of the groups can have a voter of its own: every way is tried. */
function canFill(groups: readonly string[], voters: readonly Person[]): boolean {
  const [group, ...rest] = groups;
  if (group === undefined) return true;
  return voters.some(
    (voter) =>
      voter.groups.includes(group) &&
      canFill(
        rest,
        voters.filter((other) => other !== voter),
      ),
  );
}

function hasItsVotes(
  record: ProposalRecord,
  now: Setting,
  frozen: ReturnType<typeof quorumOf>,
): boolean {
  const { proposedBy, digest } = record.proposal;
  const voters = now.people.filter(
    (each) =>
      ['approver', 'admin'].includes(each.role) &&
      (now.account.approvals.allowOwnProposals ||
        proposedBy.type !== 'person' ||
        proposedBy.person !== each.id) &&
      record.decisions.some(
        (decision) =>
          decision.person === each.id &&
          decision.verdict === 'approve' &&
          decision.digest === digest,
      ),
  );
  const present = quorumOf(now);
  return (
    voters.length >= Math.max(frozen.votes, present.votes) &&
    canFill([...new Set([...frozen.groups, ...present.groups])], voters)
  );
}

/** What a configuration asks for, read from what was drawn. */
function quorumOf({ account }: Setting) {
  const applying = account.approvals.rules.filter(({ when }) => when.notional?.eq('1') === true);
  return {
    votes: Math.max(account.approvals.votesNeeded, ...applying.map((each) => each.votesNeeded)),
    groups: applying.flatMap((each) => each.groups),
  };
}

test('no sequence of votes, vetoes and configurations starts an execution without its votes', () => {
  let started = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.tuple(setting, setting, setting),
      fc.constantFrom(...IDS),
      fc.array(move, { minLength: 4, maxLength: 16 }),
      (settings, proposer, moves) => {
        let now: Setting = settings[0];
        const frozen = quorumOf(now);
        const risk = { warnings: 0, realisedGain: decimal('0') };
        const proposal: Proposal = {
          ...SAMPLE.proposal,
          proposedBy: { type: 'person', person: proposer },
          votesNeeded: frozen.votes,
          groupsNeeded: [...frozen.groups],
        };
        let record: ProposalRecord = { ...SAMPLE, proposal };
        const apply = (event: Parameters<typeof transition>[1]) => {
          const { quorum, voters } = approvalState(record, now.account, now.people, risk);
          const step = transition({ status: record.status, quorum, approvals: voters }, event);
          if (step.type === 'moved') record = { ...record, status: step.status };
          return step;
        };
        const decide = (who: string, verdict: 'approve' | 'reject', digest: string) => {
          const voter = now.people.find(({ id }) => id === who);
          if (voter === undefined) throw new Error(`${who} is not among the people`);
          const facts = {
            person: voter,
            account: now.account,
            record,
            verdict,
            digest,
            now: later(1),
          };
          if (findDecisionDenial(facts) !== null) return;
          apply(
            verdict === 'approve'
              ? { type: 'approved_by', voter }
              : { type: 'rejected_by', person: who },
          );
          const decision: Decision = {
            proposalId: proposal.id,
            person: who,
            platform: 'web',
            verdict,
            reason: null,
            digest,
            at: later(1),
          };
          record = { ...record, decisions: [...record.decisions, decision] };
        };
        const wrong: unknown[] = [];
        for (const each of moves) {
          switch (each.type) {
            case 'vote':
              decide(
                each.who,
                'approve',
                each.digest === 'right' ? proposal.digest : '0'.repeat(64),
              );
              break;
            case 'veto':
              decide(each.who, 'reject', proposal.digest);
              break;
            case 'configure':
              now = settings[each.index] ?? now;
              break;
            case 'start': {
              const wasApproved = record.status === 'approved';
              const begins = apply({ type: 'execution_started' }).type === 'moved';
              if (begins) started += 1;
              else if (wasApproved) refused += 1;
              // An approved proposal starts with its votes, and only with them.
              const expected = wasApproved && hasItsVotes(record, now, frozen);
              wrong.push(...(begins === expected ? [] : [{ begins, expected }]));
              break;
            }
          }
        }
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 10_000 },
  );
  // Both happen, so that the property says something.
  expect(started).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(50);
});
