import { isFinal } from '../core/order-transition.ts';
import type { Broker, BrokerOrder } from '../ports/broker.ts';
import { announceLate } from './announce-late.ts';
import { auditEntry, BROKER } from './audit.ts';
import type { AppContext } from './context.ts';
import { lookBackTo, rememberLook } from './look-back.ts';
import { recordReports } from './record-reports.ts';
import type { BrokerReport } from './record-reports.ts';

/**
 * Asks the broker for orders and fills and records what we do not have yet: at start, after a lost
 * connection, and whenever the broker counts more fills than we know.
 * @param announcing the proposal whose execution is telling its end just now.
 * @returns how many facts were recorded, and the orders that the broker told, since `since`.
 * @throws BrokerError when the broker cannot be asked.
 */
export async function reconcileAccount(
  context: AppContext,
  account: string,
  broker: Broker,
  announcing: string | null = null,
): Promise<{
  readonly recorded: number;
  readonly told: readonly BrokerOrder[];
  readonly since: Temporal.Instant;
}> {
  const open = await context.store.listOrders({
    account,
    statuses: ['submitted', 'unknown', 'accepted', 'partially_filled'],
  });
  const now = context.clock.now();
  const since = await lookBackTo(context.store, broker, open, now);
  // Asked for together: at some brokers both are one list.
  const [fills, orders] = await Promise.all([broker.listFills(since), broker.listOrders(since)]);
  // Fills first: a finished order is only taken as finished when its fills are here.
  const reports: readonly BrokerReport[] = [
    ...fills.map((fill) => ({ type: 'fill', fill }) as const),
    ...orders.map((order) => ({ type: 'order', order }) as const),
  ];
  // What can be of an order whose answer is awaited waits for that.
  const isComplete = !open.some(({ status }) => status === 'submitted' || status === 'unknown');
  if (reports.length === 0) {
    if (isComplete) await rememberLook(context, broker, now);
    return { recorded: 0, told: orders, since };
  }
  const outcomes = await recordReports(context, account, reports);
  await announceLate(context, outcomes, announcing);
  const recorded = outcomes.filter(
    (outcome) => outcome.status === 'fulfilled' && outcome.value.changed,
  ).length;
  if (recorded > 0) {
    await context.store.transaction((unit) =>
      unit.appendAudit(
        auditEntry(context.clock.now(), BROKER, 'reconciliation', account, account, {
          recorded,
          openBefore: open.filter((order) => !isFinal(order.status)).length,
        }),
      ),
    );
    context.changed();
  }
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  if (isComplete) await rememberLook(context, broker, now);
  return { recorded, told: orders, since };
}
