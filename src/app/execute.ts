import { setImmediate as endOfTurn } from 'node:timers/promises';
import { frozenQuorum } from '../core/approval-state.ts';
import { ONE, sum, toText, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { releaseUntil } from '../core/execution.ts';
import type { ExecutionState, ExecutionStep } from '../core/execution.ts';
import { costAtMost } from '../core/order-prices.ts';
import type { Order } from '../core/order.ts';
import type { Proposal } from '../core/proposal.ts';
import { transition } from '../core/proposal-transition.ts';
import { earlier, isDue } from '../core/time.ts';
import { failpoint } from '../lib/failpoint.ts';
import { announceProposal } from './announce-proposal.ts';
import { askBroker, quietTimeOf } from './ask-broker.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import { prepareExecution } from './begin-execution.ts';
import type { Beginning } from './begin-execution.ts';
import { commitOrders } from './commit-orders.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { readFacts, writeDriftAfter } from './execution-facts.ts';
import type { ExecutionFacts } from './execution-facts.ts';
import type { ExecutionRun } from './executor.ts';
import { createUnderWay } from './under-way.ts';
import type { UnderWay } from './under-way.ts';
import { decideWithFunds } from './decide-with-funds.ts';
import { askFundsAhead } from './funds-ahead.ts';
import type { FundsAhead } from './funds-ahead.ts';
import { refreshHalts } from './announce-halt.ts';
import { haltAfterRejections } from './automatic-halts.ts';
import { haltFor, mustCancel } from './halt-record.ts';
import type { BookReading } from './read-book.ts';
import { measureDrift } from './measure-drift.ts';
import { lookUpOrders } from './look-up-orders.ts';
import { cancelOverdue, submitOrders } from './submit-orders.ts';
import type { SendingEvents } from './submit-orders.ts';

/** The message shows progress at most this often; the final state is always shown. */
const PROGRESS_INTERVAL = Temporal.Duration.from({ milliseconds: 400 });

/** That an execution has begun is shown while its first orders are under way, not before they leave. */
const BEGINNING_SHOWN_AFTER = Temporal.Duration.from({ milliseconds: 10 });

/**
 * Executes an approved proposal: fresh snapshot and envelope check, intents committed, sells, then
 * buys as proceeds fill, until every leg is final. Continues where it was when the proposal is
 * already executing. Ends early, with everything persisted, when the bot stops.
 * @param book read since the decision, or just before it; null when it must be asked for.
 */
export async function executeRebalancingPlan(
  context: AppContext,
  run: ExecutionRun,
  proposalId: string,
  book: BookReading | null,
): Promise<void> {
  const record = await context.store.findProposal(proposalId);
  if (record?.status === 'approved') {
    const beginning = await prepareExecution(context, run, record, book);
    if (beginning !== null) {
      await runLoop(context, run, { proposal: record.proposal, facts: beginning.facts, beginning });
    }
  } else if (record?.status === 'executing') {
    const facts = await readFacts(context.store, proposalId);
    if (facts === null) throw new Error(`execution facts of proposal ${proposalId} are missing`);
    await runLoop(context, run, { proposal: record.proposal, facts, beginning: null });
  }
}

/** What one execution works with. */
interface Execution {
  readonly proposal: Proposal;
  readonly facts: ExecutionFacts;
  /** Null when it has begun. */
  readonly beginning: Beginning | null;
}

async function runLoop(context: AppContext, run: ExecutionRun, given: Execution): Promise<void> {
  const underWay = createUnderWay(run.signal);
  try {
    await runSteps(context, run, given, underWay);
  } finally {
    // As long as a request may be under way, nothing else may begin on this account.
    await underWay.settled();
  }
}

async function runSteps(
  context: AppContext,
  run: ExecutionRun,
  given: Execution,
  underWay: UnderWay,
): Promise<void> {
  const { proposal, facts } = given;
  let { beginning } = given;
  const account = accountNamed(context, proposal.account);
  // Its beginning is shown by itself, and after a restart nothing is as urgent as the orders.
  let shownAt = context.clock.now();
  let heardAt = context.clock.now();
  let shown = '';
  let funds = beginning === null ? [] : [fundsOf(context, beginning)];
  /** How often the broker was asked since the orders changed. */
  let asked = { picture: '', times: 0 };
  /** The answers to all orders that were sent are on record, and the broker was not asked since. */
  let isDueAfterAnswers = false;
  run.announcing = proposal.id;
  while (!run.stopping()) {
    underWay.rethrow();
    const orders = await context.store.listOrders({ proposalId: proposal.id });
    await haltAfterRejections(context, account, orders);
    const halted = (await haltFor(context.store, account.name)) !== null;
    const anyFill = orders.some((order) => order.filledQuantity.gt(ZERO));
    const fills = anyFill ? await context.store.listFills({ proposalId: proposal.id }) : [];
    const state: ExecutionState = {
      legs: proposal.plan.legs,
      orders: latestByLeg(orders),
      fills,
      cashAtStart: facts.cashAtStart,
      cashBuffer: facts.cashBuffer,
      funds: null,
      lots: lotsOf(proposal),
      settings: account.orders,
      now: context.clock.now(),
      halted,
      cancelWorking: halted && (await mustCancel(context.store, account.name)),
      releaseUntil: releaseUntil(facts.startedAt, account.orders),
    };
    const step = await decideWithFunds(context, run, state, funds);
    if (step.finished) {
      await finish(context, run, proposal, state.orders);
      return;
    }
    const picture = orders
      .map((order) => `${order.intent.clientOrderId}${order.status}${toText(order.filledQuantity)}`)
      .join();
    if (picture !== asked.picture) {
      asked = { picture, times: 0 };
      heardAt = context.clock.now();
    }
    const quietTime = quietTimeOf(run, orders, { ...asked, isDueAfterAnswers });
    const buys = step.release.filter(({ leg }) => leg.side === 'buy');
    const cost = sum(buys.map((released) => costAtMost(released, account.orders)));
    funds = funds.map((ahead) => ({ ...ahead, committed: ahead.committed.plus(cost) }));
    // Buys will need it as soon as the sales have filled. Mostly what is told early is enough.
    const isNeeded = !releasesEveryBuy(state, step);
    const done = await perform(context, run, { ...given, beginning }, step, underWay, {
      onFirstAnswer: () => {
        if (isNeeded && step.release.length > buys.length) {
          funds = [askFundsAhead(context, run, cost)];
        }
      },
      onAnswersRecorded: () => {
        isDueAfterAnswers = true;
      },
      onLastAnswer: () => {
        if (isNeeded) funds = [...funds.slice(-1), askFundsAhead(context, run, ZERO)];
      },
    });
    if (done === null) return;
    beginning = null;
    const showAt = picture === shown ? null : shownAt.add(PROGRESS_INTERVAL);
    if (showAt !== null && isDue(context.clock.now(), showAt)) {
      await context.store.transaction(async (unit) => {
        await announceProposal(context, unit, proposal.id);
        if (halted) await refreshHalts(context, unit, account.name);
      });
      context.changed();
      shownAt = context.clock.now();
      shown = picture;
    }
    if (done.again) continue;
    const now = context.clock.now();
    if (isDue(now, heardAt.add(quietTime))) {
      isDueAfterAnswers = false;
      await askBroker(context, run);
      asked = { ...asked, times: asked.times + 1 };
      heardAt = context.clock.now();
      continue;
    }
    const quietAt = heardAt.add(quietTime);
    // What is not shown yet is shown when its interval is over.
    const nextShowAt = picture === shown ? null : showAt;
    const wakeAt = [step.wakeAt, done.wakeAt, nextShowAt].reduce(earlier, quietAt) ?? quietAt;
    await waitForNews(context, run, wakeAt);
  }
}

/** The book that was checked a moment ago tells the funds of the first buys, too. */
function fundsOf(context: AppContext, { balance }: Beginning): FundsAhead {
  return {
    askedAt: context.clock.now(),
    committed: ZERO,
    buyingPower: Promise.resolve(balance.buyingPower),
  };
}

/** Whether no leg is left that would buy later. */
function releasesEveryBuy(state: ExecutionState, step: ExecutionStep): boolean {
  const settled = new Set([
    ...state.orders.map((order) => order.intent.leg),
    ...step.release.map(({ leg }) => leg.number),
    ...step.deny.map(({ leg }) => leg.number),
  ]);
  return state.legs.every((leg) => leg.side === 'sell' || settled.has(leg.number));
}

/**
 * Does what was decided. Orders are under way when it returns.
 * @returns whether the state must be read again at once, and when otherwise; null when the execution has
 *   begun or ended elsewhere.
 */
async function perform(
  context: AppContext,
  run: ExecutionRun,
  { proposal, beginning }: Execution,
  step: ExecutionStep,
  underWay: UnderWay,
  events: SendingEvents,
): Promise<{ readonly again: boolean; readonly wakeAt: Temporal.Instant | null } | null> {
  const { release, deny, withdraw, submit } = step;
  if (beginning !== null || [release, deny, withdraw, submit].some(({ length }) => length > 0)) {
    const intents = await commitOrders(context, proposal, step, beginning);
    if (intents === null) return null;
    // Purchases follow as soon as they are paid for, whatever else is still waiting for its answer.
    const sending = submitOrders(context, run, intents, events);
    underWay.add(sending);
    if (beginning !== null) underWay.add(showBeginning(context, proposal, sending));
    // What follows reads the database and lets nothing else run: the requests leave before it.
    await endOfTurn();
    return { again: true, wakeAt: null };
  }
  const lookUp = await lookUpOrders(context, run, step.lookUp, step.unanswered);
  const cancelAgainAt = await cancelOverdue(context, run, step.cancel);
  return { again: lookUp.learned, wakeAt: earlier(lookUp.wakeAt, cancelAgainAt) };
}

/** Shows that an execution has begun, with its buttons, while its first orders are under way. */
async function showBeginning(
  context: AppContext,
  proposal: Proposal,
  sending: Promise<void>,
): Promise<void> {
  const underWay = Promise.withResolvers<void>();
  const cancel = context.clock.schedule(
    context.clock.now().add(BEGINNING_SHOWN_AFTER),
    underWay.resolve,
  );
  // Orders that were answered faster are no reason to show it later.
  sending.then(underWay.resolve, underWay.resolve);
  await underWay.promise;
  cancel();
  await context.store.transaction((unit) => announceProposal(context, unit, proposal.id));
  context.changed();
}

async function finish(
  context: AppContext,
  run: ExecutionRun,
  proposal: Proposal,
  orders: readonly Order[],
): Promise<void> {
  const drift = await measureDrift(context, accountNamed(context, proposal.account));
  // What is recorded after the message below must bring that up to date by itself.
  run.announcing = null;
  await context.store.transaction(async (unit) => {
    const step = transition(
      { status: 'executing', quorum: frozenQuorum(proposal), approvals: [] },
      {
        type: 'execution_finished',
        legs: proposal.plan.legs.length,
        filledLegs: orders.filter((order) => order.status === 'filled').length,
        touchedLegs: orders.filter((order) => order.filledQuantity.gt(ZERO)).length,
      },
    );
    if (step.type !== 'moved') throw new Error('an execution ended in a state it cannot have');
    const at = context.clock.now();
    const moved = await unit.changeProposalStatus(proposal.id, 'executing', step.status, {
      finishedAt: at,
    });
    if (!moved) return;
    if (drift !== null) await writeDriftAfter(unit, proposal.id, drift);
    await unit.appendAudit(
      auditEntry(at, EVENKEEL, 'execution_finished', proposal.account, proposal.id, {
        status: step.status,
        orders: orders.map((order) => ({
          clientOrderId: order.intent.clientOrderId,
          status: order.status,
          filledQuantity: toText(order.filledQuantity),
          averageFillPrice: order.averageFillPrice === null ? null : toText(order.averageFillPrice),
        })),
        driftAfter: drift === null ? null : toText(drift),
      }),
    );
    await announceProposal(context, unit, proposal.id);
    await refreshHalts(context, unit, proposal.account);
  });
  failpoint('execution_finished');
  context.changed();
}

async function waitForNews(
  context: AppContext,
  run: ExecutionRun,
  until: Temporal.Instant,
): Promise<void> {
  const cancel = context.clock.schedule(until, () => {
    run.signal.wake();
  });
  await run.signal.wait();
  cancel();
}

function latestByLeg(orders: readonly Order[]): readonly Order[] {
  const latest = new Map<number, Order>();
  for (const order of orders) {
    const known = latest.get(order.intent.leg);
    if (known === undefined || known.intent.attempt < order.intent.attempt) {
      latest.set(order.intent.leg, order);
    }
  }
  return [...latest.values()];
}

function lotsOf(proposal: Proposal): ReadonlyMap<string, Decimal> {
  const { lots } = proposal.policy;
  const bySymbol = new Map(lots.bySymbol.map((entry) => [entry.symbol, entry.lot]));
  const fractionable = new Set(
    proposal.snapshot.quotes.filter((quote) => quote.fractionable).map((quote) => quote.symbol),
  );
  return new Map(
    proposal.plan.legs.map((leg) => {
      const lot = bySymbol.get(leg.symbol) ?? lots.default;
      return [leg.symbol, fractionable.has(leg.symbol) || lot.gte(ONE) ? lot : ONE];
    }),
  );
}
