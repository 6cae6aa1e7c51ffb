import { deriveClientOrderId } from '../core/client-order-id.ts';
import { toText } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import type { ExecutionStep } from '../core/execution.ts';
import type { OrderIntent } from '../core/order.ts';
import type { Proposal } from '../core/proposal.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { changeOrder } from './record-order.ts';

/** Intents and denials with their audit rows, in one transaction; nothing is sent before it is durable. */
export async function commitIntents(
  context: AppContext,
  proposal: Proposal,
  step: ExecutionStep,
): Promise<void> {
  const account = accountNamed(context, proposal.account);
  const at = context.clock.now();
  const intentFor = (
    leg: { number: number; side: 'buy' | 'sell'; symbol: string },
    quantity: Decimal,
    limitPrice: Decimal | null,
  ): OrderIntent => ({
    clientOrderId: deriveClientOrderId(proposal, leg.number, 1),
    proposalId: proposal.id,
    leg: leg.number,
    attempt: 1,
    account: proposal.account,
    side: leg.side,
    symbol: leg.symbol,
    quantity,
    orderType: limitPrice === null ? 'market' : 'limit',
    limitPrice,
    timeInForce: 'day',
    extendedHours: account.orders.extendedHours,
    createdAt: at,
  });
  await context.store.transaction(async (unit) => {
    await context.lease.require(unit);
    for (const { leg, quantity, limitPrice } of step.release) {
      const intent = intentFor(leg, quantity, limitPrice);
      await unit.insertOrder(intent, 'created');
      await unit.appendAudit(
        auditEntry(at, EVENKEEL, 'order_intent', proposal.account, intent.clientOrderId, {
          proposal: proposal.id,
          leg: leg.number,
          side: leg.side,
          symbol: leg.symbol,
          quantity: toText(quantity),
          limitPrice: limitPrice === null ? null : toText(limitPrice),
        }),
      );
    }
    for (const { order, code, reason } of step.withdraw) {
      await changeOrder(context, unit, order, { status: 'denied', reasonCode: code, reason });
    }
    for (const { leg, code, reason } of step.deny) {
      const intent = intentFor(leg, leg.quantity, null);
      await unit.insertOrder(intent, 'denied', { code, text: reason });
      await unit.appendAudit(
        auditEntry(at, EVENKEEL, 'order_denied', proposal.account, intent.clientOrderId, {
          proposal: proposal.id,
          leg: leg.number,
          code,
          reason,
        }),
      );
    }
  });
}
