import type { OrderSettings } from './account.ts';
import { isFinal } from './order-transition.ts';
import { atFullQuantity } from './order-prices.ts';
import type { ReleasedLeg } from './order-prices.ts';
import type { Order } from './order.ts';
import { releaseBuys } from './release-buys.ts';
import type { BuyingState, Denial } from './release-buys.ts';
import { earlier, isDue } from './time.ts';

/** Everything that decides what an execution does next. */
export interface ExecutionState extends BuyingState {
  /** Nothing new is sent while halted; working orders go on. */
  readonly halted: boolean;
  /** Whoever halted wants what works at the broker canceled. */
  readonly cancelWorking: boolean;
  /**
   * From here on nothing new is sent: the prices that were approved are too old. Only an execution that
   * was interrupted for long, by a stopped bot or a silent broker, gets here.
   */
  readonly releaseUntil: Temporal.Instant;
}

/** What to do now. All of them may be done; none depends on another of the same step. */
export interface ExecutionStep {
  /** Legs whose intents are committed and sent now. */
  readonly release: readonly ReleasedLeg[];
  /** Legs that cannot be sent at all any more, and why: a denial of ours. */
  readonly deny: readonly Denial[];
  /** Orders that were committed and have certainly not been sent. */
  readonly submit: readonly Order[];
  /** The same, when they must not be sent any more, and why. */
  readonly withdraw: readonly {
    readonly order: Order;
    readonly code: string;
    readonly reason: string;
  }[];
  /** Orders of which it is not known whether the broker has them. */
  readonly lookUp: readonly Order[];
  /**
   * What becomes of such an order when the broker, asked several times, does not have it: it is sent
   * again under the same id, it waits for the halt to end, or it has lapsed.
   */
  readonly unanswered: 'send_again' | 'wait' | 'lapse';
  /** Orders that have worked for longer than the time limit, or that a halt wants canceled. */
  readonly cancel: readonly Order[];
  /** When to look again even though nothing happened; null when only an update can change anything. */
  readonly wakeAt: Temporal.Instant | null;
  readonly finished: boolean;
}

/**
 * Decides the next step of an execution. Pure: the same state always gives the same step, so an
 * execution that was interrupted continues as if nothing had happened.
 *
 * Sells go first and at once, buys when they are paid for (`releaseBuys`).
 */
export function decideExecution(state: ExecutionState): ExecutionStep {
  const byLeg = new Map(state.orders.map((order) => [order.intent.leg, order]));
  const unsent = state.orders.filter((order) => order.status === 'created');
  const stop = whyNothingNew(state);
  const submit = stop === null ? unsent : [];
  const withdraw = stop === null ? [] : unsent.map((order) => ({ order, ...stop }));
  const lookUp = state.orders.filter(
    (order) => order.status === 'unknown' || order.status === 'submitted',
  );
  const { cancel, wakeAt: overdueAt } = overdueOrders(state);

  let fundsAt: Temporal.Instant | null = null;
  const release: ReleasedLeg[] = [];
  const deny: Denial[] = [];
  const unreleased = state.legs.filter((leg) => !byLeg.has(leg.number));
  if (stop !== null) {
    for (const leg of unreleased) deny.push({ leg, ...stop });
  } else {
    const sells = unreleased.filter((leg) => leg.side === 'sell');
    for (const leg of sells) release.push(atFullQuantity(leg, state.settings));
    const buys = unreleased.filter((leg) => leg.side === 'buy');
    const bought = releaseBuys(state, buys, { sellsUnsent: sells.length > 0 });
    release.push(...bought.release);
    deny.push(...bought.deny);
    fundsAt = bought.lookAgainAt;
  }
  const finished =
    release.length === 0 &&
    deny.length === 0 &&
    state.legs.every((leg) => {
      const order = byLeg.get(leg.number);
      return order !== undefined && isFinal(order.status);
    });
  const unanswered = stop === null ? 'send_again' : stop.code === 'too_late' ? 'lapse' : 'wait';
  const wakeAt = earlier(overdueAt, fundsAt);
  return { release, deny, submit, withdraw, lookUp, unanswered, cancel, wakeAt, finished };
}

/**
 * Until when an execution sends anything new. Sells take one time limit at most, the buys a second
 * one, and buys that wait for cheaper fills a third.
 */
export function releaseUntil(
  startedAt: Temporal.Instant,
  settings: OrderSettings,
): Temporal.Instant {
  const { timeLimit } = settings;
  return startedAt.add(timeLimit).add(timeLimit).add(timeLimit);
}

function whyNothingNew(state: ExecutionState): { code: string; reason: string } | null {
  // Late comes first: what lapsed must not come back to life when the halt ends.
  if (state.halted && !isDue(state.now, state.releaseUntil)) {
    return { code: 'halted', reason: 'trading was halted before this order was sent' };
  }
  if (isDue(state.now, state.releaseUntil)) {
    return {
      code: 'too_late',
      reason: 'the execution was interrupted for so long that the approved prices are too old',
    };
  }
  return null;
}

function overdueOrders(state: ExecutionState): {
  cancel: Order[];
  wakeAt: Temporal.Instant | null;
} {
  const cancel: Order[] = [];
  let wakeAt: Temporal.Instant | null = null;
  for (const order of state.orders) {
    if (order.submittedAt === null || isFinal(order.status)) continue;
    const deadline = order.submittedAt.add(state.settings.timeLimit);
    const works = order.status === 'accepted' || order.status === 'partially_filled';
    if (state.cancelWorking || Temporal.Instant.compare(state.now, deadline) >= 0) {
      if (works) cancel.push(order);
    } else if (wakeAt === null || Temporal.Instant.compare(deadline, wakeAt) < 0) {
      wakeAt = deadline;
    }
  }
  return { cancel, wakeAt };
}
