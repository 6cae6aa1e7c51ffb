import { expect } from 'vitest';
import type { AccountSettings } from '../../../src/core/account.ts';
import { decimal, sum, toText, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { tradingDayOf } from '../../../src/core/market-calendar.ts';
import type { Fill, Order } from '../../../src/core/order.ts';
import { roleFor, roleIncludes } from '../../../src/core/permission.ts';
import type { ProposalRecord } from '../../../src/core/proposal.ts';
import type { AuditRow } from '../../../src/ports/store.ts';
import { expectLots, expectOutsideFillsOnce, expectWashSales, replayLots } from './model-lots.ts';
import { NAMES } from './model-world.ts';
import type { Subject } from './model-world.ts';

/** The database as it is, read for the checks below. */
interface Facts {
  readonly proposals: ReadonlyMap<string, ProposalRecord>;
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  /** Oldest first. */
  readonly audit: readonly AuditRow[];
}

/**
 * Everything that must hold at any moment, worked out from the record and the exchange's own books and
 * not from the code that is tested.
 */
export async function expectInvariants(subject: Subject): Promise<void> {
  const { store } = subject.world;
  const facts: Facts = {
    proposals: new Map(
      (await store.listProposals({})).map((record) => [record.proposal.id, record]),
    ),
    orders: await store.listOrders({}),
    fills: await store.listFills({}),
    audit: (await store.listAudit({ limit: 1_000_000 })).toReversed(),
  };
  expect(subject.errors).toEqual([]);
  expectSoundExchange(subject);
  expectOneOrderALeg(subject, facts);
  await expectOutsideFillsOnce(subject, false);
  const lots = await replayLots(subject);
  await expectLots(subject, lots, false);
  await expectWashSales(subject, lots);
  expectFillsOnce(subject, facts);
  expectRulesOfOrders(subject, facts);
  expectOrderOfEvents(facts);
  for (const row of facts.audit.filter(({ action }) => action === 'execution_started')) {
    expectVotes(subject, facts, row);
    expectDayLimits(subject, facts, row);
  }
}

/** Once nothing is under way: both sides know the same, to the last share. */
export async function expectReconciled(subject: Subject): Promise<void> {
  const { store } = subject.world;
  await expectInvariants(subject);
  await expectOutsideFillsOnce(subject, true);
  await expectLots(subject, await replayLots(subject), true);
  const ours = await store.listFills({});
  const fills = [...ours];
  for (const account of NAMES) fills.push(...(await store.listOutsideFills({ account })));
  const { sqlite } = store.database;
  const theirs = sqlite
    .prepare<[], { id: string; quantity: string; price: string; fees: string }>(
      'select execution_id as id, quantity, price, fees from paper_fills',
    )
    .all();
  const told = (id: string, ...values: readonly Decimal[]) =>
    `${id} ${values.map((value) => toText(value)).join(' ')}`;
  expect(
    fills.map((fill) => told(fill.executionId, fill.quantity, fill.price, fill.fees)).toSorted(),
  ).toEqual(
    theirs
      .map(({ id, quantity, price, fees }) =>
        told(id, decimal(quantity), decimal(price), decimal(fees)),
      )
      .toSorted(),
  );
  const accounts = sqlite
    .prepare<[], { account: string; cash: string; deposited: string }>(
      'select account, cash, deposited from paper_accounts',
    )
    .all();
  for (const { account, cash, deposited } of accounts) {
    const traded = fills
      .filter((fill) => fill.account === account)
      .map(({ side, quantity, price, fees }) => {
        const notional = quantity.times(price);
        return (side === 'buy' ? notional.neg() : notional).minus(fees);
      });
    expect(cash).toBe(toText(decimal(deposited).plus(sum(traded))));
  }
  const open = (await store.listOrders({})).filter(({ status }) =>
    ['created', 'submitted', 'unknown', 'accepted', 'partially_filled'].includes(status),
  );
  expect(open).toEqual([]);
  const unfinished = await store.listProposals({ statuses: ['executing'] });
  expect(unfinished).toEqual([]);
  const verified = await store.verifyAudit();
  expect(verified).toMatchObject({ ok: true });
  const rows = await store.listAudit({ actions: ['fill'], limit: 1_000_000 });
  expect(rows).toHaveLength(ours.length);
}

/** No money is owed, nothing is sold short, and the exchange was never asked for either. */
function expectSoundExchange({ world, byHand }: Subject): void {
  const { sqlite } = world.store.database;
  const amounts = sqlite
    .prepare<[], string>(
      'select cash from paper_accounts union all select quantity from paper_positions',
    )
    .pluck()
    .all();
  expect(amounts.filter((amount) => amount.startsWith('-'))).toEqual([]);
  const refused = sqlite
    .prepare<[string], string>(
      `select reason from paper_orders
       where status = 'rejected' and reason_code is not 'refused_in_rehearsal'
         and client_order_id not in (select value from json_each(?))`,
    )
    .pluck()
    .all(JSON.stringify(byHand));
  expect(refused).toEqual([]);
}

function expectOneOrderALeg({ world, byHand }: Subject, { orders }: Facts): void {
  const legs = orders.map(({ intent }) => `${intent.proposalId} ${intent.leg}`);
  expect(legs.length).toBe(new Set(legs).size);
  const ours = new Map(orders.map((order) => [order.intent.clientOrderId, order.intent]));
  const theirs = world.store.database.sqlite
    .prepare<[], { id: string; symbol: string; side: string; quantity: string }>(
      'select client_order_id as id, symbol, side, quantity from paper_orders',
    )
    .all();
  expect(theirs.length).toBe(new Set(theirs.map(({ id }) => id)).size);
  for (const { id, symbol, side, quantity } of theirs) {
    if (byHand.includes(id)) continue;
    const intent = ours.get(id);
    expect({ symbol, side, quantity }).toEqual({
      symbol: intent?.symbol,
      side: intent?.side,
      quantity: intent === undefined ? '' : toText(intent.quantity),
    });
  }
}

function expectFillsOnce({ world }: Subject, { orders, fills }: Facts): void {
  expect(fills.length).toBe(new Set(fills.map((fill) => fill.executionId)).size);
  const executions = new Set(
    world.store.database.sqlite
      .prepare<[], string>('select execution_id from paper_fills')
      .pluck()
      .all(),
  );
  expect(fills.filter((fill) => !executions.has(fill.executionId))).toEqual([]);
  const byOrder = Map.groupBy(fills, (fill) => fill.clientOrderId);
  for (const { intent, filledQuantity } of orders) {
    const filled = sum((byOrder.get(intent.clientOrderId) ?? []).map((fill) => fill.quantity));
    expect(toText(filledQuantity)).toBe(toText(filled));
    expect(filled.gt(intent.quantity)).toBe(false);
  }
}

/** What was configured when an order left holds for it, whatever was configured before. */
function expectRulesOfOrders({ sent }: Subject, { proposals }: Facts): void {
  for (const { intent, account } of sent) {
    const leg = proposals
      .get(intent.proposalId)
      ?.proposal.plan.legs.find(({ number }) => number === intent.leg);
    expect(leg?.symbol).toBe(intent.symbol);
    expect(leg?.side).toBe(intent.side);
    expect(intent.quantity.gt(leg?.quantity ?? ZERO)).toBe(false);
    expect(account.compliance.restricted).not.toContain(intent.symbol);
    expect(account.policy.untouchable).not.toContain(intent.symbol);
    const { orderNotional } = account.limits;
    const notional = intent.quantity.times(leg?.referencePrice ?? ZERO);
    expect(orderNotional !== null && notional.gt(orderNotional)).toBe(false);
    expect(intent.orderType === 'market' && account.orders.orderType === 'limit').toBe(false);
  }
}

/** Orders leave after their execution began and before it ended, and never while halted. */
function expectOrderOfEvents({ audit }: Facts): void {
  const halted = new Set<string>();
  const running = new Set<string>();
  const rejected = new Set<string>();
  for (const { action, subject, account, payload, seq } of audit) {
    switch (action) {
      case 'halt':
        halted.add(subject);
        break;
      case 'resume':
        halted.delete(subject);
        break;
      case 'rejection':
        rejected.add(subject);
        break;
      case 'execution_started':
        expect(rejected).not.toContain(subject);
        running.add(subject);
        break;
      case 'execution_finished':
        running.delete(subject);
        break;
      case 'order_submitted':
        expect(running, `row ${seq}`).toContain(payload['proposal']);
        expect(halted.has('all') || halted.has(account ?? ''), `row ${seq}`).toBe(false);
        break;
      default:
        break;
    }
  }
}

function expectVotes(subject: Subject, { proposals }: Facts, started: AuditRow): void {
  const record = proposals.get(started.subject);
  if (record === undefined) throw new Error('an execution of no proposal');
  const { proposal } = record;
  const { approvals } = accountAt(subject, proposal.account, started.seq);
  const isLarge =
    approvals.largeTrade !== null && proposal.plan.notional.gte(approvals.largeTrade.notional);
  const needed = Math.max(
    proposal.votesNeeded,
    approvals.votesNeeded,
    isLarge ? (approvals.largeTrade?.votesNeeded ?? 0) : 0,
  );
  const voters = new Set(
    record.decisions.flatMap(({ person: id, verdict, digest, at }) => {
      const person = subject.people.find((candidate) => candidate.id === id);
      const counts =
        verdict === 'approve' &&
        digest === proposal.digest &&
        Temporal.Instant.compare(at, started.at) <= 0 &&
        Temporal.Instant.compare(at, proposal.expiresAt) < 0 &&
        person !== undefined &&
        roleIncludes(roleFor(person, proposal.account), 'approver');
      const isOwn = proposal.proposedBy.type === 'person' && proposal.proposedBy.person === id;
      return counts && (approvals.allowOwnProposals || !isOwn) ? [id] : [];
    }),
  );
  expect(voters.size).toBeGreaterThanOrEqual(needed);
}

/** When it began, what the day had used and what it was to trade fitted into every limit. */
function expectDayLimits(subject: Subject, facts: Facts, started: AuditRow): void {
  const own = facts.proposals.get(started.subject)?.proposal;
  if (own === undefined) throw new Error('an execution of no proposal');
  const { limits } = accountAt(subject, own.account, started.seq);
  const used = usedBefore(facts, started);
  const mine = { notional: own.plan.notional, orders: own.plan.legs.length };
  const total = (which: (use: Use) => boolean) => {
    const counted = [...used.filter(which), mine];
    return {
      notional: sum(counted.map(({ notional }) => notional)),
      orders: counted.reduce((count, { orders }) => count + orders, 0),
    };
  };
  const account = total((use) => use.account === own.account);
  expectWithin(account, limits.dayNotional, limits.dayOrders);
  const turnover = limits.dayTurnover?.times(own.plan.totalValue) ?? null;
  expectWithin(account, turnover, null);
  const { allAccounts, eachPerson } = subject.shared;
  expectWithin(
    total(() => true),
    allAccounts.dayNotional,
    allAccounts.dayOrders,
  );
  for (const person of approversOf(facts, own.id)) {
    const theirs = total((use) => approversOf(facts, use.proposalId).includes(person));
    expectWithin(theirs, eachPerson.dayNotional, eachPerson.dayOrders);
  }
}

interface Use {
  readonly proposalId: string;
  readonly account: string;
  readonly notional: Decimal;
  readonly orders: number;
}

/** What other proposals have sent on that day: while one runs all of its plan, afterwards what was traded. */
function usedBefore({ audit, orders, fills, proposals }: Facts, started: AuditRow): readonly Use[] {
  const day = tradingDayOf(started.at);
  const before = audit.filter(({ seq }) => seq < started.seq);
  const sentToday = new Set(
    before
      .filter(({ action, at }) => action === 'order_intent' && tradingDayOf(at).equals(day))
      .map(({ subject }) => subject),
  );
  const ended = new Set(
    before.filter(({ action }) => action === 'execution_finished').map(({ subject }) => subject),
  );
  const filledBefore = new Set(
    before.filter(({ action }) => action === 'fill').map(({ subject }) => subject),
  );
  const byProposal = Map.groupBy(
    orders.filter(({ intent }) => sentToday.has(intent.clientOrderId)),
    ({ intent }) => intent.proposalId,
  );
  byProposal.delete(started.subject);
  return [...byProposal].map(([proposalId, sent]): Use => {
    const proposal = proposals.get(proposalId)?.proposal;
    if (proposal === undefined) throw new Error('an order of no proposal');
    const { account, plan } = proposal;
    if (!ended.has(proposalId)) {
      return { proposalId, account, notional: plan.notional, orders: plan.legs.length };
    }
    const went = sent.filter(({ status }) => status !== 'denied');
    const ids = new Set(went.map(({ intent }) => intent.clientOrderId));
    const traded = fills
      .filter(({ clientOrderId }) => clientOrderId !== null && ids.has(clientOrderId))
      .filter(({ clientOrderId }) => filledBefore.has(clientOrderId ?? ''))
      .map(({ quantity, price }) => quantity.times(price));
    return { proposalId, account, notional: sum(traded), orders: went.length };
  });
}

function expectWithin(
  use: { readonly notional: Decimal; readonly orders: number },
  notional: Decimal | null,
  orders: number | null,
): void {
  expect(notional !== null && use.notional.gt(notional)).toBe(false);
  expect(use.orders).toBeLessThanOrEqual(orders ?? Number.POSITIVE_INFINITY);
}

function approversOf({ proposals }: Facts, proposalId: string): readonly string[] {
  const decisions = proposals.get(proposalId)?.decisions ?? [];
  return decisions.filter(({ verdict }) => verdict === 'approve').map(({ person }) => person);
}

function accountAt(subject: Subject, name: string, seq: number): AccountSettings {
  const rules = subject.rules.findLast(({ fromSeq }) => fromSeq < seq);
  const account = rules?.accounts.find((each) => each.name === name);
  if (account === undefined) throw new Error(`there is no account ${name}`);
  return account;
}
