import type { AccountSettings } from '../core/account.ts';
import { approvalState, frozenQuorum } from '../core/approval-state.ts';
import { spendableAtStart } from '../core/borrowing.ts';
import { failedChecks, findChecks } from '../core/checks/find-checks.ts';
import { toText } from '../core/decimal.ts';
import { findEnvelopeBreaches } from '../core/envelope.ts';
import type { EnvelopeBreach } from '../core/envelope.ts';
import type { AccountBalance, Snapshot } from '../core/portfolio.ts';
import { transition } from '../core/proposal-transition.ts';
import { votersOf } from '../core/proposal.ts';
import type { Proposal, ProposalRecord } from '../core/proposal.ts';
import { isDue } from '../core/time.ts';
import { supersededOutcome } from '../messages/superseded.ts';
import { votesMissingOutcome } from '../messages/approval.ts';
import { failedChecksOutcome } from '../messages/checks.ts';
import { withStop } from '../messages/format.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { bookOf } from './agreed-book.ts';
import { announceProposal } from './announce-proposal.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import { watchAccount } from './automatic-halts.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { expireWithin } from './decide.ts';
import { writeFacts } from './execution-facts.ts';
import type { ExecutionFacts } from './execution-facts.ts';
import type { ExecutionRun } from './executor.ts';
import { haltFor } from './halt-record.ts';
import { propose, supersede } from './propose.ts';
import { beginsUntil, readQueuedUntil } from './queued-execution.ts';
import { riskOf } from './read-approval.ts';
import { readCheckFacts } from './read-check-facts.ts';
import { readBook } from './read-book.ts';
import type { BookReading } from './read-book.ts';
import { watchBeforeTrading } from './watch-when-due.ts';

/** An execution that may begin. Its beginning is written in the transaction that commits its first orders. */
export interface Beginning {
  readonly facts: ExecutionFacts;
  /** What the account had a moment ago. */
  readonly balance: AccountBalance;
  /** @returns false when it has begun or ended meanwhile. */
  readonly write: (unit: StoreTransaction) => Promise<boolean>;
}

/**
 * Checks the world against what was approved. What stands against the execution ends the proposal.
 * @param given the book where it has been asked for already.
 * @returns null when it may not begin.
 */
export async function prepareExecution(
  context: AppContext,
  run: ExecutionRun,
  record: ProposalRecord,
  given: BookReading | null,
): Promise<Beginning | null> {
  const { proposal } = record;
  const account = accountNamed(context, proposal.account);
  const halt = await haltFor(context.store, account.name);
  if (halt !== null) {
    await abandon(context, proposal, `trading was halted before anything was sent: ${halt.reason}`);
    return null;
  }
  if (account.mode !== proposal.mode || run.broker.name !== proposal.broker) {
    await abandon(
      context,
      proposal,
      `the account is now ${account.mode} at ${run.broker.name}; it was approved for ${proposal.mode} at ${proposal.broker}`,
    );
    return null;
  }
  const queuedUntil = await readQueuedUntil(context.store, proposal.id);
  if (isDue(context.clock.now(), beginsUntil(proposal.expiresAt, queuedUntil))) {
    await context.store.transaction((unit) => expireWithin(context, unit, record));
    context.changed();
    return null;
  }
  const book = given ?? readBook(context, account, proposal);
  let fresh;
  try {
    fresh = await book.snapshot;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ account: account.name, error }, 'account could not be read before trading');
    await abandon(
      context,
      proposal,
      `the account could not be read before trading: ${withStop(error.message)} ${error.nextStep}`,
    );
    return null;
  }
  const breaches = findEnvelopeBreaches(proposal, fresh);
  if (breaches.length > 0) {
    await replaceStale(context, record, breaches);
    return null;
  }
  // A halt that this finds is one of the checks.
  const isWatched = await watchBefore(context, account, fresh, book);
  if (!isWatched) {
    await abandon(context, proposal, 'the clock of the broker could not be read before trading');
    return null;
  }
  const checkFacts = await readCheckFacts(
    context,
    context.store,
    onFreshBalance(proposal, fresh),
    account,
    { outside: { market: fresh.market }, voters: votersOf(record) },
  );
  const checks = findChecks(checkFacts);
  const failures = failedChecks(checks);
  if (failures.length > 0) {
    await abandon(context, proposal, failedChecksOutcome(failures));
    return null;
  }
  // The rules or the people may have changed since the last vote: by a restart, or because a check warns now.
  const approval = approvalState(record, account, context.people, riskOf(checkFacts, checks));
  if (approval.missing.votes > 0) {
    await abandon(context, proposal, votesMissingOutcome(approval, account));
    return null;
  }
  const facts: ExecutionFacts = {
    startedAt: context.clock.now(),
    ...spendableAtStart(fresh.balance, proposal.plan, account.funds),
  };
  return {
    facts,
    balance: fresh.balance,
    write: async (unit) => {
      const step = transition(
        { status: record.status, quorum: approval.quorum, approvals: approval.voters },
        { type: 'execution_started' },
      );
      if (step.type !== 'moved') return false;
      if (!(await unit.changeProposalStatus(proposal.id, 'approved', step.status))) return false;
      await writeFacts(unit, proposal.id, facts);
      await unit.appendAudit(
        auditEntry(facts.startedAt, EVENKEEL, 'execution_started', proposal.account, proposal.id, {
          digest: proposal.digest,
          cashAtStart: toText(facts.cashAtStart),
          cashBuffer: toText(facts.cashBuffer),
        }),
      );
      return true;
    },
  };
}

/** @returns false when a rule that could halt the account could not be looked at: it counts as broken. */
async function watchBefore(
  context: AppContext,
  account: AccountSettings,
  fresh: Snapshot,
  { before, time }: BookReading,
): Promise<boolean> {
  try {
    await watchBeforeTrading(context, account, { before: await before, told: bookOf(fresh) });
    await watchAccount(context, account, { snapshot: fresh, time });
    return true;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ account: account.name, error }, 'account could not be watched');
    return false;
  }
}

/** The same trades looked at with the money that is there now. */
function onFreshBalance(proposal: Proposal, fresh: Snapshot): Proposal {
  return { ...proposal, snapshot: { ...proposal.snapshot, balance: fresh.balance } };
}

/** Ends an approved proposal of which nothing was sent. */
async function abandon(context: AppContext, proposal: Proposal, outcome: string): Promise<void> {
  await context.store.transaction(async (unit) => {
    const at = context.clock.now();
    const step = transition(
      { status: 'approved', quorum: frozenQuorum(proposal), approvals: [] },
      { type: 'execution_impossible' },
    );
    if (step.type !== 'moved') return;
    const moved = await unit.changeProposalStatus(proposal.id, 'approved', step.status, {
      outcome,
      finishedAt: at,
    });
    if (!moved) return;
    await unit.appendAudit(
      auditEntry(at, EVENKEEL, 'execution_finished', proposal.account, proposal.id, {
        status: step.status,
        outcome,
      }),
    );
    await announceProposal(context, unit, proposal.id);
  });
  context.changed();
}

/** The book moved since the proposal: its approvals are void and a fresh proposal takes its place. */
async function replaceStale(
  context: AppContext,
  record: ProposalRecord,
  breaches: readonly EnvelopeBreach[],
): Promise<void> {
  const { proposal } = record;
  const why = supersededOutcome(breaches);
  await context.store.transaction((unit) => supersede(context, unit, record, null, EVENKEEL, why));
  context.changed();
  const result = await propose(context, {
    account: accountNamed(context, proposal.account),
    by: EVENKEEL,
    proposer: proposal.proposedBy,
    request: proposal.request,
    dryRun: false,
  });
  if (result.type !== 'proposed') return;
  await context.store.transaction(async (unit) => {
    await unit.changeProposalStatus(proposal.id, 'superseded', 'superseded', {
      supersededBy: result.record.proposal.id,
    });
    await announceProposal(context, unit, proposal.id);
  });
  context.changed();
}
