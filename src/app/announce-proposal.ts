import type { AccountSettings } from '../core/account.ts';
import type { Check } from '../core/check.ts';
import type { RealisedGains } from '../core/compliance/realised-gains.ts';
import { ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { collaredPrice } from '../core/order-prices.ts';
import { earlier } from '../core/time.ts';
import { formatDate } from '../messages/time.ts';
import { mayQueue } from '../core/checks/market-hours.ts';
import { estimatedGains } from '../core/checks/estimated-gains.ts';
import { findChecks } from '../core/checks/find-checks.ts';
import { approvalAsks, takesForm } from '../core/approval-asks.ts';
import { approvalState } from '../core/approval-state.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { Plan } from '../core/plan-types.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { votersOf } from '../core/proposal.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import type { Message } from '../messages/message.ts';
import { presentProposal } from '../messages/proposal.ts';
import type { StoreReads, StoreTransaction } from '../ports/store.ts';
import { accountNamed, destinationsOf, displayName, proposerName } from './context.ts';
import type { AppContext } from './context.ts';
import { readEscalation } from './escalation.ts';
import { readExecutionFacts } from './execution-facts.ts';
import { readQueuedUntil } from './queued-execution.ts';
import { readCheckFacts } from './read-check-facts.ts';
import { announcementKey } from './proposal-id.ts';
import { announceNotices } from './proposal-notices.ts';
import { settleQuestions } from './outcome-questions.ts';
import { riskOf } from './read-approval.ts';

/**
 * Puts a proposal's message, as it is within this transaction, in front of everyone who follows it, and
 * brings what stands around it up to date.
 */
export async function announceProposal(
  context: AppContext,
  unit: StoreTransaction,
  proposalId: string,
): Promise<void> {
  const record = await unit.findProposal(proposalId);
  if (record === null) throw new Error(`proposal ${proposalId} is not there`);
  const account = accountNamed(context, record.proposal.account);
  const { message, approval } = await render(context, unit, record, account);
  await unit.announce(
    { key: announcementKey(proposalId), account: account.name, message },
    destinationsOf(context, account),
    context.clock.now(),
  );
  await announceNotices(context, unit, record, account, approval);
  await settleQuestions(context, unit, proposalId);
}

/** The message of a proposal as it stands. */
export async function renderProposal(
  context: AppContext,
  store: StoreReads,
  record: ProposalRecord,
  account: AccountSettings,
): Promise<Message> {
  return (await render(context, store, record, account)).message;
}

async function render(
  context: AppContext,
  store: StoreReads,
  record: ProposalRecord,
  account: AccountSettings,
): Promise<{ readonly message: Message; readonly approval: ApprovalState }> {
  const { proposal } = record;
  const [orders, fills, facts, standing, audit] = await Promise.all([
    store.listOrders({ proposalId: proposal.id }),
    store.listFills({ proposalId: proposal.id }),
    readExecutionFacts(store, proposal.id),
    readStanding(context, store, record, account),
    auditSpan(store, proposal.id),
  ]);
  const { checks, gains, offersNextOpen } = standing;
  const approval = approvalState(record, account, context.people, standing.risk);
  // While votes are counted, only those that count are shown; afterwards, those that were given.
  const counted = new Set(approval.voters.map((person) => person.id));
  const approvals = record.decisions.filter(
    ({ verdict, person }) =>
      verdict === 'approve' && (record.status !== 'pending' || counted.has(person)),
  );
  const rejection = record.decisions.find((decision) => decision.verdict === 'reject');
  const message = presentProposal({
    record,
    account,
    proposerName: proposerName(context, proposal.proposedBy),
    approval,
    votes: approvals.map((decision) => ({
      name: displayName(context, decision.person),
      at: decision.at,
    })),
    rejection:
      rejection === undefined
        ? undefined
        : {
            name: displayName(context, rejection.person),
            reason: rejection.reason,
            at: rejection.at,
          },
    checks,
    gains,
    approvingTakesForm: takesForm(approvalAsks(account, proposal.plan)),
    offersNextOpen,
    queuedUntil: await readQueuedUntil(store, proposal.id),
    escalatedAt: await readEscalation(store, proposal.id),
    limitPrices: limitPrices(account, proposal.plan),
    priceNote: priceNote(proposal.snapshot, context.clock.now()),
    now: context.clock.now(),
    orders,
    fills,
    execution:
      facts.startedAt === null
        ? undefined
        : {
            startedAt: facts.startedAt,
            finishedAt: record.finishedAt,
            driftAfterActual: facts.driftAfter,
            cash: null,
            audit,
          },
  });
  return { message, approval };
}

/** What the checks of a proposal come to while somebody decides about it. */
interface Standing {
  readonly checks: readonly Check[];
  readonly gains: RealisedGains | null;
  readonly risk: ReturnType<typeof riskOf>;
  readonly offersNextOpen: boolean;
}

/** Nobody looks at the checks of a proposal that is decided, and an execution renders it often. */
const DECIDED: Standing = {
  checks: [],
  gains: null,
  risk: { warnings: 0, realisedGain: ZERO },
  offersNextOpen: false,
};

async function readStanding(
  context: AppContext,
  store: StoreReads,
  record: ProposalRecord,
  account: AccountSettings,
): Promise<Standing> {
  // An expired one says how many votes it lacked.
  if (record.status !== 'pending' && record.status !== 'expired') return DECIDED;
  const voters = votersOf(record);
  const facts = await readCheckFacts(context, store, record.proposal, account, { voters });
  const checks = findChecks(facts);
  return {
    checks,
    gains: estimatedGains(facts),
    risk: riskOf(facts, checks),
    offersNextOpen: mayQueue(facts, facts.market),
  };
}

/** The audit rows from the proposal to the end of its execution; null before it has ended. */
async function auditSpan(
  store: StoreReads,
  proposalId: string,
): Promise<{ first: number; last: number; head: string } | null> {
  const [first] = await store.listAudit({ subject: proposalId, actions: ['proposal'], limit: 1 });
  const [last] = await store.listAudit({
    subject: proposalId,
    actions: ['execution_finished'],
    limit: 1,
  });
  if (first === undefined || last === undefined) return null;
  return { first: first.seq, last: last.seq, head: last.hash };
}

/** The limit of each leg, by leg number; undefined where market orders are sent. */
export function limitPrices(
  account: AccountSettings,
  plan: Plan,
): ReadonlyMap<number, Decimal> | undefined {
  if (account.orders.orderType !== 'limit') return undefined;
  return new Map(
    plan.legs.map((leg) => [
      leg.number,
      collaredPrice(leg.side, leg.referencePrice, account.orders),
    ]),
  );
}

/** Says so when the prices are not today's: the paper market replays history. */
export function priceNote(snapshot: Snapshot, now: Temporal.Instant): string | undefined {
  const oldest = snapshot.quotes
    .filter((quote) => quote.price !== null)
    .reduce<Temporal.Instant | null>((found, quote) => earlier(found, quote.at), null);
  if (oldest === null || now.since(oldest).total('hours') < 24 * 5) return undefined;
  return `Prices are of ${formatDate(oldest.toZonedDateTimeISO('America/New_York').toPlainDate())}.`;
}
