import { PacerWithdrawn } from '../lib/pacer.ts';
import type { ExecuteTradeResult, SendPermit, SendRefusal } from '../ports/broker.ts';

type NotSent = Extract<ExecuteTradeResult, { type: 'not_sent' }>;

/** The permit of an order was refused, and so the order did not leave. */
class PermitRefused extends Error {
  override readonly name = 'PermitRefused';
  readonly refusal: SendRefusal;

  constructor(refusal: SendRefusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** The last thing before an order leaves. @throws what `notSentBecause` understands when it may not. */
export async function requirePermit(permit: SendPermit): Promise<void> {
  const refusal = await permit.mayStillSend();
  if (refusal !== null) throw new PermitRefused(refusal);
}

/** What a failure on the way to an order's turn says of the order; null when it says nothing about that. */
export async function notSentBecause(error: unknown, permit: SendPermit): Promise<NotSent | null> {
  if (error instanceof PermitRefused) return { type: 'not_sent', ...error.refusal };
  if (!(error instanceof PacerWithdrawn)) return null;
  const refusal = await permit.mayStillSend();
  if (refusal === null) throw new Error('an order was withdrawn although it may be sent');
  return { type: 'not_sent', ...refusal };
}
