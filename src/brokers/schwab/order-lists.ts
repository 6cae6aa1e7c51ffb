import { createSameTurn } from '../../lib/same-turn.ts';
import type { Urgency } from '../../lib/pacer.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { BROKER } from './errors.ts';
import type { SchwabLogin } from './login.ts';
import { linesOf } from './map-order.ts';
import type { OrderLine } from './map-order.ts';
import { ordersSchema } from './wire.ts';
import type { WireOrder } from './wire.ts';

/** An account's orders, which Schwab lists with their executions by when they were entered. */
export interface OrderLists {
  /**
   * The lines of all orders that were entered since, as far back as Schwab lists.
   * @throws BrokerError
   */
  readonly readLines: (since: Temporal.Instant, urgency: Urgency) => Promise<readonly OrderLine[]>;
  /** Since when orders must have been entered that may have changed since an instant. */
  readonly enteredBefore: (since: Temporal.Instant) => Temporal.Instant;
}

/** Schwab lists orders by when they were entered, at most this far back ("within 60 days from today"). */
const OLDEST_ORDER = Temporal.Duration.from({ hours: 24 * 59 });

/** An order may change this long after it was entered; day orders over a long weekend do. */
const LONGEST_WORK = Temporal.Duration.from({ hours: 24 * 7 });

/** More orders than this are not listed in one answer (the document's default). */
const MOST_ORDERS = 3000;

/** More orders than that within this time are not looked for in shorter lists. */
const SHORTEST_LIST = Temporal.Duration.from({ minutes: 1 });

/** Their clock and ours need not agree. */
export const CLOCK_DIFFERENCE = Temporal.Duration.from({ minutes: 2 });

export function createOrderLists({
  login,
  clock,
  accountPath,
}: {
  readonly login: SchwabLogin;
  readonly clock: Clock;
  /** @throws BrokerError when the account is not known at Schwab. */
  readonly accountPath: () => Promise<string>;
}): OrderLists {
  /** Orders and fills are one list at Schwab. */
  const shareLines = createSameTurn(
    ({ since, urgency }: { since: Temporal.Instant; urgency: Urgency }) =>
      `${since.toString()} ${urgency}`,
    ({ since, urgency }) => askLines(since, urgency),
  );

  async function askLines(
    since: Temporal.Instant,
    urgency: Urgency,
  ): Promise<readonly OrderLine[]> {
    const now = clock.now();
    const oldest = now.subtract(OLDEST_ORDER);
    const from = Temporal.Instant.compare(since, oldest) < 0 ? oldest : since;
    return linesOf(await askOrders(from, now.add(CLOCK_DIFFERENCE), urgency));
  }

  /** The orders that were entered within a time, in as many answers as they need. */
  async function askOrders(
    from: Temporal.Instant,
    to: Temporal.Instant,
    urgency: Urgency,
  ): Promise<readonly WireOrder[]> {
    const query = new URLSearchParams({
      fromEnteredTime: wireTime(from),
      toEnteredTime: wireTime(to),
      maxResults: String(MOST_ORDERS),
    });
    const path = `${await accountPath()}/orders?${query.toString()}`;
    const orders = await login.read(path, ordersSchema, urgency);
    if (orders.length < MOST_ORDERS) return orders;
    // Half a list is no list: each half of the time has fewer.
    const half = from.until(to).total('milliseconds') / 2;
    if (half < SHORTEST_LIST.total('milliseconds')) {
      throw new BrokerError(
        BROKER,
        'unavailable',
        'The account has more orders than Schwab lists.',
      );
    }
    const middle = from.add({ milliseconds: Math.floor(half) });
    const halves = [
      await askOrders(from, middle, urgency),
      await askOrders(middle, to, urgency),
    ].flat();
    // One that was entered in the very middle is in both.
    return [...new Map(halves.map((order) => [order.orderId, order])).values()];
  }

  return {
    readLines: (since, urgency) => shareLines({ since, urgency }),
    enteredBefore: (since) =>
      // Far back, the list is cut at the oldest that Schwab lists anyway.
      since.epochMilliseconds < LONGEST_WORK.total('milliseconds')
        ? since
        : since.subtract(LONGEST_WORK),
  };
}

/** `yyyy-MM-dd'T'HH:mm:ss.SSSZ`, as the document has it. */
function wireTime(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' });
}
