import type { AccountSettings } from '../core/account.ts';
import { findRejectionHalt } from '../core/automatic-halts.ts';
import type { Order } from '../core/order.ts';
import type { AppContext } from './context.ts';
import { haltAutomatically } from './halt.ts';
import { readResumedAt } from './halt-record.ts';

/** More rejections than this are not counted; the configuration allows no higher limit. */
const MOST_REJECTIONS = 1000;

/**
 * Halts an account whose orders the broker rejects again and again.
 * @param orders those of the execution that runs: only when one of them was rejected are all counted.
 */
export async function haltAfterRejections(
  context: AppContext,
  account: AccountSettings,
  orders: readonly Order[],
): Promise<boolean> {
  const settings = account.automaticHalts.rejections;
  if (settings === null || !orders.some((order) => order.status === 'rejected')) return false;
  const rejected = await context.store.listOrders({
    account: account.name,
    statuses: ['rejected'],
    limit: MOST_REJECTIONS,
  });
  const found = findRejectionHalt({
    settings,
    rejectedAt: rejected.map((order) => order.updatedAt),
    resumedAt: await readResumedAt(context.store, account.name),
    now: context.clock.now(),
  });
  return found !== null && haltAutomatically(context, account.name, found);
}
