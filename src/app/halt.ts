import type { Halt, StoreReads } from '../ports/store.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import { destinationsOf } from './context.ts';
import type { AppContext } from './context.ts';
import { presentHalted, presentResumed } from '../messages/halt.ts';

/** The halt that stops an account, its own or one of all accounts; null when it may trade. */
export async function haltFor(store: StoreReads, account: string): Promise<Halt | null> {
  const halts = await store.listHalts();
  return (
    halts.find((candidate) => candidate.scope === account || candidate.scope === 'all') ?? null
  );
}

/**
 * Stops an account (or `all`): nothing new is sent from this commit on.
 * @returns false when it was halted already.
 */
export async function halt(context: AppContext, order: Halt, by: Actor): Promise<boolean> {
  const done = await context.store.transaction(async (unit) => {
    if (!(await unit.insertHalt(order))) return false;
    const account = order.scope === 'all' ? null : order.scope;
    await unit.appendAudit(
      auditEntry(order.at, by, 'halt', account, order.scope, { reason: order.reason }),
    );
    await unit.announce(
      {
        key: `halt:${order.scope}:${order.at.toString()}`,
        account,
        message: presentHalted(order),
      },
      scopeDestinations(context, order.scope),
      order.at,
    );
    return true;
  });
  context.changed();
  return done;
}

/**
 * Lets an account (or `all`) trade again.
 * @returns the halt that ended; null when there was none.
 */
export async function resume(
  context: AppContext,
  scope: string,
  by: Actor,
  byName: string,
): Promise<Halt | null> {
  const at = context.clock.now();
  const ended = await context.store.transaction(async (unit) => {
    const found = (await unit.listHalts()).find((candidate) => candidate.scope === scope);
    if (found === undefined || !(await unit.deleteHalt(scope))) return null;
    const account = scope === 'all' ? null : scope;
    await unit.appendAudit(
      auditEntry(at, by, 'resume', account, scope, { haltedBy: found.by, reason: found.reason }),
    );
    await unit.announce(
      {
        key: `resume:${scope}:${at.toString()}`,
        account,
        message: presentResumed({ scope, by: byName, at }),
      },
      scopeDestinations(context, scope),
      at,
    );
    return found;
  });
  context.changed();
  return ended;
}

function scopeDestinations(
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
