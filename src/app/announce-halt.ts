import { isFinal } from '../core/order-transition.ts';
import type { Order } from '../core/order.ts';
import { presentHalted } from '../messages/halt.ts';
import type { HaltEnd, NamedHalt } from '../messages/halt.ts';
import type { Halt, StoreReads, StoreTransaction } from '../ports/store.ts';
import { EVENKEEL } from './audit.ts';
import { destinationsOf, displayName } from './context.ts';
import type { AppContext } from './context.ts';
import { readHaltRecord } from './halt-record.ts';
import { resumersOf, resumeVotesNeeded } from './resume-quorum.ts';
import { unlessDamaged } from './store-damage.ts';

/** An account has so many orders at most that ended since a halt and are counted in its message. */
const MOST_ENDED = 500;

/**
 * Puts a halt's message, as it is within this transaction, in front of everyone it concerns.
 * @param end how the halt ended; null while it lasts.
 */
export async function announceHalt(
  context: AppContext,
  unit: StoreTransaction,
  halt: Halt,
  end: HaltEnd | null,
): Promise<void> {
  const record = await readHaltRecord(unit, halt);
  const resumers = resumersOf(context, halt.scope);
  const may = new Set(resumers.map(({ id }) => id));
  const message = presentHalted(halt, {
    byName: haltedByName(context, halt),
    rule: record.rule,
    resumerNames: resumers.map(({ name }) => name),
    votes: {
      names: record.votes
        .filter((vote) => may.has(vote.person))
        .map((vote) => displayName(context, vote.person)),
      needed: resumeVotesNeeded(context, halt.scope),
    },
    orders: await unlessDamaged(() => countOrders(context, unit, halt)),
    canceling: record.cancelOrders,
    end,
  });
  const account = halt.scope === 'all' ? null : halt.scope;
  await unit.announce(
    { key: haltKey(halt), account, message },
    // What has ended is corrected where it stands and posted nowhere else.
    end === null ? scopeDestinations(context, halt.scope) : [],
    context.clock.now(),
  );
}

/** Lets the messages of the halts that stop an account tell how its orders are. */
export async function refreshHalts(
  context: AppContext,
  unit: StoreTransaction,
  account: string,
): Promise<void> {
  for (const halt of await unit.listHalts()) {
    if (halt.scope === account || halt.scope === 'all') {
      await announceHalt(context, unit, halt, null);
    }
  }
}

/** Every halt there is, with the names of who made them. */
export async function namedHalts(context: AppContext): Promise<readonly NamedHalt[]> {
  const halts = await context.store.listHalts();
  return halts.map((halt) => ({ halt, byName: haltedByName(context, halt) }));
}

/** What messages call whoever halted. */
export function haltedByName(context: AppContext, halt: Halt): string {
  return halt.by === EVENKEEL.actor ? 'Evenkeel' : displayName(context, halt.by);
}

/** The chats that a scope talks in. */
export function scopeDestinations(
  context: AppContext,
  scope: string,
): readonly { platform: string; channel: string }[] {
  const accounts =
    scope === 'all'
      ? [...context.accounts.values()]
      : [...context.accounts.values()].filter((account) => account.name === scope);
  const unique = new Map(
    accounts
      .flatMap((account) => destinationsOf(context, account))
      .map((destination) => [`${destination.platform} ${destination.channel}`, destination]),
  );
  return [...unique.values()];
}

/** The orders that worked when the halt began: those that still do, and what the others came to. */
async function countOrders(
  context: AppContext,
  store: StoreReads,
  halt: Halt,
): Promise<{ readonly working: number; readonly canceled: number; readonly filled: number }> {
  const filter = halt.scope === 'all' ? {} : { account: halt.scope };
  const working = await store.listOrders({
    ...filter,
    statuses: ['submitted', 'unknown', 'accepted', 'partially_filled'],
  });
  const ended = await store.listOrders({
    ...filter,
    statuses: ['canceled', 'filled'],
    limit: MOST_ENDED,
  });
  const since = (order: Order) =>
    isFinal(order.status) && Temporal.Instant.compare(order.updatedAt, halt.at) >= 0;
  const endedSince = ended.filter(
    (order) => context.accounts.has(order.intent.account) && since(order),
  );
  return {
    working: working.length,
    canceled: endedSince.filter(({ status }) => status === 'canceled').length,
    filled: endedSince.filter(({ status }) => status === 'filled').length,
  };
}

function haltKey(halt: Halt): string {
  return `halt:${halt.scope}:${halt.at.toString()}`;
}
