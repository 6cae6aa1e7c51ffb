import type { AutomaticHalt } from '../core/automatic-halts.ts';
import type { Person } from '../core/person.ts';
import { presentResumed } from '../messages/halt.ts';
import type { Halt, StoreTransaction } from '../ports/store.ts';
import { announceHalt, scopeDestinations } from './announce-halt.ts';
import { announceProposal } from './announce-proposal.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { Actor } from './audit.ts';
import { displayName } from './context.ts';
import type { AppContext } from './context.ts';
import { readHaltRecord, writeHaltRecord, writeResumedAt } from './halt-record.ts';
import { resumersOf, resumeVotesNeeded } from './resume-quorum.ts';
import { unlessDamaged } from './store-damage.ts';

/** A halt that is asked for. */
export interface HaltOrder extends Halt {
  /** Whether orders that work at the broker are canceled. */
  readonly cancelOrders: boolean;
  /** The rule that halts, with what it saw; null for a person. */
  readonly automatic: AutomaticHalt | null;
}

/** `renewed`: it was halted already, for another reason; votes to resume from that one are void. */
export type HaltResult = 'halted' | 'renewed' | 'unchanged';

/** Stops an account (or `all`): nothing new is sent from this commit on. */
export async function halt(context: AppContext, order: HaltOrder, by: Actor): Promise<HaltResult> {
  const result = await placeHalt(context, order, by);
  context.changed();
  return result;
}

/** Where the database is damaged and the halt cannot be told, it is placed without a word, and counts. */
async function placeHalt(context: AppContext, order: HaltOrder, by: Actor): Promise<HaltResult> {
  const { store } = context;
  const told = await unlessDamaged(() =>
    store.transaction((unit) => haltWithin(context, unit, order, by, 'told')),
  );
  if (told !== null) return told;
  return await store.transaction((unit) => haltWithin(context, unit, order, by, 'untold'));
}

async function haltWithin(
  context: AppContext,
  unit: StoreTransaction,
  order: HaltOrder,
  by: Actor,
  telling: 'told' | 'untold',
): Promise<HaltResult> {
  const { scope, at, reason, cancelOrders, automatic } = order;
  const before = (await unit.listHalts()).find((candidate) => candidate.scope === scope);
  if (before !== undefined) {
    if (!(await changesAnything(unit, before, order))) return 'unchanged';
    await unit.deleteHalt(scope);
  }
  const canceling =
    cancelOrders || (before !== undefined && (await readHaltRecord(unit, before)).cancelOrders);
  // Two halts of one scope are told apart by when they began.
  const began = before === undefined || !before.at.equals(at) ? at : at.add({ nanoseconds: 1 });
  const placed: Halt = { scope, by: order.by, reason, at: began };
  await unit.insertHalt(placed);
  await writeHaltRecord(unit, scope, {
    at: began,
    cancelOrders: canceling,
    rule: automatic?.rule ?? null,
    votes: [],
  });
  await unit.appendAudit(
    auditEntry(at, by, 'halt', accountOf(scope), scope, {
      reason,
      ...(cancelOrders ? { cancelOrders } : {}),
      ...(automatic === null ? {} : { rule: automatic.rule, ...automatic.figures }),
      ...(before === undefined ? {} : { insteadOf: before.at.toString() }),
    }),
  );
  if (telling === 'told') {
    if (before !== undefined) await announceHalt(context, unit, before, { type: 'replaced' });
    await announceHalt(context, unit, placed, null);
    // Of what waits; where only that cannot be read, the halt is told all the same.
    await unlessDamaged(() => refreshProposals(context, unit, scope));
  }
  return before === undefined ? 'halted' : 'renewed';
}

/** A second halt counts when it says something new, wants more, or somebody agreed to resume meanwhile. */
async function changesAnything(
  unit: StoreTransaction,
  before: Halt,
  order: HaltOrder,
): Promise<boolean> {
  const record = await readHaltRecord(unit, before);
  if (order.automatic !== null) return record.rule !== order.automatic.rule;
  if (order.cancelOrders && !record.cancelOrders) return true;
  if (record.votes.length > 0) return true;
  return order.reason !== before.reason && order.reason !== NO_REASON;
}

/** What stands for a reason that nobody gave. */
export const NO_REASON = 'no reason given';

/** Stops an account (or `all`) because a rule says so. @returns false when that rule had stopped it. */
export async function haltAutomatically(
  context: AppContext,
  scope: string,
  found: AutomaticHalt,
): Promise<boolean> {
  const at = context.clock.now();
  const order: HaltOrder = {
    scope,
    by: EVENKEEL.actor,
    reason: found.reason,
    at,
    cancelOrders: false,
    automatic: found,
  };
  const isNew = (await halt(context, order, EVENKEEL)) !== 'unchanged';
  if (isNew) {
    const about = { code: 'halted', rule: found.rule, scope, figures: found.figures };
    context.log.error(about, 'trading halted by a rule');
  }
  return isNew;
}

export type ResumeResult =
  | { readonly type: 'resumed'; readonly halt: Halt }
  /** The vote counts (or had been given); so many are still missing. */
  | {
      readonly type: 'counted' | 'already_voted';
      readonly names: readonly string[];
      readonly needed: number;
      readonly missing: number;
    }
  /** The button is of a halt that another took the place of. */
  | { readonly type: 'replaced'; readonly halt: Halt }
  /** `within`: the scope itself is not halted, everything is. */
  | { readonly type: 'not_halted'; readonly within: 'all' | null };

/**
 * Counts a person's vote to let an account (or `all`) trade again, and resumes when it was the last one
 * that was missing. The caller has made sure that the person may approve for the scope.
 * @param request `haltAt`: the halt that the person saw; null for the one there is.
 */
export async function resume(
  context: AppContext,
  request: {
    readonly scope: string;
    readonly person: Person;
    readonly by: Actor;
    readonly haltAt: string | null;
  },
): Promise<ResumeResult> {
  const { scope, person, by } = request;
  const at = context.clock.now();
  const result = await context.store.transaction(async (unit): Promise<ResumeResult> => {
    const halts = await unit.listHalts();
    const found = halts.find((candidate) => candidate.scope === scope);
    if (found === undefined) {
      const within = halts.some((candidate) => candidate.scope === 'all') ? 'all' : null;
      return { type: 'not_halted', within };
    }
    if (request.haltAt !== null && request.haltAt !== found.at.toString()) {
      return { type: 'replaced', halt: found };
    }
    const record = await readHaltRecord(unit, found);
    const isNew = !record.votes.some((vote) => vote.person === person.id);
    const votes = isNew
      ? [...record.votes, { person: person.id, platform: by.platform, at }]
      : record.votes;
    // Who may not approve any more has no vote any more.
    const resumers = new Set(resumersOf(context, scope).map(({ id }) => id));
    const counted = votes.filter((vote) => resumers.has(vote.person));
    const names = counted.map((vote) => displayName(context, vote.person));
    const needed = resumeVotesNeeded(context, scope);
    const missing = needed - counted.length;
    if (!isNew && missing > 0) return { type: 'already_voted', names, needed, missing };
    if (isNew) {
      await writeHaltRecord(unit, scope, { ...record, votes });
      await unit.appendAudit(
        auditEntry(at, by, 'resume_vote', accountOf(scope), scope, {
          haltedAt: found.at.toString(),
          votes: counted.map((vote) => vote.person),
          needed,
        }),
      );
    }
    if (missing > 0) {
      await announceHalt(context, unit, found, null);
      return { type: 'counted', names, needed, missing };
    }
    await unit.deleteHalt(scope);
    await writeResumedAt(unit, scope, at);
    await unit.appendAudit(
      auditEntry(at, by, 'resume', accountOf(scope), scope, {
        haltedBy: found.by,
        reason: found.reason,
        votes: counted.map((vote) => vote.person),
      }),
    );
    await announceHalt(context, unit, found, { type: 'resumed', names, at });
    const still = accountOf(scope) !== null && halts.some((other) => other.scope === 'all');
    await unit.announce(
      {
        key: `resume:${scope}:${at.toString()}`,
        account: accountOf(scope),
        message: presentResumed({ scope, names, at, stillHalted: still ? 'all' : null }),
      },
      scopeDestinations(context, scope),
      at,
    );
    await refreshProposals(context, unit, scope);
    return { type: 'resumed', halt: found };
  });
  context.changed();
  return result;
}

/** Proposals that wait say whether they could be begun: they are told anew. */
async function refreshProposals(
  context: AppContext,
  unit: StoreTransaction,
  scope: string,
): Promise<void> {
  const waiting = await unit.listProposalHeads({
    ...(scope === 'all' ? {} : { account: scope }),
    statuses: ['pending', 'approved'],
  });
  for (const { proposal } of waiting) {
    if (context.accounts.has(proposal.account)) await announceProposal(context, unit, proposal.id);
  }
}

function accountOf(scope: string): string | null {
  return scope === 'all' ? null : scope;
}
