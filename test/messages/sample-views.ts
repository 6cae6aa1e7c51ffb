import { ZERO, decimal } from '../../src/core/decimal.ts';
import { presentAuditTable } from '../../src/messages/audit-trail.ts';
import { presentDailySummary } from '../../src/messages/daily-summary.ts';
import { presentHelp } from '../../src/messages/help.ts';
import { presentHistory } from '../../src/messages/history.ts';
import { presentLimits } from '../../src/messages/limits.ts';
import type { Message } from '../../src/messages/message.ts';
import { presentNotice } from '../../src/messages/notice.ts';
import { presentOrders } from '../../src/messages/orders.ts';
import { presentPending } from '../../src/messages/pending.ts';
import { presentPortfolio } from '../../src/messages/portfolio.ts';
import { presentTargets } from '../../src/messages/targets.ts';
import { monthlyClose } from '../fixtures/monthly-closes.ts';
import { NOW, later } from '../fixtures/sample-account.ts';
import { SAMPLE_AUDIT_HEAD, SAMPLE_AUDIT_ROWS } from '../fixtures/sample-audit.ts';
import { sampleOrder } from '../fixtures/sample-execution.ts';
import { sampleApproval, sampleRecord, sampleSnapshot } from '../fixtures/sample-proposal.ts';
import { account, buyIbm, decidedBy, halt, plan, short, weights } from './sample-inputs.ts';

const weightsAfter = plan.weights.map((row) => ({
  symbol: row.symbol,
  targetWeight: row.targetWeight,
  weight: row.weightAfter,
}));

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

/** What somebody asks to see, by the names of their golden files. */
export const SAMPLE_VIEWS: Readonly<Record<string, () => Message>> = {
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
