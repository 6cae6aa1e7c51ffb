import type { BrokerOrder } from '../../src/ports/broker.ts';
import { failed, warned } from '../../src/core/check.ts';
import { findBookDifferences } from '../../src/core/agreed-book.ts';
import type { Fill } from '../../src/core/order.ts';
import { decimal, ZERO } from '../../src/core/decimal.ts';
import { complianceNotes } from '../../src/core/compliance/notes.ts';
import { estimateRealisedGains } from '../../src/core/compliance/realised-gains.ts';
import { collaredPrice } from '../../src/core/order-prices.ts';
import { presentAuditTable } from '../../src/messages/audit-trail.ts';
import { presentDailySummary } from '../../src/messages/daily-summary.ts';
import { presentDetails } from '../../src/messages/details.ts';
import { presentDryRun } from '../../src/messages/dry-run.ts';
import {
  presentBrokerError,
  presentCommandProblem,
  presentPlanRefusal,
  presentStoreError,
  presentUnexpected,
  presentUnknownCommand,
} from '../../src/messages/errors.ts';
import {
  presentAlreadyHalted,
  presentHaltConfirmed,
  presentHalted,
  presentHaltReplaced,
  presentNotHalted,
  presentResumeConfirmed,
  presentResumeCounted,
  presentResumed,
} from '../../src/messages/halt.ts';
import {
  endDrill,
  markDrill,
  presentDrillBegun,
  presentDrillOver,
  presentDrillProblem,
} from '../../src/messages/drill.ts';
import type { DrillFacts } from '../../src/messages/drill.ts';
import type { HaltDetails } from '../../src/messages/halt.ts';
import { presentHelp } from '../../src/messages/help.ts';
import { presentHistory } from '../../src/messages/history.ts';
import { codeForm } from '../../src/messages/enrolment.ts';
import { adjustForm, approvalForm, rejectForm } from '../../src/messages/forms.ts';
import type { Form, Message } from '../../src/messages/message.ts';
import { presentNothingToDo } from '../../src/messages/nothing-to-do.ts';
import { presentLimits } from '../../src/messages/limits.ts';
import { presentNotice } from '../../src/messages/notice.ts';
import { presentOrders } from '../../src/messages/orders.ts';
import {
  presentOutcomeRefusal,
  presentOutcomeSettled,
  presentOutcomeUnknown,
} from '../../src/messages/outcome-unknown.ts';
import { outcomeDigest } from '../../src/app/outcome-questions.ts';
import { presentPending } from '../../src/messages/pending.ts';
import { presentPortfolio } from '../../src/messages/portfolio.ts';
import type { ProposalInput } from '../../src/messages/proposal.ts';
import { presentProposal } from '../../src/messages/proposal.ts';
import {
  presentDecisionDenied,
  presentGone,
  presentRefusal,
  presentRoleNeeded,
  presentStranger,
} from '../../src/messages/refusal.ts';
import { presentSuperseded } from '../../src/messages/superseded.ts';
import { presentTargets } from '../../src/messages/targets.ts';
import { presentVoteCounted } from '../../src/messages/vote.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import { StoreError } from '../../src/ports/store-error.ts';
import {
  presentDifference,
  presentForeignOrder,
  presentReconciliation,
} from '../../src/messages/reconciliation.ts';
import { presentFillCorrected } from '../../src/messages/fill-corrected.ts';
import {
  presentBookAgreed,
  presentBookDifferences,
  presentBookMoved,
} from '../../src/messages/book-differences.ts';
import type { Halt } from '../../src/ports/store.ts';
import { lot } from '../core/compliance/lots-table.ts';
import { monthlyClose } from '../fixtures/monthly-closes.ts';
import { later, NOW, SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { SAMPLE_AUDIT_HEAD, SAMPLE_AUDIT_ROWS } from '../fixtures/sample-audit.ts';
import { sampleExecution, sampleOrder } from '../fixtures/sample-execution.ts';
import {
  SAMPLE_CHECKS,
  sampleApproval,
  samplePlan,
  sampleProposal,
  sampleRecord,
  sampleSnapshot,
} from '../fixtures/sample-proposal.ts';
import { redirectForm } from '../../src/messages/connection.ts';
import { SAMPLE_CONNECTIONS } from './sample-connections.ts';
import { SAMPLE_ENROLMENT } from './sample-enrolment.ts';
import { SAMPLE_NOTICES } from './sample-notices.ts';

const account = sampleAccount();
const plan = samplePlan();
const { legs } = plan;
const [sellApple, buyIbm] = legs;
if (sellApple === undefined || buyIbm === undefined) throw new Error('the sample has two legs');

const limitPrices = new Map(
  legs.map((leg) => [leg.number, collaredPrice(leg.side, leg.referencePrice, account.orders)]),
);

export function proposalInput(changes: Partial<ProposalInput> = {}): ProposalInput {
  return {
    record: sampleRecord(),
    account,
    proposerName: 'Ana',
    approval: sampleApproval(changes.record === undefined ? {} : { record: changes.record }),
    votes: [],
    checks: SAMPLE_CHECKS,
    now: later(2),
    approvingTakesForm: true,
    limitPrices,
    priceNote: 'Prices are of 1 Mar 2010.',
    ...changes,
  };
}

function decidedBy(person: 'ben' | 'chloe', minutes: number) {
  return {
    proposalId: 'k3f9xa',
    person,
    name: person === 'ben' ? 'Ben' : 'Chloe',
    platform: person === 'ben' ? 'slack' : 'discord',
    verdict: 'approve' as const,
    reason: null,
    digest: sampleProposal().digest,
    at: later(minutes),
  };
}

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

const short = sampleExecution(legs, [
  { status: 'filled', fills: [['79', '223.01']] },
  { status: 'filled', fills: [['104', '125.60']] },
  { status: 'canceled', fills: [['8', '128.90']], reason: 'not filled within 5 minutes' },
  { status: 'rejected', reasonCode: '40310000', reason: 'insufficient buying power' },
]);

const weights = plan.weights.map((row) => ({
  symbol: row.symbol,
  targetWeight: row.targetWeight,
  weight: row.weightBefore,
}));

const weightsAfter = plan.weights.map((row) => ({
  symbol: row.symbol,
  targetWeight: row.targetWeight,
  weight: row.weightAfter,
}));

const DRILL: DrillFacts = { id: 'k3f9xa', fault: 'rejection', account: 'core' };
const HALTED: HaltDetails = {
  byName: 'Ben',
  rule: null,
  resumerNames: ['Ben', 'Chloe', 'Dev'],
  votes: { names: [], needed: 1 },
  orders: { working: 1, canceled: 0, filled: 0 },
  canceling: false,
  end: null,
};
const halt: Halt = { scope: 'core', by: 'ben', reason: 'a wrong price in the feed', at: later(20) };

/** What the book of the sample was worth at the real monthly closes: thirty points up and down. */
const MONTHS = Array.from({ length: 30 }, (_, index) =>
  Temporal.PlainDate.from('2010-03-01').subtract({ months: 29 - index }),
);
const values = MONTHS.map((month, index) => ({
  account: 'core',
  date: Temporal.PlainDate.from('2026-11-20').subtract({ days: 29 - index }),
  value: sampleSnapshot().positions.reduce(
    (sum, position) =>
      sum.plus(position.quantity.times(monthlyClose(month.toString(), position.symbol))),
    decimal('1704.63'),
  ),
  cash: decimal('1704.63'),
  drift: decimal('0.02'),
}));

const fit = (brokerOrderId: string, seconds: number): BrokerOrder => ({
  brokerOrderId,
  clientOrderId: null,
  symbol: 'IBM',
  side: 'buy',
  quantity: decimal('104'),
  filledQuantity: ZERO,
  averageFillPrice: null,
  status: 'accepted',
  reason: null,
  submittedAt: later(3, seconds),
  updatedAt: later(3, seconds),
});

const unanswered = sampleOrder(buyIbm, { status: 'unknown' }).order;

const executed = {
  startedAt: later(12),
  finishedAt: later(12, 41),
  driftAfterActual: decimal('0.0031'),
  cash: decimal('1215.22'),
  audit: { first: 812, last: 846, head: SAMPLE_AUDIT_HEAD.hash },
};

const finished = { finishedAt: later(12, 41) };

/** Every message there is, by the name of its golden files. */
const BOOK = {
  differences: findBookDifferences({
    expected: {
      cash: decimal('1000'),
      positions: [
        { symbol: 'AAPL', quantity: decimal('42') },
        { symbol: 'IBM', quantity: decimal('61') },
      ],
    },
    told: {
      cash: decimal('2250'),
      positions: [
        { symbol: 'AAPL', quantity: decimal('84') },
        { symbol: 'IBM', quantity: decimal('51') },
      ],
    },
    tolerance: { cash: decimal('50'), position: ZERO },
    number: 3,
    outside: [
      {
        symbol: 'IBM',
        side: 'sell',
        quantity: decimal('10'),
        price: decimal('125'),
        fees: ZERO,
        before: null,
      },
    ],
  }),
  agreed: { at: later(-90), by: null },
  digest: '0'.repeat(64),
  approvers: ['Ben', 'Chloe'],
};
const FILL: Fill = {
  executionId: 'e-1',
  clientOrderId: 'ek-k3f9xa-1-1-0123456789abcdef',
  brokerOrderId: 'b-1',
  account: 'core',
  symbol: 'AAPL',
  side: 'sell',
  quantity: decimal('42'),
  price: decimal('223.08'),
  fees: ZERO,
  at: later(3),
};
const CORRECTED = {
  account: 'core',
  broker: 'alpaca',
  proposalId: 'k3f9xa',
  before: FILL,
  timeZone: 'America/New_York',
  now: later(20),
};
const BOOK_INCIDENT = {
  account: 'core',
  broker: 'alpaca',
  ...BOOK,
  timeZone: 'America/New_York',
  now: later(20),
};

export const SAMPLE_MESSAGES: Readonly<Record<string, () => Message>> = {
  ...SAMPLE_NOTICES,
  ...SAMPLE_CONNECTIONS,
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
  limits: () =>
    presentLimits({
      title: 'core',
      day: Temporal.PlainDate.from('2026-11-20'),
      uses: [
        {
          rule: 'limit.day_notional',
          name: 'account',
          of: '',
          setting: 'limits.dayNotional of core',
          unit: 'money',
          limit: decimal('50000'),
          used: decimal('35061.57'),
        },
        {
          rule: 'limit.person.day_orders',
          name: 'Ben',
          of: ' of Ben',
          setting: 'limits.eachPerson.dayOrders',
          unit: 'orders',
          limit: decimal('4'),
          used: decimal('4'),
        },
      ],
      perOrder: ['One order: at most $25,000.'],
    }),
  'limits-none': () =>
    presentLimits({
      title: 'core',
      day: Temporal.PlainDate.from('2026-11-20'),
      uses: [],
      perOrder: [],
    }),
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
  'daily-summary': () =>
    presentDailySummary({
      account: { ...account, broker: 'schwab' },
      date: Temporal.PlainDate.from('2026-11-20'),
      now: NOW.add({ hours: 2, minutes: 5 }),
      value: plan.totalValue,
      day: { gain: decimal('912'), base: decimal('217143'), payments: decimal('5000') },
      month: { gain: decimal('4100'), base: decimal('215790'), payments: decimal('-2500.50') },
      tradedOutside: [{ side: 'sell', symbol: 'IBM', quantity: decimal('10') }],
      drift: decimal('0.009'),
      band: account.policy.toleranceBand,
      values,
      weights: weightsAfter,
      traded: [
        { proposalId: 'k3f9xa', notional: decimal('35061.63'), approverNames: ['Ben', 'Chloe'] },
      ],
      pending: [{ proposalId: 'm4g8zb', expiresAt: NOW.add({ hours: 3 }) }],
      working: [
        sampleOrder(buyIbm, { status: 'partially_filled', fills: [['20', '125.52']] }).order,
      ],
      limits: [{ name: 'day', used: decimal('0.49') }],
      login: { endsAt: later(2 * 24 * 60) },
      notices: ['The market is closed on Thursday'],
      halt: { halt, byName: 'Ben' },
      auditHead: SAMPLE_AUDIT_HEAD.hash,
      auditRows: 846,
      verification: { at: NOW.add({ hours: 2, minutes: 3 }), fault: null },
    }),
  'daily-summary-first-day': () =>
    presentDailySummary({
      account,
      date: Temporal.PlainDate.from('2026-11-20'),
      now: NOW.add({ hours: 2, minutes: 5 }),
      value: plan.totalValue,
      day: null,
      month: null,
      tradedOutside: [],
      drift: plan.driftBefore,
      band: account.policy.toleranceBand,
      values: values.slice(-1),
      weights,
      traded: [],
      pending: [],
      working: [],
      halt: null,
      auditHead: SAMPLE_AUDIT_HEAD.hash,
      auditRows: 1,
      verification: null,
    }),
  portfolio: () =>
    presentPortfolio({
      account,
      snapshot: sampleSnapshot(),
      weights,
      drift: plan.driftBefore,
      totalValue: plan.totalValue,
      now: later(2),
      pendingProposalIds: ['k3f9xa'],
      halt: { halt, byName: 'Ben' },
      priceNote: 'Prices are of 1 Mar 2010.',
    }),
  'portfolio-cash-only': () =>
    presentPortfolio({
      account,
      snapshot: { ...sampleSnapshot(), positions: [] },
      weights: weights.map((row) => ({ ...row, weight: ZERO })),
      drift: decimal('1'),
      totalValue: decimal('1704.63'),
      now: later(2),
    }),
  orders: () =>
    presentOrders({
      account: 'core',
      orders: short.orders.toReversed(),
      total: 12,
      timeZone: 'America/New_York',
      now: NOW.add({ hours: 30 }),
    }),
  'orders-none': () =>
    presentOrders({ account: 'core', orders: [], timeZone: 'America/New_York', now: NOW }),
  history: () =>
    presentHistory({
      account: null,
      entries: [
        {
          record: sampleRecord({ status: 'executed' }),
          proposerName: 'Ana',
          deciderNames: ['Ben', 'Chloe'],
        },
        {
          record: sampleRecord(
            { status: 'rejected' },
            { id: 'b7d2qm', createdAt: later(-60 * 24) },
          ),
          proposerName: 'the drift scan',
          deciderNames: ['Chloe'],
        },
        {
          record: sampleRecord(
            { status: 'expired' },
            { id: 'c8e3rn', createdAt: later(-60 * 24 * 400) },
          ),
          proposerName: 'Ana',
          deciderNames: [],
        },
      ],
      timeZone: 'America/New_York',
      now: later(20),
    }),
  targets: () => presentTargets({ account, weights }),
  pending: () =>
    presentPending({
      account: null,
      entries: [
        {
          record: sampleRecord(),
          proposerName: 'Ana',
          approval: sampleApproval({ voters: ['ben'] }),
        },
      ],
      page: { number: 1, pages: 1, waiting: 1 },
      halts: [{ halt, byName: 'Ben' }],
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'pending-page': () =>
    presentPending({
      account: 'core',
      entries: [{ record: sampleRecord(), proposerName: 'Ana', approval: sampleApproval() }],
      page: { number: 2, pages: 100, waiting: 1000 },
      halts: [],
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'pending-none': () =>
    presentPending({
      account: 'core',
      entries: [],
      page: { number: 1, pages: 1, waiting: 0 },
      halts: [],
      timeZone: 'America/New_York',
      now: NOW,
    }),
  help: () =>
    presentHelp([
      {
        usage: '/rebalance [account] [--buy-only] [--contribute AMOUNT] [--to-band] [--dry-run]',
        description: 'Propose the trades that bring an account back to its targets',
      },
      {
        usage: '/portfolio [account]',
        description: 'What an account holds and how far it has drifted',
      },
      { usage: '/halt [scope] [reason]', description: 'Stop sending orders at once' },
      { usage: '/help', description: 'Show this list' },
    ]),
  'halt-posted': () => presentHalted(halt, HALTED),
  'halt-canceling': () =>
    presentHalted(halt, {
      ...HALTED,
      votes: { names: ['Ben'], needed: 2 },
      orders: { working: 2, canceled: 1, filled: 1 },
      canceling: true,
    }),
  'halt-too-few': () =>
    presentHalted(
      { ...halt, scope: 'all', reason: '' },
      { ...HALTED, resumerNames: ['Dev'], votes: { names: [], needed: 2 } },
    ),
  'halt-automatic': () =>
    presentHalted(
      {
        ...halt,
        by: 'evenkeel',
        reason: 'the broker rejected 3 orders within 10 minutes (halts.rejections: 3)',
      },
      { ...HALTED, byName: 'Evenkeel', rule: 'rejections' },
    ),
  'halt-damaged': () =>
    presentHalted(
      { ...halt, scope: 'all', by: 'evenkeel', reason: 'part of the record cannot be read' },
      { ...HALTED, byName: 'Evenkeel', rule: 'database', orders: null },
    ),
  'halt-resumed': () =>
    presentHalted(halt, {
      ...HALTED,
      end: { type: 'resumed', names: ['Ben', 'Chloe'], at: later(34) },
    }),
  'halt-replaced': () => presentHalted(halt, { ...HALTED, end: { type: 'replaced' } }),
  'resume-posted': () =>
    presentResumed({ scope: 'core', names: ['Chloe'], at: later(34), stillHalted: null }),
  'resume-still-halted': () =>
    presentResumed({ scope: 'core', names: ['Ben', 'Chloe'], at: later(34), stillHalted: 'all' }),
  'halt-confirmed': () => presentHaltConfirmed({ scope: 'all', canceling: false }),
  'halt-confirmed-canceling': () => presentHaltConfirmed({ scope: 'core', canceling: true }),
  'halt-already': () => presentAlreadyHalted({ scope: 'core' }),
  'resume-confirmed': () => presentResumeConfirmed({ scope: 'core' }),
  'resume-counted': () =>
    presentResumeCounted({ scope: 'core', names: ['Ben'], needed: 3, already: false }),
  'resume-counted-already': () =>
    presentResumeCounted({ scope: 'all', names: ['Ben'], needed: 2, already: true }),
  'resume-replaced': () => presentHaltReplaced({ scope: 'core', halt }),
  'resume-not-halted': () => presentNotHalted({ scope: 'core', within: null }),
  'resume-halted-within-all': () => presentNotHalted({ scope: 'core', within: 'all' }),
  reconciliation: () =>
    presentReconciliation({
      account: 'core',
      broker: 'alpaca',
      proposals: [
        {
          record: sampleRecord(),
          legs: legs.map((leg, index) => ({
            leg,
            ordered: index === 0 ? leg.quantity : null,
            status: index === 0 ? 'filled' : null,
            filledAtBroker: index === 0 ? leg.quantity : null,
            recorded: index === 0 ? decimal('20') : ZERO,
            difference:
              index === 0
                ? { key: 'filled', words: 'SELL AAPL 100: 100 filled at the broker, 20 recorded' }
                : null,
          })),
        },
      ],
      differences: ['SELL AAPL 100: 100 filled at the broker, 20 recorded'],
      foreign: [fit('1001234', 7)],
      book: { type: 'compared', cashOff: decimal('1250'), ...BOOK },
      tellsTime: true,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'reconciliation-quiet': () =>
    presentReconciliation({
      account: 'core',
      broker: 'schwab',
      proposals: [],
      differences: [],
      foreign: [],
      book: {
        type: 'compared',
        ...BOOK,
        differences: [],
        cashOff: decimal('-3.42'),
        agreed: { at: later(-1500), by: 'Ben' },
      },
      tellsTime: false,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'foreign-order': () =>
    presentForeignOrder({
      account: 'core',
      broker: 'alpaca',
      order: fit('1001234', 7),
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'reconciliation-first': () =>
    presentReconciliation({
      account: 'core',
      broker: 'alpaca',
      proposals: [],
      differences: [],
      foreign: [],
      book: { type: 'none' },
      tellsTime: true,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'reconciliation-not-comparable': () =>
    presentReconciliation({
      account: 'core',
      broker: 'alpaca',
      proposals: [],
      differences: [],
      foreign: [],
      book: { type: 'not_comparable', why: 'unanswered' },
      tellsTime: true,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'book-differs': () => presentBookDifferences({ ...BOOK_INCIDENT, end: null }),
  'book-differs-agreed': () =>
    presentBookDifferences({ ...BOOK_INCIDENT, end: { type: 'agreed', by: 'Chloe' } }),
  'book-differs-gone': () => presentBookDifferences({ ...BOOK_INCIDENT, end: { type: 'gone' } }),
  'book-differs-replaced': () =>
    presentBookDifferences({ ...BOOK_INCIDENT, end: { type: 'replaced' } }),
  'book-agreed': () => presentBookAgreed({ account: 'core' }),
  'book-moved': () => presentBookMoved({ account: 'core', to: 'other' }),
  'book-moved-agreed': () => presentBookMoved({ account: 'core', to: 'agreed' }),
  'book-moved-under-way': () => presentBookMoved({ account: 'core', to: 'not_comparable' }),
  'fill-corrected': () =>
    presentFillCorrected({ ...CORRECTED, after: { ...FILL, price: decimal('223.01') } }),
  'fill-taken-back': () =>
    presentFillCorrected({ ...CORRECTED, after: { ...FILL, quantity: ZERO } }),
  'reconciliation-difference': () =>
    presentDifference({
      account: 'core',
      words: 'SELL AAPL 100: 100 filled at the broker, 20 recorded',
    }),
  'drill-message': () => markDrill(presentHalted(halt, HALTED), DRILL),
  'drill-message-over': () => endDrill(markDrill(presentHalted(halt, HALTED), DRILL)),
  'drill-reply': () => markDrill(presentAlreadyHalted({ scope: 'drill-core' }), DRILL),
  'drill-begun': () => presentDrillBegun(DRILL),
  'drill-over': () =>
    presentDrillOver({
      ...DRILL,
      why: 'finished',
      outcome: 'partially executed',
      orders: ['SELL AAPL 100: filled', 'BUY IBM 104: rejected'],
    }),
  'drill-over-nothing': () =>
    presentDrillOver({ ...DRILL, why: 'timed_out', outcome: null, orders: [] }),
  'drill-usage': () => presentDrillProblem({ type: 'usage', faults: ['rejection', 'lost-answer'] }),
  'drill-which-account': () =>
    presentDrillProblem({ type: 'which_account', accounts: ['core', 'growth'] }),
  'drill-not-running': () => presentDrillProblem({ type: 'not_running', account: 'core' }),
  'drill-no-prices': () => presentDrillProblem({ type: 'no_prices', account: 'core' }),
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
  'outcome-unknown': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'schwab',
      looks: 3,
      answered: true,
      brokerWords: null,
      nextLookAt: later(5, 20),
      candidates: [fit('1001234', 7), fit('1001239', 9)],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-unknown-nothing-fits': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'paper',
      looks: 1,
      answered: true,
      brokerWords: null,
      nextLookAt: later(5, 5),
      candidates: [],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-unknown-not-asked': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'schwab',
      looks: 4,
      answered: false,
      brokerWords: null,
      nextLookAt: later(5, 20),
      candidates: [],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-unknown-broker-cannot-tell': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'ibkr',
      looks: 3,
      answered: true,
      brokerWords:
        'TWS took the order and said nothing of it. Look whether TWS shows a dialog about it.',
      nextLookAt: later(5, 5),
      candidates: [],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-settled-it-is': () =>
    presentOutcomeSettled({
      order: { ...unanswered, status: 'accepted', brokerOrderId: '1001234' },
      broker: 'schwab',
      answer: { name: 'Ben', at: later(7), brokerOrderId: '1001234' },
      timeZone: 'America/New_York',
    }),
  'outcome-settled-not-there': () =>
    presentOutcomeSettled({
      order: { ...unanswered, status: 'canceled' },
      broker: 'schwab',
      answer: { name: 'Ben', at: later(7), brokerOrderId: null },
      timeZone: 'America/New_York',
    }),
  'outcome-settled-found': () =>
    presentOutcomeSettled({
      order: { ...unanswered, status: 'partially_filled', brokerOrderId: '1001234' },
      broker: 'schwab',
      answer: null,
      timeZone: 'America/New_York',
    }),
  'outcome-refusal-already-settled': () =>
    presentOutcomeRefusal({
      type: 'already_settled',
      order: { ...unanswered, status: 'canceled' },
      broker: 'schwab',
    }),
  'outcome-refusal-taken': () =>
    presentOutcomeRefusal({
      type: 'taken',
      order: unanswered,
      brokerOrderId: '1001234',
      broker: 'schwab',
    }),
  'outcome-refusal-outdated': () => presentOutcomeRefusal({ type: 'outdated', broker: 'schwab' }),
  'vote-counted': () =>
    presentVoteCounted({ record: sampleRecord(), approval: sampleApproval({ voters: ['ben'] }) }),
  'refusal-code-not-enrolled': () => denied({ code: 'code_not_enrolled' }),
  'refusal-code-wrong': () => denied({ code: 'code_wrong', attemptsLeft: 1 }),
  'refusal-code-locked': () => denied({ code: 'code_locked', until: later(76) }),
  ...SAMPLE_ENROLMENT,
  'refusal-own-proposal': () => denied({ code: 'own_proposal' }, ['Ben', 'Chloe', 'Dev']),
  'refusal-not-approver': () => denied({ code: 'not_approver' }, ['Dev']),
  'refusal-already-voted': () => denied({ code: 'already_voted' }, []),
  'refusal-digest-changed': () => denied({ code: 'digest_changed' }, ['Dev']),
  'refusal-expired': () => denied({ code: 'expired' }, ['Dev']),
  'refusal-confirmation-needed': () => denied({ code: 'confirmation_needed' }, []),
  'refusal-not-pending': () =>
    presentDecisionDenied({
      record: sampleRecord({ status: 'executing' }),
      account,
      denial: { code: 'not_pending' },
      eligible: [],
      decidedBy: ['Ben', 'Chloe'],
      now: later(61),
    }),
  'refusal-stranger': () => presentStranger(['Dev'], { platform: 'slack', userId: 'U0EVE' }),
  'refusal-role': () =>
    presentRoleNeeded({
      what: 'use /halt',
      role: 'approver',
      account: 'core',
      people: ['Ben', 'Dev'],
    }),
  'refusal-gone': () => presentGone(),
  'refusal-halted': () =>
    presentRefusal({
      type: 'halted',
      attempt: 'propose for core',
      halt: { halt, byName: 'Ben' },
      whoCan: ['Ben', 'Chloe'],
      timeZone: 'America/New_York',
      now: later(30),
    }),
  'refusal-not-compared': () =>
    presentRefusal({
      type: 'not_compared',
      attempt: 'propose for core',
      account: 'core',
      broker: 'ibkr',
    }),
  'refusal-busy': () =>
    presentRefusal({
      type: 'busy',
      attempt: 'propose for core',
      account: 'core',
      proposalId: 'k3f9xa',
    }),
  'refusal-check-failed': () =>
    presentDecisionDenied({
      record: sampleRecord(),
      account,
      denial: {
        code: 'check_failed',
        checks: [
          failed(
            'limit.day_notional',
            'Limit of the day',
            '$35,061.57 asked for, $14,382.40 left',
            'An admin can raise limits.dayNotional of core in portfolios.yaml.',
          ),
        ],
      },
      eligible: [],
      decidedBy: [],
      now: later(30),
    }),
  'problem-unknown-account': () =>
    presentCommandProblem({
      problem: { type: 'unknown_account', given: 'cor', suggestion: 'core' },
      usage: '/rebalance [account] [--dry-run]',
      accounts: ['core', 'family'],
    }),
  'problem-unknown-option': () =>
    presentCommandProblem({
      problem: { type: 'unknown_option', given: '--buyonly', suggestion: '--buy-only' },
      usage: '/rebalance [account] [--buy-only]',
      accounts: ['core'],
    }),
  'problem-bad-value': () =>
    presentCommandProblem({
      problem: {
        type: 'bad_value',
        option: '--contribute',
        given: '-5',
        expected: 'a positive amount such as 2500 or $2,500.00',
      },
      usage: '/rebalance [account] [--contribute AMOUNT]',
      accounts: ['core'],
    }),
  'problem-unknown-command': () =>
    presentUnknownCommand({ given: 'rebalnce', suggestion: 'rebalance' }),
  'error-broker': () =>
    presentBrokerError(
      new BrokerError('alpaca', 'insufficient_funds', 'insufficient buying power', {
        brokerCode: '40310000',
      }),
    ),
  'error-plan': () =>
    presentPlanRefusal({ code: 'price_missing', symbols: ['GOOG', 'IBM'] }, 'core'),
  'error-store': () =>
    presentStoreError(new StoreError('disk_full', 'data/evenkeel.db could not grow')),
  'error-master-key': () =>
    presentStoreError(
      new StoreError('master_key_missing', 'No secrets are stored without EVENKEEL_MASTER_KEY.'),
    ),
  'error-unexpected': () => presentUnexpected('unexpected'),
  notice: () =>
    presentNotice({
      title: 'Reconciled',
      text: 'Every order and fill of today agrees with the broker.',
      tone: 'good',
    }),
  audit: () =>
    presentAuditTable({
      rows: SAMPLE_AUDIT_ROWS,
      account: 'core',
      head: SAMPLE_AUDIT_HEAD,
      timeZone: 'America/New_York',
      now: later(30),
    }),
  'audit-of-proposal': () =>
    presentAuditTable({
      rows: SAMPLE_AUDIT_ROWS.slice(0, 3),
      account: 'core',
      proposal: {
        record: sampleRecord({ status: 'executed' }),
        proposerName: 'Ana',
        decisions: [decidedBy('ben', 10), decidedBy('chloe', 12)],
      },
      person: null,
      nameOf: (actor) => ({ chloe: 'Chloe' })[actor] ?? actor,
      head: SAMPLE_AUDIT_HEAD,
      timeZone: 'America/New_York',
      now: later(30),
    }),
};

/** Every form there is, by the name of its golden file. */
export const SAMPLE_FORMS: Readonly<Record<string, () => Form>> = {
  'form-notes': () =>
    approvalForm(sampleRecord(), account, {
      action: 'approve',
      asks: {
        confirmation: true,
        code: false,
        notes: complianceNotes([
          'No inside information.',
          'This account is in no blackout period that I know of, and neither is anybody who benefits from it.',
        ]),
      },
    }),
  'form-reject': () => rejectForm(sampleRecord()),
  'form-confirmation': () =>
    approvalForm(sampleRecord(), account, {
      asks: { confirmation: true, code: false, notes: [] },
      action: 'approve',
    }),
  'form-code': () =>
    approvalForm(sampleRecord(), account, {
      asks: { confirmation: true, code: true, notes: [] },
      action: 'approve_at_open',
    }),
  'form-first-code': () => codeForm('confirm_codes'),
  'form-adjust': () => adjustForm(sampleRecord()),
  'form-redirect': () => redirectForm('schwab'),
};

type Denial = Parameters<typeof presentDecisionDenied>[0]['denial'];

function denied(denial: Denial, eligible: readonly string[] = []): Message {
  return presentDecisionDenied({
    record: sampleRecord(),
    account,
    denial,
    eligible,
    decidedBy: [],
    now: later(61),
  });
}
