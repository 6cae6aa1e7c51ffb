import type { AccountSettings } from '../core/account.ts';
import { frozenQuorum } from '../core/approval-state.ts';
import { findChecks } from '../core/checks/find-checks.ts';
import { digestProposal } from '../core/digest.ts';
import { toText } from '../core/decimal.ts';
import { fromRecommendations, planOrigin } from '../core/plan-origin.ts';
import type { PlanOrigin } from '../core/plan-origin.ts';
import type { Plan, PlanRefusal } from '../core/plan-types.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import type { RebalancePolicy, RebalanceRequest } from '../core/policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { transition } from '../core/proposal-transition.ts';
import type { Proposal, ProposalRecord, Proposer } from '../core/proposal.ts';
import { quorumFor } from '../core/quorum.ts';
import type { Recommendation } from '../core/recommendation.ts';
import { failpoint } from '../lib/failpoint.ts';
import type { Halt, StoreReads, StoreTransaction } from '../ports/store.ts';
import { bookOf } from './agreed-book.ts';
import { announceProposal } from './announce-proposal.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { haltFor } from './halt-record.ts';
import { newProposalId } from './proposal-id.ts';
import { riskOf } from './read-approval.ts';
import { readCheckFacts } from './read-check-facts.ts';
import { rememberBook } from './remember-book.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { watchBeforeTrading } from './watch-when-due.ts';

export interface ProposeRequest {
  readonly account: AccountSettings;
  readonly by: Actor;
  readonly proposer: Proposer;
  readonly request: RebalanceRequest;
  /** Ready-made recommendations in place of the account's targets. */
  readonly recommendations?: readonly Recommendation[];
  /** Replaces the plan before it is proposed: an adjustment of an earlier proposal. */
  readonly adjust?: (plan: Plan, snapshot: Snapshot) => readonly Recommendation[];
  /** Only show what would be proposed. */
  readonly dryRun: boolean;
}

export type ProposeResult =
  | { readonly type: 'proposed'; readonly record: ProposalRecord }
  | { readonly type: 'dry_run'; readonly proposal: Proposal }
  | { readonly type: 'nothing_to_do'; readonly plan: Plan; readonly snapshot: Snapshot }
  | { readonly type: 'refused'; readonly refusal: PlanRefusal }
  | { readonly type: 'halted'; readonly halt: Halt }
  /** What happened at the broker while the bot was down is not known yet. */
  | { readonly type: 'not_compared' }
  /** Another proposal of the account is being executed; a new plan would count its trades twice. */
  | { readonly type: 'busy'; readonly proposalId: string };

/** The account's policy with what this request changes about it. */
export function policyFor(account: AccountSettings, request: RebalanceRequest): RebalancePolicy {
  return {
    ...planningPolicy(account),
    mode: request.buyOnly ? 'buy_only' : account.policy.mode,
    rebalanceTo: request.toBand ? 'band' : account.policy.rebalanceTo,
    contribution: request.contribution ?? account.policy.contribution,
  };
}

/**
 * Works out the trades for an account and posts them as a proposal. An older proposal of the account
 * that waits for votes is superseded. The proposal, its audit row and its message are one transaction.
 * @throws BrokerError when the account cannot be read.
 */
export async function propose(
  context: AppContext,
  request: ProposeRequest,
): Promise<ProposeResult> {
  const { account } = request;
  const halt = await haltFor(context.store, account.name);
  if (halt !== null && !request.dryRun) return { type: 'halted', halt };
  if (context.uncompared.has(account.name) && !request.dryRun) return { type: 'not_compared' };
  const busy = await runningProposal(context, account.name);
  if (busy !== null && !request.dryRun) return { type: 'busy', proposalId: busy };

  const symbols = request.recommendations?.map((recommendation) => recommendation.symbol) ?? [];
  const before = await context.store.readFillMark();
  const snapshot = await takeSnapshot(context, account, symbols);
  const policy = policyFor(account, request.request);
  let origin: PlanOrigin =
    request.recommendations === undefined
      ? { type: 'targets' }
      : fromRecommendations(request.recommendations);
  let result = planOrigin(origin, snapshot, account.targets, policy);
  if (result.type === 'planned' && request.adjust !== undefined) {
    origin = fromRecommendations(request.adjust(result.plan, snapshot));
    result = planOrigin(origin, snapshot, account.targets, policy);
  }
  if (result.type === 'refused') return result;
  const { plan } = result;
  if (plan.legs.length === 0) return { type: 'nothing_to_do', plan, snapshot };

  if (!request.dryRun) {
    await watchBeforeTrading(context, account, { before, told: bookOf(snapshot) });
  }
  const createdAt = context.clock.now();
  const draft = async (store: StoreReads): Promise<Proposal> => {
    const body: Omit<Proposal, 'digest'> = {
      id: newProposalId(context.random),
      account: account.name,
      mode: account.mode,
      broker: brokerOf(context, account.name).name,
      proposedBy: request.proposer,
      createdAt,
      expiresAt: createdAt.add(account.approvals.expiresAfter),
      request: request.request,
      origin,
      snapshot,
      targets: account.targets,
      policy,
      envelope: account.envelope,
      plan,
      votesNeeded: account.approvals.votesNeeded,
      groupsNeeded: [],
    };
    return await withQuorum(context, store, account, { ...body, digest: digestProposal(body) });
  };
  if (request.dryRun) return { type: 'dry_run', proposal: await draft(context.store) };

  const outcome = await context.store.transaction(async (unit): Promise<ProposeResult> => {
    const running = await unit.listProposalHeads({
      account: account.name,
      statuses: ['approved', 'executing'],
      limit: 1,
    });
    // Somebody approved while we were planning: the snapshot is about to be out of date.
    if (running[0] !== undefined) return { type: 'busy', proposalId: running[0].proposal.id };
    const selling = plan.legs.filter((leg) => leg.side === 'sell').map((leg) => leg.symbol);
    await rememberBook(unit, account, snapshot, selling);
    const proposal = await insertUnderFreshId(unit, draft);
    await supersedePending(context, unit, account, proposal, request.by);
    await unit.appendAudit(
      auditEntry(createdAt, request.by, 'proposal', account.name, proposal.id, {
        digest: proposal.digest,
        legs: proposal.plan.legs.map((leg) => ({
          leg: leg.number,
          side: leg.side,
          symbol: leg.symbol,
          quantity: toText(leg.quantity),
          referencePrice: toText(leg.referencePrice),
        })),
        notional: toText(plan.notional),
        driftBefore: toText(plan.driftBefore),
        driftAfter: toText(plan.driftAfter),
        votesNeeded: proposal.votesNeeded,
        ...(proposal.groupsNeeded.length === 0 ? {} : { groupsNeeded: proposal.groupsNeeded }),
        expiresAt: proposal.expiresAt.toString(),
      }),
    );
    await announceProposal(context, unit, proposal.id);
    const record = await unit.findProposal(proposal.id);
    if (record === null) throw new Error('a proposal that was just written is not there');
    return { type: 'proposed', record };
  });
  if (outcome.type === 'proposed') failpoint('proposal_committed');
  context.changed();
  return outcome;
}

/** What the account's rules ask of this plan, and of what its checks find, is the proposal's own from now on. */
async function withQuorum(
  context: AppContext,
  store: StoreReads,
  account: AccountSettings,
  proposal: Proposal,
): Promise<Proposal> {
  const facts = await readCheckFacts(context, store, proposal, account);
  const checks = findChecks(facts);
  const { plan, mode } = proposal;
  const quorum = quorumFor(account.approvals, { plan, mode, ...riskOf(facts, checks) });
  return { ...proposal, votesNeeded: quorum.votesNeeded, groupsNeeded: [...quorum.groups] };
}

async function runningProposal(context: AppContext, account: string): Promise<string | null> {
  const running = await context.store.listProposalHeads({
    account,
    statuses: ['approved', 'executing'],
    limit: 1,
  });
  return running[0]?.proposal.id ?? null;
}

async function insertUnderFreshId(
  unit: StoreTransaction,
  draft: (store: StoreReads) => Promise<Proposal>,
): Promise<Proposal> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const proposal = await draft(unit);
    if (await unit.insertProposal(proposal)) return proposal;
  }
  throw new Error('eight proposal ids in a row were taken: the random source does not work');
}

async function supersedePending(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  successor: Proposal,
  by: Actor,
): Promise<void> {
  const pending = await unit.listProposals({ account: account.name, statuses: ['pending'] });
  for (const record of pending) {
    if (record.proposal.id === successor.id) continue;
    await supersede(context, unit, record, successor, by, 'a newer proposal took its place');
  }
}

/** Ends a proposal that a newer one replaces; its votes are void. */
export async function supersede(
  context: AppContext,
  unit: StoreTransaction,
  record: ProposalRecord,
  successor: Proposal | null,
  by: Actor,
  why: string,
): Promise<void> {
  const { proposal } = record;
  const step = transition(
    { status: record.status, quorum: frozenQuorum(proposal), approvals: [] },
    { type: 'superseded' },
  );
  if (step.type !== 'moved') return;
  const at = context.clock.now();
  const moved = await unit.changeProposalStatus(proposal.id, record.status, step.status, {
    ...(successor === null ? {} : { supersededBy: successor.id }),
    outcome: why,
    finishedAt: at,
  });
  if (!moved) return;
  await unit.appendAudit(
    auditEntry(at, by, 'supersession', proposal.account, proposal.id, {
      by: successor?.id ?? null,
      why,
    }),
  );
  await announceProposal(context, unit, proposal.id);
}
