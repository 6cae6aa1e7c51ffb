import { z } from 'zod';
import { createJoined } from '../../lib/joined.ts';
import type { Urgency } from '../../lib/pacer.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { BROKER } from './errors.ts';
import { idSchema } from './exact-json.ts';
import type { LinkedAccount, SchwabLogin } from './login.ts';
import { linesOf } from './map-order.ts';
import type { OrderLine } from './map-order.ts';
import { ordersSchema } from './wire.ts';
import type { WireOrder } from './wire.ts';

/**
 * The orders of the accounts of a login, which Schwab lists with their executions by when they were entered.
 * Who alone asks gets its own list; several who ask before the request leaves share one of all accounts.
 */
export interface OrderLists {
  /**
   * The lines of all orders that were entered since, at least, as far back as Schwab lists.
   * @throws BrokerError
   */
  readonly readLines: (
    account: LinkedAccount,
    since: Temporal.Instant,
    urgency: ListUrgency,
  ) => Promise<readonly OrderLine[]>;
}

type ListUrgency = Extract<Urgency, 'recovery' | 'reading'>;

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

/** Since when orders must have been entered that may have changed since an instant. */
export function enteredBefore(since: Temporal.Instant): Temporal.Instant {
  // Far back, the list is cut at the oldest that Schwab lists anyway.
  return since.epochMilliseconds < LONGEST_WORK.total('milliseconds')
    ? since
    : since.subtract(LONGEST_WORK);
}

interface Question {
  readonly account: LinkedAccount;
  readonly since: Temporal.Instant;
}

interface Range {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

interface OwnRange extends Range {
  readonly account: LinkedAccount;
}

const listSchema = z.array(z.unknown());
/** Whose an order is; the rest of it is read with the schema of orders. */
const ownedSchema = z.object({ accountNumber: idSchema });

export function createOrderLists(login: SchwabLogin, clock: Clock): OrderLists {
  const rangeSince = (since: Temporal.Instant): Range => {
    const now = clock.now();
    const oldest = now.subtract(OLDEST_ORDER);
    const from = Temporal.Instant.compare(since, oldest) < 0 ? oldest : since;
    return { from, to: now.add(CLOCK_DIFFERENCE) };
  };

  const createShared = (urgency: ListUrgency) =>
    createJoined<Question, readonly OrderLine[]>(async (leave) => {
      const left: { ofOne: OwnRange | null } = { ofOne: null };
      const list = await login.read(
        () => {
          const asked = leave();
          const [first] = asked;
          if (first === undefined) throw new Error('nobody asks');
          const range = rangeSince(asked.map(({ since }) => since).reduce(earlier));
          const numbers = new Set(asked.map(({ account }) => account.accountNumber));
          if (numbers.size > 1) return `/trader/v1/orders?${queryOf(range)}`;
          left.ofOne = { ...range, account: first.account };
          return ownPath(first.account, range);
        },
        listSchema,
        urgency,
      );
      const { ofOne } = left;
      if (ofOne !== null) {
        const lines = linesOf(await wholeOf(login, ofOne.account, ofOne, list, urgency));
        return () => lines;
      }
      const byAccount = ownersOf(list);
      return async ({ account, since }) => {
        // Half a list is no list, and an order without an owner may be anybody's.
        const orders =
          byAccount === null || list.length >= MOST_ORDERS
            ? await readOwn(login, account, rangeSince(since), urgency)
            : login.understand(
                'orders',
                byAccount.get(withoutZeros(account.accountNumber)) ?? [],
                ordersSchema,
              );
        return linesOf(orders);
      };
    });
  const shared = { recovery: createShared('recovery'), reading: createShared('reading') };

  return {
    readLines: async (account, since, urgency) => await shared[urgency]({ account, since }),
  };
}

/** The orders of one account that were entered within a time, in as many answers as they need. */
async function readOwn(
  login: SchwabLogin,
  account: LinkedAccount,
  range: Range,
  urgency: ListUrgency,
): Promise<readonly WireOrder[]> {
  const list = await login.read(ownPath(account, range), listSchema, urgency);
  return await wholeOf(login, account, range, list, urgency);
}

/** @param list the first answer, which may be cut. */
async function wholeOf(
  login: SchwabLogin,
  account: LinkedAccount,
  range: Range,
  list: readonly unknown[],
  urgency: ListUrgency,
): Promise<readonly WireOrder[]> {
  if (list.length < MOST_ORDERS) return login.understand('orders', list, ordersSchema);
  const { from, to } = range;
  // Half a list is no list: each half of the time has fewer.
  const half = from.until(to).total('milliseconds') / 2;
  if (half < SHORTEST_LIST.total('milliseconds')) {
    throw new BrokerError(BROKER, 'unavailable', 'The account has more orders than Schwab lists.');
  }
  const middle = from.add({ milliseconds: Math.floor(half) });
  const halves = [
    await readOwn(login, account, { from, to: middle }, urgency),
    await readOwn(login, account, { from: middle, to }, urgency),
  ].flat();
  // One that was entered in the very middle is in both.
  return [...new Map(halves.map((order) => [order.orderId, order])).values()];
}

/** The orders by whose they are; null when one does not say. */
function ownersOf(list: readonly unknown[]): ReadonlyMap<string, readonly unknown[]> | null {
  const owned = list.map((order) => ({ order, owner: ownedSchema.safeParse(order) }));
  const byAccount = new Map<string, unknown[]>();
  for (const { order, owner } of owned) {
    if (!owner.success) return null;
    const number = withoutZeros(owner.data.accountNumber);
    const theirs = byAccount.get(number) ?? [];
    theirs.push(order);
    byAccount.set(number, theirs);
  }
  return byAccount;
}

/** Orders write the number of their account as a JSON number, which has no zeros in front. */
function withoutZeros(accountNumber: string): string {
  return accountNumber.replace(/^0+(?=\d)/, '');
}

function ownPath({ hashValue }: LinkedAccount, range: Range): string {
  return `/trader/v1/accounts/${encodeURIComponent(hashValue)}/orders?${queryOf(range)}`;
}

function queryOf({ from, to }: Range): string {
  return new URLSearchParams({
    fromEnteredTime: wireTime(from),
    toEnteredTime: wireTime(to),
    maxResults: String(MOST_ORDERS),
  }).toString();
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}

/** `yyyy-MM-dd'T'HH:mm:ss.SSSZ`, as the document has it. */
function wireTime(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' });
}
