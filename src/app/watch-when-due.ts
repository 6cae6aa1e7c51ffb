import type { AccountSettings } from '../core/account.ts';
import { isDue } from '../core/time.ts';
import { createSameTurn } from '../lib/same-turn.ts';
import type { AccountChange } from '../ports/change-store.ts';
import { compareBook } from './agreed-book.ts';
import type { ToldBook } from './agreed-book.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { lookAtAccount } from './look-at-account.ts';
import { readTogether } from './read-together.ts';

/** Positions and cash of an account that nothing happened to are compared this often. */
const BOOKS_EVERY = Temporal.Duration.from({ minutes: 10 });

/** A fill may be on its way between two lists: looks that are closer together than this are one. */
const TWO_LOOKS_APART = Temporal.Duration.from({ seconds: 20 });

/** What one process remembers of an account from look to look. */
interface Remembered {
  /** The orders of the last look; null: nobody has looked, or the broker was away. */
  ordersTold: string | null;
  /** Since when something differs or cannot be compared; null while all agrees. */
  openSince: Temporal.Instant | null;
  /** Whether positions and cash are to be compared at the next look, whatever it finds. */
  isBookWanted: boolean;
  bookDueAt: Temporal.Instant;
}

interface WatchMemory {
  readonly accounts: ReadonlyMap<string, Remembered>;
  /** Those who look in the same turn share one reading. */
  readonly changes: (question: 'changes') => Promise<ReadonlyMap<string, AccountChange>>;
}

/** By what one process has opened: contexts are copied. */
const memories = new WeakMap<AppContext['brokers'], WatchMemory>();

function memoryOf(context: AppContext): WatchMemory {
  const known = memories.get(context.brokers);
  if (known !== undefined) return known;
  const now = context.clock.now();
  const groups = readTogether(context);
  const every = BOOKS_EVERY.total('milliseconds');
  const fresh: WatchMemory = {
    accounts: new Map(
      groups.flatMap((group, index) =>
        group.map((name): [string, Remembered] => [
          name,
          {
            ordersTold: null,
            openSince: null,
            isBookWanted: false,
            // Spread over the time between two, and not all in the minute of the start.
            bookDueAt: now.add({ milliseconds: Math.floor((every * (index + 1)) / groups.length) }),
          },
        ]),
      ),
    ),
    changes: createSameTurn(
      (question) => question,
      async () =>
        new Map(
          (await context.store.listUncompared()).map((change) => [change.account, change] as const),
        ),
    ),
  };
  memories.set(context.brokers, fresh);
  return fresh;
}

function rememberedOf(context: AppContext, account: string): Remembered {
  const remembered = memoryOf(context).accounts.get(account);
  if (remembered === undefined) throw new Error(`account is not watched: ${account}`);
  return remembered;
}

/**
 * Looks at the orders of an account; at its positions and cash too where something happened or differs, and
 * now and then in any case. A broker that keeps its books in the bot's own database is asked only then.
 * @returns what was found, in a few words.
 */
export async function watchWhenDue(context: AppContext, account: AccountSettings): Promise<string> {
  const { changes } = memoryOf(context);
  const remembered = rememberedOf(context, account.name);
  const now = context.clock.now();
  const change = (await changes('changes')).get(account.name) ?? null;
  const isBookDue = isComparisonDue(remembered.bookDueAt, now);
  const isWanted =
    isBookDue || change !== null || remembered.isBookWanted || remembered.openSince !== null;
  if (!isWanted && brokerOf(context, account.name).keepsBooksInStore === true) {
    return 'nothing happened';
  }
  const look = await lookAtAccount(context, account, {
    change,
    withBook: (ordersTold) => isWanted || ordersTold !== remembered.ordersTold,
  });
  if (look === null) {
    // Whatever happened meanwhile: it is compared when the broker is back.
    remembered.ordersTold = null;
    return 'broker away';
  }
  remembered.ordersTold = look.ordersTold;
  remembered.openSince = look.agrees ? null : (remembered.openSince ?? now);
  if (look.comparedBook) remembered.isBookWanted = false;
  if (look.comparedBook && isBookDue) remembered.bookDueAt = nextAfter(remembered.bookDueAt, now);
  return `${look.differences} differences, ${look.foreign} foreign orders`;
}

function isComparisonDue(due: Temporal.Instant, now: Temporal.Instant): boolean {
  // Further ahead than that is a time of a clock that was set back since.
  return isDue(now, due) || Temporal.Instant.compare(due, now.add(BOOKS_EVERY)) > 0;
}

function nextAfter(due: Temporal.Instant, now: Temporal.Instant): Temporal.Instant {
  const next = due.add(BOOKS_EVERY);
  return isComparisonDue(next, now) ? now.add(BOOKS_EVERY) : next;
}

/**
 * Compares what was just read of an account with the agreed book, before something is proposed or sent. What
 * differs is looked at within half a minute; what differed then already is told now, and halts where the
 * account wants that.
 */
export async function watchBeforeTrading(
  context: AppContext,
  account: AccountSettings,
  told: ToldBook,
): Promise<void> {
  const book = await compareBook(context, account, told);
  if (book.type !== 'compared' || book.differences.length === 0) return;
  const remembered = rememberedOf(context, account.name);
  const { openSince } = remembered;
  if (openSince !== null && isDue(context.clock.now(), openSince.add(TWO_LOOKS_APART))) {
    await lookAtAccount(context, account);
  } else {
    remembered.isBookWanted = true;
  }
}
