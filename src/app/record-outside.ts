import type { Fill } from '../core/order.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { auditEntry, BROKER } from './audit.ts';
import type { AppContext } from './context.ts';
import { figuresOf } from './fill-figures.ts';

/**
 * Records what was traded outside Evenkeel, each execution and each correction of it once. A fill that can
 * be of an order of ours whose answer is still awaited waits for it: a later look decides.
 * @param fill of an order that is not ours, as far as is known.
 * @returns whether anything was recorded.
 */
export async function recordOutsideFill(
  context: AppContext,
  unit: StoreTransaction,
  fill: Fill,
): Promise<boolean> {
  if (await canBeOurs(unit, fill)) return false;
  const at = context.clock.now();
  const recorded = await unit.recordOutsideFill(fill, at);
  if (recorded === null) return false;
  const { before } = recorded;
  await unit.appendAudit(
    auditEntry(
      at,
      BROKER,
      before === null ? 'outside_fill' : 'outside_fill_corrected',
      fill.account,
      fill.brokerOrderId,
      {
        executionId: fill.executionId,
        clientOrderId: fill.clientOrderId,
        side: fill.side,
        symbol: fill.symbol,
        ...figuresOf(fill),
        ...(before === null ? {} : { before: figuresOf(before) }),
        filledAt: fill.at.toString(),
      },
    ),
  );
  return true;
}

/** Takes an execution back that was taken for somebody else's before its order was known to be ours. */
export async function retractOutsideFill(
  context: AppContext,
  unit: StoreTransaction,
  { account, executionId, brokerOrderId }: Fill,
): Promise<void> {
  const at = context.clock.now();
  const before = await unit.retractOutsideFill(account, executionId, at);
  if (before === null) return;
  await unit.appendAudit(
    auditEntry(at, BROKER, 'outside_fill_corrected', account, brokerOrderId, {
      executionId,
      side: before.side,
      symbol: before.symbol,
      quantity: '0',
      reason: 'its order turned out to be one of ours',
      before: figuresOf(before),
      filledAt: before.at.toString(),
    }),
  );
}

/** At a broker without ids of ours, until the answer to an order is known nothing tells the two apart. */
async function canBeOurs(unit: StoreTransaction, fill: Fill): Promise<boolean> {
  if (fill.clientOrderId !== null) return false;
  const awaited = await unit.listOrders({
    account: fill.account,
    statuses: ['submitted', 'unknown'],
  });
  return awaited.some(({ intent }) => intent.symbol === fill.symbol && intent.side === fill.side);
}
