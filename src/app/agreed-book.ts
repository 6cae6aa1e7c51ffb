import type { AccountSettings } from '../core/account.ts';
import { expectedBook, findBookDifferences } from '../core/agreed-book.ts';
import type { Book, BookDifference } from '../core/agreed-book.ts';
import { canonicalDigest } from '../core/canonical-json.ts';
import { toText } from '../core/decimal.ts';
import type { AccountBalance } from '../core/portfolio.ts';
import type { BookMark, StoredBook } from '../ports/book-store.ts';
import type { JsonValue, StoreTransaction } from '../ports/store.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { Actor } from './audit.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';

/** The broker's positions and cash beside what the record makes of the last agreed book. */
export type ComparedBook =
  | {
      readonly type: 'compared';
      readonly agreed: StoredBook;
      readonly expected: Book;
      readonly told: Book;
      /** How far the record went when the broker told it. */
      readonly mark: BookMark;
      /** Whether fills were recorded or corrected since the agreed book was brought up to date. */
      readonly isBehind: boolean;
      readonly differences: readonly BookDifference[];
    }
  /** There is no agreed book yet. */
  | { readonly type: 'first'; readonly told: Book; readonly mark: BookMark }
  /** `unanswered`: what became of an order is not known; `moving`: orders fill just now. */
  | { readonly type: 'not_comparable'; readonly why: 'unanswered' | 'moving' };

/** A book as its broker told it, and how far the record went when that was asked for. */
export interface ToldBook {
  readonly before: BookMark;
  readonly told: Book;
}

/**
 * Compares positions and cash at the broker with what is expected.
 * @param given what was told a moment ago; it counts only while no order is out. Left out, the broker is
 *   asked, and what it has told of fills must be recorded before.
 * @throws BrokerError when the broker cannot be asked.
 */
export async function compareBook(
  context: AppContext,
  account: AccountSettings,
  given: ToldBook | null = null,
): Promise<ComparedBook> {
  const { store } = context;
  const { before, told } = given ?? (await askBook(context, account.name));
  const after = await store.readFillMark();
  const open = await store.listOrders({
    account: account.name,
    statuses: ['submitted', 'unknown', 'accepted', 'partially_filled'],
  });
  if (open.some(({ status }) => status === 'submitted' || status === 'unknown')) {
    return { type: 'not_comparable', why: 'unanswered' };
  }
  // A fill between two readings is in one of them and not in the other.
  if (given !== null && open.length > 0) return { type: 'not_comparable', why: 'moving' };
  if ((await store.listBookChanges(account.name, before)).length > 0) {
    return { type: 'not_comparable', why: 'moving' };
  }
  const agreed = await store.findAgreedBook(account.name);
  if (agreed === null || agreed.broker !== account.broker) {
    // To begin with, nothing may be on its way.
    return open.length > 0
      ? { type: 'not_comparable', why: 'moving' }
      : { type: 'first', told, mark: after };
  }
  const changes = await store.listBookChanges(account.name, agreed.mark);
  const expected = expectedBook(agreed, changes);
  const outside = await store.listOutsideChanges(account.name, {
    number: agreed.mark.outside,
    at: agreed.agreedAt,
  });
  const differences = findBookDifferences({
    expected,
    told,
    outside,
    tolerance: account.reconciliation,
    number: agreed.number,
  });
  const isBehind = changes.length > 0;
  return { type: 'compared', agreed, expected, told, mark: after, isBehind, differences };
}

async function askBook(context: AppContext, account: string): Promise<ToldBook> {
  const broker = brokerOf(context, account);
  const before = await context.store.readFillMark();
  const [balance, positions] = await Promise.all([
    broker.getAccountBalance(),
    broker.getPositions(),
  ]);
  return { before, told: bookOf({ balance, positions }) };
}

/** What is compared of what was read of an account. */
export function bookOf({
  balance,
  positions,
}: {
  readonly balance: Pick<AccountBalance, 'cash'>;
  readonly positions: Book['positions'];
}): Book {
  return {
    cash: balance.cash,
    positions: positions.map(({ symbol, quantity }) => ({ symbol, quantity })),
  };
}

/** What names a set of differences, for a button. */
export function bookDigest(account: string, differences: readonly BookDifference[]): string {
  return canonicalDigest({ account, keys: differences.map(({ key }) => key) });
}

/** Whether a reading changes the agreed book: it is the first, or has come to count more fills. */
export function isToBeKept(reading: ComparedBook): boolean {
  if (reading.type === 'compared') return reading.isBehind && reading.differences.length === 0;
  return reading.type === 'first';
}

/**
 * Keeps what a reading says of the agreed book: the first one, and fills that both sides count now.
 * A difference is nobody's to settle but a person's.
 */
export async function keepBook(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  reading: ComparedBook,
): Promise<void> {
  if (reading.type === 'first') {
    await agreeOn(context, unit, account, {
      ...reading,
      differences: [],
      by: EVENKEEL,
      person: null,
    });
  }
  if (reading.type !== 'compared' || !isToBeKept(reading)) return;
  const { agreed, expected } = reading;
  // What was traded outside is expected by nobody before a person agrees on it.
  const mark = { ...reading.mark, outside: agreed.mark.outside };
  // Not the broker's cash: what is tolerated adds up until it is too much to be tolerated.
  await unit.saveAgreedBook(account.name, agreed.number, { ...agreed, ...expected, mark });
}

/**
 * Takes the broker's book as agreed, with an audit row that says what was expected.
 * @param agreement `person`: who says so; null for the first book, which nobody had to agree to.
 * @returns false when another book was agreed on meanwhile.
 */
export async function agreeOn(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  agreement: {
    readonly told: Book;
    readonly mark: BookMark;
    readonly differences: readonly BookDifference[];
    readonly by: Actor;
    readonly person: string | null;
  },
): Promise<boolean> {
  const { told, mark, differences, by, person } = agreement;
  const at = context.clock.now();
  const last = await unit.findAgreedBook(account.name);
  const number = (last?.number ?? 0) + 1;
  const saved = await unit.saveAgreedBook(account.name, number - 1, {
    ...told,
    broker: account.broker,
    number,
    agreedAt: at,
    agreedBy: person,
    mark,
  });
  if (!saved) return false;
  await unit.appendAudit(
    auditEntry(at, by, 'book_agreed', account.name, account.name, {
      number,
      cash: toText(told.cash),
      positions: Object.fromEntries(
        told.positions.map(({ symbol, quantity }) => [symbol, toText(quantity)]),
      ),
      differences: differencesJson(differences),
    }),
  );
  return true;
}

export function differencesJson(differences: readonly BookDifference[]): JsonValue {
  return differences.map(({ symbol, expected, told }) => ({
    of: symbol ?? 'cash',
    expected: toText(expected),
    told: toText(told),
  }));
}
