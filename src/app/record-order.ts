import { toText } from '../core/decimal.ts';
import { addFill, correctFill, isFinal, statusAfterReport } from '../core/order-transition.ts';
import type { Fill, Order, OrderStatus } from '../core/order.ts';
import { presentFillCorrected } from '../messages/fill-corrected.ts';
import { accountTimeZone } from '../messages/time.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import type { AuditAction, StoreTransaction } from '../ports/store.ts';
import { auditEntry, BROKER } from './audit.ts';
import type { Actor } from './audit.ts';
import { destinationsOf } from './context.ts';
import type { AppContext } from './context.ts';
import { figuresOf } from './fill-figures.ts';
import { recordOutsideFill, retractOutsideFill } from './record-outside.ts';

const ACTION_OF: Readonly<Partial<Record<OrderStatus, AuditAction>>> = {
  accepted: 'order_accepted',
  rejected: 'order_rejected',
  canceled: 'order_canceled',
  expired: 'order_expired',
  unknown: 'order_unknown',
};

/**
 * Records what the broker says of one of our orders. Reports may come late, twice or out of order.
 * @returns `changed` when the order moved; `fillsMissing` when the broker counts more filled than
 *   we have fills for, so that the fills must be fetched.
 */
export async function recordBrokerOrder(
  context: AppContext,
  unit: StoreTransaction,
  reported: BrokerOrder,
  account: string,
): Promise<{ readonly changed: boolean; readonly fillsMissing: boolean }> {
  const order = await findOurOrder(unit, reported, account);
  if (order === null) return { changed: false, fillsMissing: false };
  const fillsMissing = reported.filledQuantity.gt(order.filledQuantity);
  // Before its fills are here, a finished order stays open for us: they decide what it came to.
  const ended = isFinal(reported.status) && reported.status !== 'rejected';
  const status = ended && fillsMissing ? order.status : statusAfterReport(order, reported.status);
  const newId = order.brokerOrderId === null;
  if (status === order.status && !newId) return { changed: false, fillsMissing };
  await changeOrder(context, unit, order, {
    status,
    brokerOrderId: reported.brokerOrderId,
    ...(status === 'rejected' || status === 'canceled' || status === 'expired'
      ? { reason: reported.reason }
      : {}),
  });
  return { changed: true, fillsMissing };
}

/**
 * Changes an order and writes the audit row that says so, where the status moved.
 * @param by who says so: the broker, or a person who looked there.
 * @param action what the audit row calls it.
 */
export async function changeOrder(
  context: AppContext,
  unit: StoreTransaction,
  order: Order,
  change: {
    readonly status: OrderStatus;
    readonly brokerOrderId?: string | null;
    readonly reasonCode?: string | null;
    readonly reason?: string | null;
    readonly submittedAt?: Temporal.Instant | null;
  },
  by: Actor = BROKER,
  action: AuditAction = ACTION_OF[change.status] ?? 'order_updated',
): Promise<void> {
  const at = context.clock.now();
  const { clientOrderId, account } = order.intent;
  const updated = await unit.updateOrder(clientOrderId, order.status, { ...change, updatedAt: at });
  if (!updated) throw new Error(`order ${clientOrderId} is no longer ${order.status}`);
  if (change.status === order.status) return;
  await unit.appendAudit(
    auditEntry(at, by, action, account, clientOrderId, {
      proposal: order.intent.proposalId,
      leg: order.intent.leg,
      status: change.status,
      brokerOrderId: change.brokerOrderId ?? order.brokerOrderId,
      code: change.reasonCode ?? null,
      reason: change.reason ?? null,
    }),
  );
}

/** What became of a fill that was told. */
interface RecordedFill {
  /** False when it was known already. */
  readonly changed: boolean;
  /** The proposal whose order was filled; null when nothing changed or it is of no order of ours. */
  readonly proposalId: string | null;
}

/**
 * Records fills exactly once, however often they are told, and each correction of them exactly once. Those
 * that are of no order of ours are recorded apart from the others.
 * @param fills of one account.
 * @returns what became of each.
 */
export async function recordFills(
  context: AppContext,
  unit: StoreTransaction,
  fills: readonly Fill[],
): Promise<readonly RecordedFill[]> {
  const orders: (Order | null)[] = [];
  for (const fill of fills) orders.push(await findOurOrder(unit, fill, fill.account));
  const ours = fills.flatMap((fill, index) => {
    const clientOrderId = orders[index]?.intent.clientOrderId;
    return clientOrderId === undefined ? [] : [{ ...fill, clientOrderId }];
  });
  const added = (await unit.insertFills(ours)).values();
  const [first] = ours;
  const outside =
    first === undefined
      ? new Set<string>()
      : await unit.listOutsideExecutions(
          first.account,
          ours.map(({ executionId }) => executionId),
        );
  const recorded: RecordedFill[] = [];
  for (const [index, fill] of fills.entries()) {
    const clientOrderId = orders[index]?.intent.clientOrderId;
    if (clientOrderId === undefined) {
      const changed = await recordOutsideFill(context, unit, fill);
      recorded.push({ changed, proposalId: null });
    } else {
      const isNew = added.next().value === true;
      if (isNew && outside.has(fill.executionId)) await retractOutsideFill(context, unit, fill);
      recorded.push(await recordOurFill(context, unit, { ...fill, clientOrderId }, isNew));
    }
  }
  return recorded;
}

/** @param isNew whether it was just inserted. */
async function recordOurFill(
  context: AppContext,
  unit: StoreTransaction,
  fill: Fill & { readonly clientOrderId: string },
  isNew: boolean,
): Promise<RecordedFill> {
  const { clientOrderId } = fill;
  const at = context.clock.now();
  const before = isNew ? null : await unit.correctFill(fill, at);
  if (!isNew && before === null) return { changed: false, proposalId: null };
  // As those before it have left it.
  const order = await unit.findOrder(clientOrderId);
  if (order === null) throw new Error(`order ${clientOrderId} is not there`);
  const { account, proposalId } = order.intent;
  const after = before === null ? addFill(order, fill) : correctFill(order, before, fill);
  const updated = await unit.updateOrder(clientOrderId, order.status, {
    ...after,
    brokerOrderId: fill.brokerOrderId,
    updatedAt: at,
  });
  if (!updated) throw new Error(`order ${clientOrderId} changed within a write transaction`);
  const action = before === null ? 'fill' : 'fill_corrected';
  await unit.appendAudit(
    auditEntry(at, BROKER, action, account, clientOrderId, {
      proposal: proposalId,
      executionId: fill.executionId,
      brokerOrderId: fill.brokerOrderId,
      side: fill.side,
      symbol: fill.symbol,
      ...figuresOf(fill),
      ...(before === null ? {} : { before: figuresOf(before) }),
      filledAt: fill.at.toString(),
      filledQuantity: toText(after.filledQuantity),
      status: after.status,
    }),
  );
  if (before !== null) await tellCorrection(context, unit, proposalId, before, fill);
  return { changed: true, proposalId };
}

/** Commissions that come late are everyday; shares and prices that change are for people to know. */
async function tellCorrection(
  context: AppContext,
  unit: StoreTransaction,
  proposalId: string,
  before: Fill,
  after: Fill,
): Promise<void> {
  if (before.quantity.eq(after.quantity) && before.price.eq(after.price)) return;
  const account = context.accounts.get(after.account);
  if (account === undefined) return;
  const now = context.clock.now();
  const message = presentFillCorrected({
    account: account.name,
    broker: account.broker,
    proposalId,
    before,
    after,
    timeZone: accountTimeZone(account),
    now,
  });
  const key = `fill-corrected:${account.name}:${after.executionId}:${after.revision ?? 0}`;
  const destinations = destinationsOf(context, account);
  await unit.announce({ key, account: account.name, message }, destinations, now);
}

/** The order of ours that a broker's report is about, by our id or, failing that, by theirs. */
async function findOurOrder(
  unit: StoreTransaction,
  reported: { readonly clientOrderId: string | null; readonly brokerOrderId: string },
  account: string,
): Promise<Order | null> {
  if (reported.clientOrderId !== null) {
    const order = await unit.findOrder(reported.clientOrderId);
    return order !== null && order.intent.account === account ? order : null;
  }
  return unit.findOrderByBrokerId(account, reported.brokerOrderId);
}
