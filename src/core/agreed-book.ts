import { sum, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { formatMoney, formatQuantity } from './format.ts';
import type { Side } from './plan-types.ts';

/** What an account holds, as far as broker and record are compared. */
export interface Book {
  /** In account currency. */
  readonly cash: Decimal;
  /** Shares of each symbol; short positions are negative. */
  readonly positions: readonly { readonly symbol: string; readonly quantity: Decimal }[];
}

/** A book that broker and record agree on. */
export interface AgreedBook extends Book {
  /** The broker that it was agreed with. */
  readonly broker: string;
  /** Which agreement of the account it is: 1, 2, 3 ... */
  readonly number: number;
  readonly agreedAt: Temporal.Instant;
  /** The person who took the broker's book for agreed; null for the book that was found first. */
  readonly agreedBy: string | null;
}

interface Figures {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fees: Decimal;
}

/** A fill that was recorded or corrected since a book was agreed on. */
export interface BookChange extends Figures {
  readonly symbol: string;
  readonly side: Side;
  /** What the book counts of it already; null for a fill that is new. */
  readonly before: Figures | null;
}

/** How far apart broker and record may be before it counts as a difference. */
export interface BookTolerance {
  /** In account currency: what fees and interest come to that no fill tells of. */
  readonly cash: Decimal;
  /** A share of the expected quantity; zero for exact. */
  readonly position: Decimal;
}

/** Something that the broker's book has otherwise. */
export interface BookDifference {
  /** The same as long as the difference is the same. */
  readonly key: string;
  /** Null: the cash. */
  readonly symbol: string | null;
  readonly expected: Decimal;
  readonly told: Decimal;
  /** What commonly makes such a difference: `as after a 2-for-1 split`. */
  readonly hint: string;
  /** `AAPL: 84 at the broker, 42 expected (as after a 2-for-1 split)`. */
  readonly words: string;
  /** Money that came by itself endangers nothing: it is told and does not halt. */
  readonly halts: boolean;
  /** Whether what was traded outside Evenkeel comes to exactly this difference. */
  readonly explained: boolean;
}

/** What a book comes to with what was recorded since. */
export function expectedBook(agreed: Book, changes: readonly BookChange[]): Book {
  const held = new Map(agreed.positions.map(({ symbol, quantity }) => [symbol, quantity]));
  let cash = agreed.cash;
  for (const change of changes) {
    const { symbol, side, before } = change;
    const bought = change.quantity.minus(before?.quantity ?? ZERO);
    const paid = valueOf(change).minus(before === null ? ZERO : valueOf(before));
    const fees = change.fees.minus(before?.fees ?? ZERO);
    const was = held.get(symbol) ?? ZERO;
    held.set(symbol, side === 'buy' ? was.plus(bought) : was.minus(bought));
    cash = (side === 'buy' ? cash.minus(paid) : cash.plus(paid)).minus(fees);
  }
  const positions = [...held]
    .map(([symbol, quantity]) => ({ symbol, quantity }))
    .filter(({ quantity }) => !quantity.eq(ZERO));
  return { cash, positions };
}

/**
 * What the broker's book has otherwise than is expected, by more than is tolerated: positions by symbol,
 * then the cash.
 * @param facts.number the agreement that the expectation starts from.
 * @param facts.outside what was traded outside Evenkeel since: it may explain differences, and is expected
 *   by nobody.
 */
export function findBookDifferences(facts: {
  readonly expected: Book;
  readonly told: Book;
  readonly tolerance: BookTolerance;
  readonly number: number;
  readonly outside: readonly BookChange[];
}): readonly BookDifference[] {
  const { expected, told, tolerance, number, outside } = facts;
  const withOutside = expectedBook(expected, outside);
  const tradedOutside = new Map(
    withOutside.positions.map(({ symbol, quantity }) => [symbol, quantity]),
  );
  const was = new Map(expected.positions.map(({ symbol, quantity }) => [symbol, quantity]));
  const is = new Map(told.positions.map(({ symbol, quantity }) => [symbol, quantity]));
  const moved = [...new Set([...was.keys(), ...is.keys()])]
    .toSorted()
    .map((symbol) => ({ symbol, from: was.get(symbol) ?? ZERO, to: is.get(symbol) ?? ZERO }))
    .filter(({ from, to }) => to.minus(from).abs().gt(from.abs().times(tolerance.position)));
  const more = told.cash.minus(expected.cash);
  const cashMoved = more.abs().gt(tolerance.cash);
  const positions = moved.map(({ symbol, from, to }): BookDifference => {
    const explained = (tradedOutside.get(symbol) ?? ZERO).eq(to);
    const hint = explained
      ? outsideWords(outside, symbol)
      : positionHint(from, to, cashMoved ? more : ZERO);
    const words = `${symbol}: ${formatQuantity(to)} at the broker, ${formatQuantity(from)} expected (${hint})`;
    const key = `book:${number}:${symbol}:${to.minus(from).toFixed()}`;
    return { key, symbol, expected: from, told: to, hint, words, halts: true, explained };
  });
  if (!cashMoved) return positions;
  // Fees that no execution tells of are tolerated here too.
  const explained =
    outside.length > 0 && told.cash.minus(withOutside.cash).abs().lte(tolerance.cash);
  const hint = explained
    ? 'for what was traded outside Evenkeel'
    : moved.length > 0
      ? 'with the positions'
      : more.gt(ZERO)
        ? 'as after a deposit, a dividend or interest'
        : 'as after a withdrawal or fees';
  const words = `cash: ${formatMoney(told.cash)} at the broker, ${formatMoney(expected.cash)} expected (${hint})`;
  const key = `book:${number}:cash:${inSteps(more, tolerance.cash).toFixed()}`;
  const cash = { symbol: null, expected: expected.cash, told: told.cash, hint, words };
  return [...positions, { key, ...cash, halts: more.lt(ZERO), explained }];
}

/** `bought 30 and sold 20 outside Evenkeel`. */
function outsideWords(outside: readonly BookChange[], symbol: string): string {
  const traded = (side: Side): Decimal =>
    sum(
      outside
        .filter((change) => change.symbol === symbol && change.side === side)
        .map(({ quantity, before }) => quantity.minus(before?.quantity ?? ZERO)),
    );
  const words = [
    { word: 'bought', quantity: traded('buy') },
    { word: 'sold', quantity: traded('sell') },
  ]
    .filter(({ quantity }) => !quantity.eq(ZERO))
    .map(({ word, quantity }) =>
      // Executions that the broker took back since the book was agreed on.
      quantity.gt(ZERO)
        ? `${word} ${formatQuantity(quantity)}`
        : `took back ${formatQuantity(quantity.neg())} ${word}`,
    );
  return `${words.join(' and ')} outside Evenkeel`;
}

/** Fees that no fill tells of must not make another difference of it with each trade. */
function inSteps(amount: Decimal, step: Decimal): Decimal {
  return step.eq(ZERO) ? amount : amount.div(step).round(0, 2).times(step);
}

function valueOf({ quantity, price }: Figures): Decimal {
  return quantity.times(price);
}

/** Splits are whole numbers of new shares for whole numbers of old ones, seldom of more than this. */
const MOST_NEW_SHARES = 50;

function positionHint(from: Decimal, to: Decimal, cash: Decimal): string {
  for (const old of ['1', '2']) {
    for (let count = 2; count <= MOST_NEW_SHARES; count += 1) {
      if (from.eq(ZERO) || to.eq(ZERO) || String(count) === old) continue;
      if (count % 2 === 0 && old === '2') continue;
      if (to.times(old).eq(from.times(String(count))))
        return `as after a ${count}-for-${old} split`;
      if (from.times(old).eq(to.times(String(count))))
        return `as after a ${old}-for-${count} split`;
    }
  }
  const paid = to.gt(from) ? cash.lt(ZERO) : cash.gt(ZERO);
  return paid ? 'as after a trade made elsewhere' : 'as after a transfer';
}
