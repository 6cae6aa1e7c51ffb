import { failed, warned } from '../../src/core/check.ts';
import { estimateRealisedGains } from '../../src/core/compliance/realised-gains.ts';
import { decimal } from '../../src/core/decimal.ts';
import { presentDetails } from '../../src/messages/details.ts';
import { presentDryRun } from '../../src/messages/dry-run.ts';
import type { Message } from '../../src/messages/message.ts';
import { presentNothingToDo } from '../../src/messages/nothing-to-do.ts';
import { presentProposal } from '../../src/messages/proposal.ts';
import { presentSuperseded } from '../../src/messages/superseded.ts';
import { presentVoteCounted } from '../../src/messages/vote.ts';
import { lot } from '../core/compliance/lots-table.ts';
import { NOW, SAMPLE_PEOPLE, later, sampleAccount } from '../fixtures/sample-account.ts';
import { SAMPLE_AUDIT_HEAD } from '../fixtures/sample-audit.ts';
import { sampleExecution } from '../fixtures/sample-execution.ts';
import {
  SAMPLE_CHECKS,
  sampleApproval,
  samplePlan,
  sampleProposal,
  sampleRecord,
} from '../fixtures/sample-proposal.ts';
import {
  account,
  buyIbm,
  legs,
  limitPrices,
  plan,
  proposalInput,
  short,
  votes,
} from './sample-inputs.ts';

const gains = estimateRealisedGains(
  { plan },
  [
    lot('30 @ 180.20 2024-05-01', 'AAPL'),
    lot('20 @ 231.50 2026-08-03', 'AAPL'),
    lot('20 @ 84 before', 'AAPL'),
    lot('300 @ ? before', 'AAPL'),
  ],
  'hifo',
  NOW,
);

const running = sampleExecution(legs, [
  { status: 'filled', fills: [['79', '223.05']] },
  { status: 'partially_filled', fills: [['20', '125.52']] },
  { status: 'unknown' },
  null,
]);

const beginning = sampleExecution(legs, [
  { status: 'partially_filled', fills: [['11', '223.05']] },
  { status: 'accepted' },
  { status: 'submitted' },
  null,
]);

const done = sampleExecution(legs, [
  {
    status: 'filled',
    fills: [
      ['40', '223.05'],
      ['39', '223.06'],
    ],
  },
  { status: 'filled', fills: [['104', '125.52']] },
  { status: 'filled', fills: [['21', '128.81']] },
  { status: 'filled', fills: [['3', '560.40']] },
]);

/** The last purchase was made smaller: the cash paid for 102 shares of 104. */
const cut = sampleExecution(legs, [
  { status: 'filled', fills: [['79', '223.01']] },
  { status: 'filled', fills: [['102', '125.60']] },
  { status: 'filled', fills: [['21', '128.81']] },
  { status: 'filled', fills: [['3', '560.40']] },
]);

const executed = {
  startedAt: later(12),
  finishedAt: later(12, 41),
  driftAfterActual: decimal('0.0031'),
  cash: decimal('1215.22'),
  audit: { first: 812, last: 846, head: SAMPLE_AUDIT_HEAD.hash },
};

const finished = { finishedAt: later(12, 41) };

/** Proposals and what is said of plans, by the names of their golden files. */
export const SAMPLE_PROPOSALS: Readonly<Record<string, () => Message>> = {
  'proposal-pending': () => presentProposal(proposalInput()),
  'proposal-one-vote': () =>
    presentProposal(
      proposalInput({
        votes: votes.slice(0, 1),
        approval: sampleApproval({ voters: ['ben'] }),
        now: later(11),
      }),
    ),
  'proposal-small-with-warnings': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord(
          {},
          {
            votesNeeded: 1,
            plan: samplePlan({
              legs: legs.slice(1, 2),
              notional: buyIbm.notional,
              warnings: [
                { type: 'held_without_target', symbol: 'TWX', notional: decimal('812.5') },
                { type: 'not_tradable_target', symbol: 'IBM', targetWeight: decimal('0.2') },
                {
                  type: 'contribution_exceeds_cash',
                  requested: decimal('5000'),
                  available: decimal('1704.63'),
                },
                {
                  type: 'cash_below_buffer',
                  cashAfter: decimal('12.5'),
                  buffer: decimal('1082.09'),
                },
                { type: 'open_order', symbol: 'AMZN' },
                { type: 'stale_price', symbol: 'GOOG', at: '2026-11-19T21:00:00Z' },
                {
                  type: 'drift_increases',
                  driftBefore: decimal('0.02'),
                  driftAfter: decimal('0.025'),
                },
              ],
            }),
          },
        ),
        approvingTakesForm: false,
        checks: [
          ...SAMPLE_CHECKS,
          failed(
            'market_hours',
            'Market hours',
            'the market is closed; it opens in 15 h 28 min',
            'Propose again with /rebalance core while it is open.',
          ),
          warned(
            'working_orders',
            'Working orders',
            '1 at the broker already',
            'A fresh proposal, made with /rebalance, takes account of the book as it is.',
          ),
        ],
      }),
    ),
  'proposal-closed-market': () =>
    presentProposal(proposalInput({ offersNextOpen: true, approvingTakesForm: false })),
  'proposal-waits-for-open': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'approved' }),
        votes: [{ name: 'Ben', at: later(8) }],
        queuedUntil: Temporal.Instant.from('2026-11-23T14:30:00Z'),
      }),
    ),
  'proposal-nobody-can-approve': () =>
    presentProposal(proposalInput({ approval: sampleApproval({ people: [] }) })),
  'proposal-needs-group': () => {
    const record = sampleRecord({}, { groupsNeeded: ['risk', 'treasury'] });
    const people = SAMPLE_PEOPLE.map((person) => ({
      ...person,
      groups: person.id === 'dev' ? ['risk', 'treasury'] : ['risk'],
    }));
    return presentProposal(
      proposalInput({
        record,
        votes: votes.slice(0, 1),
        approval: sampleApproval({ record, people, voters: ['ben'] }),
        now: later(11),
      }),
    );
  },
  'proposal-escalated': () => {
    const escalation = { after: Temporal.Duration.from({ minutes: 30 }), group: 'risk' };
    const people = SAMPLE_PEOPLE.map((person) => ({
      ...person,
      groups: person.id === 'dev' ? ['risk'] : [],
    }));
    return presentProposal(
      proposalInput({
        account: sampleAccount({ approvals: { ...account.approvals, escalation } }),
        approval: sampleApproval({ people }),
        escalatedAt: later(30),
        now: later(30),
      }),
    );
  },
  'proposal-with-gains': () => presentProposal(proposalInput({ gains })),
  'proposal-live': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({}, { mode: 'live', broker: 'alpaca' }),
        account: sampleAccount({ mode: 'live', broker: 'alpaca' }),
        approval: sampleApproval({ people: SAMPLE_PEOPLE.slice(0, 2) }),
      }),
    ),
  'proposal-approved': () =>
    presentProposal(
      proposalInput({ record: sampleRecord({ status: 'approved' }), votes, now: later(12) }),
    ),
  'proposal-rejected': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'rejected' }),
        rejection: { name: 'Chloe', reason: 'Earnings of IBM are tomorrow.', at: later(14) },
        now: later(14),
      }),
    ),
  'proposal-expired': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'expired' }),
        votes: votes.slice(0, 1),
        now: later(61),
      }),
    ),
  'proposal-superseded': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({
          status: 'superseded',
          supersededBy: 'm4g8zb',
          outcome: 'The book moved since this was proposed: AAPL +2.3% (limit 1%).',
        }),
        votes,
        now: later(13),
      }),
    ),
  'proposal-executing-beginning': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'executing' }),
        votes,
        now: later(12, 2),
        ...beginning,
      }),
    ),
  'proposal-executing': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'executing' }),
        votes,
        now: later(12, 9),
        ...running,
      }),
    ),
  'proposal-executed': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'executed', ...finished }),
        votes,
        now: later(12, 41),
        ...done,
        execution: executed,
      }),
    ),
  'proposal-executed-cut': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'executed', ...finished }),
        votes,
        now: later(12, 41),
        ...cut,
        execution: executed,
      }),
    ),
  'proposal-partially-executed': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'partially_executed', ...finished }),
        votes,
        now: later(12, 41),
        ...short,
        execution: { ...executed, driftAfterActual: decimal('0.011'), cash: decimal('812.40') },
      }),
    ),
  'proposal-failed': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({
          status: 'failed',
          outcome: 'the market is closed, so nothing was sent. Propose again while it is open',
          ...finished,
        }),
        votes,
        now: later(12, 41),
      }),
    ),
  'nothing-to-do': () =>
    presentNothingToDo({
      account,
      plan: samplePlan({
        driftBefore: decimal('0.004'),
        driftAfter: decimal('0.004'),
        legs: [],
        weights: plan.weights.map((row) => ({ ...row, weightBefore: row.weightAfter })),
      }),
      now: NOW,
    }),
  'dry-run': () => presentDryRun({ account, plan, checks: SAMPLE_CHECKS, now: NOW, limitPrices }),
  'details-with-gains': () =>
    presentDetails({ proposal: sampleProposal(), account, gains, now: later(2) }),
  details: () =>
    presentDetails({ proposal: sampleProposal(), account, checks: SAMPLE_CHECKS, now: later(2) }),
  superseded: () =>
    presentSuperseded({
      proposalId: 'k3f9xa',
      account: 'core',
      breaches: [
        { type: 'price_moved', symbol: 'AAPL', move: decimal('0.023'), tolerance: decimal('0.01') },
        { type: 'position_changed', symbol: 'IBM', before: decimal('240'), now: decimal('250') },
        { type: 'cash_changed', before: decimal('1704.63'), now: decimal('449.13') },
      ],
      replacementId: 'm4g8zb',
    }),
  'vote-counted': () =>
    presentVoteCounted({ record: sampleRecord(), approval: sampleApproval({ voters: ['ben'] }) }),
};
