import { failed } from '../../src/core/check.ts';
import { describe, expect, test } from 'vitest';
import { complianceNotes } from '../../src/core/compliance/notes.ts';
import { decimal } from '../../src/core/decimal.ts';
import { presentAuditTable } from '../../src/messages/audit-trail.ts';
import { presentDailySummary } from '../../src/messages/daily-summary.ts';
import { presentDetails } from '../../src/messages/details.ts';
import {
  presentBrokerError,
  presentCommandProblem,
  presentPlanRefusal,
  presentUnknownCommand,
} from '../../src/messages/errors.ts';
import type { Person } from '../../src/core/person.ts';
import { adjustForm, approvalForm, rejectForm } from '../../src/messages/forms.ts';
import {
  haltWords,
  presentHalted,
  presentHaltReplaced,
  presentResumed,
} from '../../src/messages/halt.ts';
import { presentHistory } from '../../src/messages/history.ts';
import { presentConnectionProblem, presentNotConnectable } from '../../src/messages/connection.ts';
import { presentLoginEnding } from '../../src/messages/login-runway.ts';
import type { Message } from '../../src/messages/message.ts';
import { presentNotice } from '../../src/messages/notice.ts';
import { presentOrders } from '../../src/messages/orders.ts';
import { presentOutcomeUnknown } from '../../src/messages/outcome-unknown.ts';
import { presentPending } from '../../src/messages/pending.ts';
import { presentProposal } from '../../src/messages/proposal.ts';
import {
  presentDecisionDenied,
  presentRefusal,
  presentRoleNeeded,
  presentStranger,
} from '../../src/messages/refusal.ts';
import { presentSuperseded } from '../../src/messages/superseded.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import { later, NOW, sampleAccount } from '../fixtures/sample-account.ts';
import { SAMPLE_AUDIT_HEAD, SAMPLE_AUDIT_ROWS } from '../fixtures/sample-audit.ts';
import { sampleExecution, sampleOrder } from '../fixtures/sample-execution.ts';
import {
  sampleApproval,
  samplePlan,
  sampleProposal,
  sampleRecord,
} from '../fixtures/sample-proposal.ts';
import { proposalInput } from './sample-inputs.ts';
import { stringsOf, UNSAFE } from './strings.ts';

/** What a name, a reason or a broker's words may contain: line breaks, escapes, overrides, and no end. */
const HOSTILE = `\u001B[2J\u202Egnp.exe\u2066 <!channel> @everyone *b* \`c\` \r\n\uD83D${'x\u200B'.repeat(5000)}`;

const account = sampleAccount();
const plan = samplePlan();
const [first] = plan.legs;
if (first === undefined) throw new Error('the sample has a leg');

/** Three hundred legs, each of a symbol that no schema would let in. */
const hugePlan = samplePlan({
  legs: Array.from({ length: 300 }, (_, index) => ({
    ...first,
    number: index + 1,
    symbol: `${index}${HOSTILE}`,
  })),
  skipped: Array.from({ length: 300 }, (_, index) => ({
    symbol: `${index}${HOSTILE}`,
    side: 'buy' as const,
    reason: 'inside_band' as const,
    weight: decimal('0.001'),
    targetWeight: decimal('0.002'),
    notional: decimal('5'),
  })),
  weights: Array.from({ length: 300 }, (_, index) => ({
    symbol: `${index}${HOSTILE}`,
    targetWeight: decimal('0.002'),
    weightBefore: decimal('0.003'),
    weightAfter: decimal('0.002'),
  })),
});
const hugeRecord = sampleRecord({ outcome: HOSTILE }, { plan: hugePlan });
const halt = { scope: 'core', by: HOSTILE, reason: HOSTILE, at: NOW };
const rejected = sampleExecution(
  hugePlan.legs,
  hugePlan.legs.map(() => ({ status: 'rejected' as const, reason: HOSTILE, reasonCode: HOSTILE })),
);
const order = sampleOrder(first, {
  status: 'rejected',
  reason: HOSTILE,
  reasonCode: HOSTILE,
}).order;
const HOSTILE_PEOPLE: readonly Person[] = Array.from({ length: 40 }, (_, index) => ({
  id: String(index),
  name: HOSTILE,
  role: 'approver',
  accountRoles: {},
  groups: [],
  platformIds: {},
}));
const input = proposalInput({
  record: hugeRecord,
  proposerName: HOSTILE,
  approval: sampleApproval({ record: hugeRecord, people: HOSTILE_PEOPLE }),
  votes: [{ name: HOSTILE, at: NOW }],
  checks: [failed(HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
  priceNote: HOSTILE,
  rejection: { name: HOSTILE, reason: HOSTILE, at: NOW },
  ...rejected,
});
const view = { timeZone: 'America/New_York', now: later(5) };
const statuses = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'superseded',
  'executing',
  'failed',
] as const;

const messages: Readonly<Record<string, Message>> = {
  ...Object.fromEntries(
    statuses.map((status) => [
      `proposal ${status}`,
      presentProposal({ ...input, record: { ...hugeRecord, status } }),
    ]),
  ),
  details: presentDetails({
    proposal: sampleProposal({ plan: hugePlan }),
    account,
    checks: input.checks,
    now: NOW,
  }),
  orders: presentOrders({ account: null, orders: [order], ...view }),
  history: presentHistory({
    account: null,
    entries: [{ record: hugeRecord, proposerName: HOSTILE, deciderNames: [HOSTILE] }],
    ...view,
  }),
  pending: presentPending({
    account: null,
    entries: [
      {
        record: hugeRecord,
        proposerName: HOSTILE,
        approval: sampleApproval({ record: hugeRecord, people: HOSTILE_PEOPLE, voters: ['0'] }),
      },
    ],
    page: { number: 1, pages: 1, waiting: 1 },
    halts: [{ halt, byName: HOSTILE }],
    ...view,
  }),
  'daily summary': presentDailySummary({
    account,
    date: Temporal.PlainDate.from('2026-11-20'),
    now: NOW,
    value: plan.totalValue,
    day: null,
    month: null,
    tradedOutside: [{ side: 'buy', symbol: HOSTILE, quantity: decimal('1') }],
    drift: plan.driftBefore,
    band: account.policy.toleranceBand,
    values: [],
    weights: hugePlan.weights.map((row) => ({ ...row, weight: row.weightBefore })),
    traded: [{ proposalId: 'k3f9xa', notional: plan.notional, approverNames: [HOSTILE] }],
    pending: [],
    working: [order],
    limits: [{ name: HOSTILE, used: decimal('0.5') }],
    halt: { halt, byName: HOSTILE },
    notices: [HOSTILE],
    auditHead: SAMPLE_AUDIT_HEAD.hash,
    auditRows: 3,
    verification: null,
  }),
  halted: presentHalted(halt, {
    byName: HOSTILE,
    rule: null,
    resumerNames: [HOSTILE],
    votes: { names: [HOSTILE], needed: 2 },
    orders: { working: 1, canceled: 0, filled: 0 },
    canceling: true,
    end: null,
  }),
  'halt replaced': presentHaltReplaced({ scope: HOSTILE, halt }),
  resumed: presentResumed({ scope: 'core', names: [HOSTILE], at: NOW, stillHalted: null }),
  notice: presentNotice({ title: HOSTILE, text: HOSTILE, tone: 'bad' }),
  'outcome unknown': presentOutcomeUnknown({
    order,
    broker: HOSTILE,
    looks: 1,
    answered: true,
    brokerWords: HOSTILE,
    nextLookAt: NOW,
    digestOf: () => 'f'.repeat(64),
    candidates: [
      {
        brokerOrderId: HOSTILE,
        clientOrderId: null,
        symbol: HOSTILE,
        side: 'buy',
        quantity: decimal('1'),
        filledQuantity: decimal('0'),
        averageFillPrice: null,
        status: 'accepted',
        reason: HOSTILE,
        submittedAt: NOW,
        updatedAt: NOW,
      },
    ],
    ...view,
  }),
  superseded: presentSuperseded({
    proposalId: 'k3f9xa',
    account: 'core',
    breaches: hugePlan.legs.map((leg) => ({ type: 'open_order', symbol: leg.symbol })),
    replacementId: null,
  }),
  'broker error': presentBrokerError(
    new BrokerError(HOSTILE, 'order_rejected', HOSTILE, { brokerCode: HOSTILE }),
    HOSTILE,
  ),
  'plan refusal': presentPlanRefusal({ code: 'invalid_policy', reason: HOSTILE }, HOSTILE),
  'price missing': presentPlanRefusal({
    code: 'price_missing',
    symbols: hugePlan.legs.map((leg) => leg.symbol),
  }),
  'command problem': presentCommandProblem({
    problem: { type: 'unknown_account', given: HOSTILE, suggestion: HOSTILE },
    usage: HOSTILE,
    accounts: Array.from({ length: 200 }, () => HOSTILE),
  }),
  'unknown command': presentUnknownCommand({ given: HOSTILE, suggestion: null }),
  'connection problem': presentConnectionProblem(HOSTILE, { type: 'ended', reason: HOSTILE }),
  'not connectable': presentNotConnectable({
    given: HOSTILE,
    suggestion: HOSTILE,
    connectable: ['schwab'],
  }),
  'login ending': presentLoginEnding({
    broker: 'schwab',
    person: 'ana',
    personName: HOSTILE,
    accounts: Array.from({ length: 200 }, () => HOSTILE),
    endsAt: input.now,
    now: input.now,
  }),
  stranger: presentStranger([HOSTILE], { platform: HOSTILE, userId: HOSTILE }),
  role: presentRoleNeeded({ what: HOSTILE, role: 'admin', account: HOSTILE, people: [HOSTILE] }),
  'not compared': presentRefusal({
    type: 'not_compared',
    attempt: HOSTILE,
    account: HOSTILE,
    broker: HOSTILE,
  }),
  refusal: presentRefusal({
    type: 'busy',
    attempt: HOSTILE,
    account: HOSTILE,
    proposalId: 'k3f9xa',
  }),
  'check failed': presentDecisionDenied({
    record: input.record,
    account: input.account,
    denial: { code: 'check_failed', checks: input.checks },
    eligible: [HOSTILE],
    decidedBy: [HOSTILE],
    now: input.now,
  }),
  audit: presentAuditTable({
    rows: SAMPLE_AUDIT_ROWS.map((row) => ({
      ...row,
      actor: HOSTILE,
      subject: HOSTILE,
      payload: { [HOSTILE]: HOSTILE, nested: { list: [HOSTILE] } },
    })),
    account: null,
    head: SAMPLE_AUDIT_HEAD,
    ...view,
  }),
};

describe('what comes from outside is shown as plain, short text', () => {
  test.each(Object.entries(messages))('%s', (_, message) => {
    for (const text of stringsOf(message)) {
      expect(text).not.toMatch(UNSAFE);
      expect(text.length).toBeLessThanOrEqual(3000);
    }
    expect(message.fallback.length).toBeLessThanOrEqual(1200);
    expect(message.fallback).not.toContain('\n');
  });

  test.each([
    ['reject', rejectForm(hugeRecord)],
    [
      'confirm',
      approvalForm(hugeRecord, account, {
        asks: { confirmation: true, code: true, notes: complianceNotes([HOSTILE]) },
        action: 'approve',
      }),
    ],
    ['adjust', adjustForm(hugeRecord)],
  ])('the form to %s', (_, form) => {
    for (const text of stringsOf(form)) {
      expect(text).not.toMatch(UNSAFE);
      expect(text.length).toBeLessThanOrEqual(600);
    }
  });

  test('a halt in words', () => {
    const words = haltWords({ halt, byName: HOSTILE }, 'America/New_York', NOW);
    expect(words).not.toMatch(UNSAFE);
    expect(words.length).toBeLessThanOrEqual(500);
  });
});

test('three hundred legs are all in the table, and the words name a few and count the rest', () => {
  const message = presentProposal({ ...input, record: { ...hugeRecord, status: 'pending' } });
  const tables = message.blocks.filter((block) => block.type === 'table');
  expect(tables.map((table) => table.rows.length)).toEqual([300]);
  expect(message.fallback).toContain('and 292 more');
  const [chart] = message.blocks.filter((block) => block.type === 'chart');
  expect(chart?.categories).toHaveLength(20);
  expect(chart?.categories.at(-1)).toBe('other');
  // 281 of 300 symbols at 0.3% and a target of 0.2%.
  expect(chart?.series.map((series) => series.values.at(-1))).toEqual(['56.2', '84.3']);
});

test('what was rejected three hundred times is told a few times and counted', () => {
  const message = presentProposal({ ...input, record: { ...hugeRecord, status: 'failed' } });
  const alerts = message.blocks.filter((block) => block.type === 'alert');
  expect(alerts.map((alert) => alert.text)).toContain('294 more orders were not filled.');
});
