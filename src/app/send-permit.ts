import { failpoint } from '../lib/failpoint.ts';
import type { SendPermit, SendRefusal } from '../ports/broker.ts';
import { StoreError } from '../ports/store-error.ts';
import type { AppContext } from './context.ts';
import { haltFor } from './halt-record.ts';
import { LeaseLost } from './lease.ts';

/** A permit for orders of an account that are handed to its broker together. */
interface OpenPermit {
  readonly permit: SendPermit;
  /** Looks now and not only when the next order's turn has come: somebody may have halted the account. */
  readonly recheck: () => void;
}

/**
 * Orders wait in their broker's pacer, for a minute and more where its limit is low. Before one leaves, the
 * account must not be halted and this process must still hold the lease. Once the answer is no it stays no
 * for all of them: none of an execution leaves after another was held back.
 */
export function openSendPermit(context: AppContext, account: string): OpenPermit {
  const withdrawn = new AbortController();
  let refusal: SendRefusal | null = null;
  let looking: Promise<SendRefusal | null> | null = null;

  async function look(): Promise<SendRefusal | null> {
    const found = await findRefusal(context, account);
    refusal ??= found;
    if (refusal !== null) withdrawn.abort();
    return refusal;
  }

  async function mayStillSend(): Promise<SendRefusal | null> {
    if (refusal !== null) return refusal;
    // Orders whose turns come in the same moment share a look.
    looking ??= look().finally(() => {
      looking = null;
    });
    return await looking;
  }

  return {
    permit: { mayStillSend, withdrawn: withdrawn.signal },
    recheck: () => {
      // What it finds, it keeps; it never fails.
      void mayStillSend();
    },
  };
}

async function findRefusal(context: AppContext, account: string): Promise<SendRefusal | null> {
  try {
    if ((await haltFor(context.store, account)) !== null) {
      const reason = 'trading was halted while this order waited for its turn; it was not sent';
      return { code: 'halted', reason };
    }
    // Whoever slept since the commit must not wake up and send what somebody else has looked for meanwhile.
    await context.lease.confirm();
    failpoint('send_permitted');
    return null;
  } catch (error) {
    if (error instanceof LeaseLost) return { code: 'lease_lost', reason: error.message };
    const code = error instanceof StoreError ? error.code : 'send_not_checked';
    context.log.error(
      { code, account, error },
      'an order was held back: no halt could be ruled out',
    );
    const reason =
      'whether trading is halted could not be read when its turn came; it was not sent';
    return { code: 'not_checked', reason };
  }
}
