import { failedChecks, findChecks } from '../core/checks/find-checks.ts';
import { untickedNotes } from '../core/compliance/notes.ts';
import { findDecisionDenial } from '../core/permission.ts';
import type { VoteDenial } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import { approvalAsks } from '../core/approval-asks.ts';
import { approvalState, frozenQuorum } from '../core/approval-state.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import { transition } from '../core/proposal-transition.ts';
import { votersOf } from '../core/proposal.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { failpoint } from '../lib/failpoint.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { announceProposal } from './announce-proposal.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { writeQueuedUntil } from './queued-execution.ts';
import { riskOf } from './read-approval.ts';
import { checkCode } from './one-time-codes.ts';
import { readCheckFacts } from './read-check-facts.ts';
import type { OutsideFacts } from './read-check-facts.ts';

export interface DecisionRequest {
  readonly proposalId: string;
  readonly digest: string;
  readonly person: Person;
  readonly platform: string;
  readonly verdict: 'approve' | 'reject';
  /** Why it was rejected. */
  readonly reason: string | null;
  /** What the person typed to confirm a large trade; it must be the account's name. */
  readonly confirmation: string | null;
  /** The keys of the compliance notes that the person ticked. */
  readonly notesTicked?: readonly string[];
  /** The one-time code that was typed, where the account asks for one. Compared, and kept nowhere. */
  readonly oneTimeCode: string | null;
  /** What was asked just before; left out for a rejection, which needs no checks. */
  readonly outside?: OutsideFacts;
  /** Begin at the next open instead of now, where the account allows that. */
  readonly atNextOpen?: boolean;
}

export type DecideResult =
  | { readonly type: 'no_such_proposal' }
  | {
      readonly type: 'denied';
      readonly denial: VoteDenial;
      readonly record: ProposalRecord;
    }
  | {
      readonly type: 'counted';
      readonly record: ProposalRecord;
      readonly approval: ApprovalState;
    }
  /** Enough votes: the caller starts the execution. */
  | { readonly type: 'approved'; readonly record: ProposalRecord }
  | { readonly type: 'rejected'; readonly record: ProposalRecord };

/**
 * Counts one person's decision on one digest. The decision, the status, the audit row and the edited
 * message are one transaction; two clicks at the same instant are decided one after the other. The message
 * of an approval that is executed now is the executor's: its first orders go before it.
 */
export async function decide(context: AppContext, request: DecisionRequest): Promise<DecideResult> {
  const result = await context.store.transaction((unit) => decideWithin(context, unit, request));
  failpoint('decision_committed');
  if (result.type !== 'approved' || request.atNextOpen === true) context.changed();
  return result;
}

async function decideWithin(
  context: AppContext,
  unit: StoreTransaction,
  request: DecisionRequest,
): Promise<DecideResult> {
  const { person, verdict } = request;
  const record = await unit.findProposal(request.proposalId);
  if (record === null || !context.accounts.has(record.proposal.account)) {
    return { type: 'no_such_proposal' };
  }
  const { proposal } = record;
  const account = accountNamed(context, proposal.account);
  const at = context.clock.now();
  const by = { actor: person.id, platform: request.platform };

  const denial = findDecisionDenial({
    person,
    account,
    record,
    verdict,
    digest: request.digest,
    now: at,
  });
  if (denial !== null) {
    // The sweep may not have come by yet; nobody should have to wonder why the buttons are there.
    if (denial.code === 'expired') await expireWithin(context, unit, record);
    await unit.appendAudit(
      auditEntry(at, by, 'denial', account.name, proposal.id, { verdict, code: denial.code }),
    );
    return { type: 'denied', denial, record: await reread(unit, record) };
  }
  const asks = approvalAsks(account, proposal.plan);
  if (verdict === 'approve' && asks.code && (await unit.codesSince(person.id)) === null) {
    const code = 'code_not_enrolled';
    await unit.appendAudit(
      auditEntry(at, by, 'denial', account.name, proposal.id, { verdict, code }),
    );
    return { type: 'denied', denial: { code }, record };
  }
  if (verdict === 'approve' && asks.confirmation && !confirms(request.confirmation, account.name)) {
    const code = 'confirmation_needed';
    await unit.appendAudit(
      auditEntry(at, by, 'denial', account.name, proposal.id, { verdict, code }),
    );
    return { type: 'denied', denial: { code }, record };
  }

  const unticked =
    verdict === 'approve' ? untickedNotes(asks.notes, request.notesTicked ?? []) : [];
  if (unticked.length > 0) {
    const code = 'notes_unticked';
    const notes = unticked.map(({ text }) => text);
    await unit.appendAudit(
      auditEntry(at, by, 'denial', account.name, proposal.id, { verdict, code, notes }),
    );
    return { type: 'denied', denial: { code, notes }, record };
  }

  // A rejection counts whatever the risk.
  let risk: ReturnType<typeof riskOf> = { warnings: 0, realisedGain: null };
  if (verdict === 'approve') {
    const facts = await readCheckFacts(context, unit, proposal, account, {
      ...(request.outside === undefined ? {} : { outside: request.outside }),
      voters: [...votersOf(record), person.id],
      atNextOpen: request.atNextOpen === true,
    });
    const checks = findChecks(facts);
    risk = riskOf(facts, checks);
    const failures = failedChecks(checks);
    if (failures.length > 0) {
      const code = 'check_failed';
      await unit.appendAudit(
        auditEntry(at, by, 'denial', account.name, proposal.id, {
          verdict,
          code,
          checks: failures.map(({ rule, detail }) => ({ rule, detail })),
        }),
      );
      await announceProposal(context, unit, proposal.id);
      return { type: 'denied', denial: { code, checks: failures }, record };
    }
  }

  if (verdict === 'approve' && asks.code) {
    // The last thing that is asked, so that a vote which fails otherwise uses up no code.
    const typed = { person, by, typed: request.oneTimeCode };
    const codeDenial = await checkCode(context, unit, typed);
    if (codeDenial !== null) {
      const { code } = codeDenial;
      await unit.appendAudit(
        auditEntry(at, by, 'denial', account.name, proposal.id, { verdict, code }),
      );
      return { type: 'denied', denial: codeDenial, record };
    }
  }

  const before = approvalState(record, account, context.people, risk);
  const step = transition(
    { status: record.status, quorum: before.quorum, approvals: before.voters },
    verdict === 'approve'
      ? { type: 'approved_by', voter: person }
      : { type: 'rejected_by', person: person.id },
  );
  if (step.type === 'refused') {
    throw new Error(`a decision that was allowed cannot be applied: ${step.code}`);
  }
  const inserted = await unit.insertDecision({
    proposalId: proposal.id,
    person: person.id,
    platform: request.platform,
    verdict,
    reason: request.reason,
    digest: proposal.digest,
    at,
  });
  // Going on would count a vote that is not in the record.
  if (!inserted) throw new Error(`the decision of ${person.id} is on the record already`);
  await unit.appendAudit(
    auditEntry(
      at,
      by,
      verdict === 'approve' ? 'approval' : 'rejection',
      account.name,
      proposal.id,
      {
        digest: proposal.digest,
        reason: request.reason,
        votesMissing: step.type === 'counted' ? step.missing.votes : 0,
        ...(request.atNextOpen === true ? { atNextOpen: true } : {}),
        ...(verdict === 'approve' && asks.notes.length > 0
          ? { notesTicked: asks.notes.map(({ text }) => text) }
          : {}),
      },
    ),
  );
  if (step.type === 'moved') {
    const ended = step.status === 'rejected' ? { finishedAt: at } : {};
    if (!(await unit.changeProposalStatus(proposal.id, record.status, step.status, ended))) {
      throw new Error('the status changed within a write transaction');
    }
    const opensAt = request.outside?.market?.nextOpen ?? null;
    if (step.status === 'approved' && request.atNextOpen === true && opensAt !== null) {
      await writeQueuedUntil(unit, proposal.id, opensAt);
    }
  }
  const beginsNow =
    step.type === 'moved' && step.status === 'approved' && request.atNextOpen !== true;
  if (!beginsNow) await announceProposal(context, unit, proposal.id);
  const after = await reread(unit, record);
  if (step.type === 'counted') {
    return {
      type: 'counted',
      record: after,
      approval: approvalState(after, account, context.people, risk),
    };
  }
  return { type: verdict === 'approve' ? 'approved' : 'rejected', record: after };
}

function confirms(typed: string | null, accountName: string): boolean {
  return typed !== null && typed.trim().toLowerCase() === accountName;
}

async function reread(unit: StoreTransaction, record: ProposalRecord): Promise<ProposalRecord> {
  return (await unit.findProposal(record.proposal.id)) ?? record;
}

/** Ends a proposal whose time is over. Does nothing when it is not waiting any more. */
export async function expireWithin(
  context: AppContext,
  unit: StoreTransaction,
  record: ProposalRecord,
): Promise<boolean> {
  const { proposal } = record;
  const step = transition(
    { status: record.status, quorum: frozenQuorum(proposal), approvals: [] },
    { type: 'expired' },
  );
  if (step.type !== 'moved') return false;
  const at = context.clock.now();
  const moved = await unit.changeProposalStatus(proposal.id, record.status, step.status, {
    finishedAt: at,
  });
  if (!moved) return false;
  await unit.appendAudit(
    auditEntry(at, EVENKEEL, 'expiry', proposal.account, proposal.id, {
      expiresAt: proposal.expiresAt.toString(),
    }),
  );
  await announceProposal(context, unit, proposal.id);
  return true;
}

/**
 * Expires every pending proposal whose time is over.
 * @returns how many ended.
 */
export async function expireOverdue(context: AppContext): Promise<number> {
  const overdue = await context.store.listProposalHeads({
    statuses: ['pending'],
    expiresUntil: context.clock.now(),
  });
  let expired = 0;
  for (const { proposal } of overdue) {
    const ended = await context.store.transaction(async (unit) => {
      const record = await unit.findProposal(proposal.id);
      return record?.status === 'pending' ? expireWithin(context, unit, record) : false;
    });
    if (ended) expired += 1;
  }
  if (expired > 0) context.changed();
  return expired;
}
