import { decimal } from '../../src/core/decimal.ts';
import type { Message } from '../../src/messages/message.ts';
import type { ProposalInput } from '../../src/messages/proposal.ts';
import { presentProposal } from '../../src/messages/proposal.ts';
import { later, NOW, sampleAccount } from '../fixtures/sample-account.ts';
import { sampleExecution } from '../fixtures/sample-execution.ts';
import { SAMPLE_CHECKS, samplePlan, sampleRecord } from '../fixtures/sample-proposal.ts';

const legs = samplePlan().legs;

function proposalInput(changes: Partial<ProposalInput> = {}): ProposalInput {
  return {
    record: sampleRecord(),
    account: sampleAccount(),
    proposerName: 'Ana',
    approverNames: ['Ben', 'Chloe', 'Dev'],
    votes: [],
    checks: SAMPLE_CHECKS,
    now: later(2),
    largeTrade: true,
    priceNote: 'Prices are of 1 Mar 2010.',
    ...changes,
  };
}

const votes = [
  { name: 'Ben', at: later(10) },
  { name: 'Chloe', at: later(12) },
];

const running = sampleExecution(legs, [
  { status: 'filled', fills: [['79', '223.05']] },
  { status: 'partially_filled', fills: [['20', '125.52']] },
  { status: 'unknown' },
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

const short = sampleExecution(legs, [
  { status: 'filled', fills: [['79', '223.01']] },
  { status: 'filled', fills: [['104', '125.60']] },
  { status: 'filled', fills: [['21', '128.90']] },
  { status: 'rejected', reasonCode: '40310000', reason: 'insufficient buying power' },
]);

export const SAMPLE_MESSAGES: Readonly<Record<string, () => Message>> = {
  'proposal-pending': () => presentProposal(proposalInput()),
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
        record: sampleRecord({ status: 'executed', finishedAt: later(12, 41) }),
        votes,
        now: later(12, 41),
        ...done,
        execution: {
          startedAt: later(12),
          finishedAt: later(12, 41),
          driftAfterActual: decimal('0.0031'),
          cash: decimal('1215.22'),
          audit: { first: 812, last: 846, head: '9c1e77d0aa' },
        },
      }),
    ),
  'proposal-partially-executed': () =>
    presentProposal(
      proposalInput({
        record: sampleRecord({ status: 'partially_executed', finishedAt: later(12, 41) }),
        votes,
        now: later(12, 41),
        ...short,
        execution: {
          startedAt: later(12),
          finishedAt: later(12, 41),
          driftAfterActual: decimal('0.011'),
          cash: decimal('812.40'),
          audit: { first: 812, last: 843, head: '9c1e77d0aa' },
        },
      }),
    ),
};

export { NOW };
