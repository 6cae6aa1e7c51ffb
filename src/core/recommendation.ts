import { z } from 'zod';
import { borrowable } from './borrowing.ts';
import { fromScale, ratio, tenToThe, toDigits, toText, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { formatMoney } from './format.ts';
import { readBook } from './plan-book.ts';
import type { Book, BookLine } from './plan-book.ts';
import { tradeRules } from './plan-movers.ts';
import { reportPlan } from './plan-report.ts';
import type { SkippedTrade } from './plan-report.ts';
import type { PlanResult, Side, SkippedLeg, SkipReason } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Snapshot, Targets } from './portfolio.ts';
import { decimalSchema, symbolSchema } from './schemas.ts';

/** A binary float holds this many significant digits of a decimal without a loss. */
const EXACT_DIGITS = 15;

/** What is asked for is shown rounded up and what is there rounded down, so that the one is seen to exceed the other. */
const ROUND_DOWN = 0;
const ROUND_UP = 3;

/**
 * A number of a JSON file as the text it was written as. What a float cannot hold, or what JavaScript
 * would write with an exponent, has to be given as text.
 */
const jsonNumberSchema = z.number().transform((value, context) => {
  const text = String(value);
  const digits = text.replace(/^-?0*\.?0*/, '').replace('.', '');
  if (!text.includes('e') && digits.length <= EXACT_DIGITS) return text;
  context.addIssue({
    code: 'custom',
    message: 'expected a number of at most 15 digits; write longer ones as text, such as "12.50"',
  });
  return z.NEVER;
});

const positiveSchema = z
  .union([z.string(), jsonNumberSchema])
  .pipe(decimalSchema)
  .refine((value) => value.gt(ZERO), 'expected more than zero');

/**
 * What a recommender asks for: one symbol, and either how many shares or how much money. `contribute`
 * buys only from cash that is there already; `buy` may also be paid for by the sells beside it.
 */
export const recommendationSchema = z
  .strictObject({
    symbol: symbolSchema,
    action: z.enum(['buy', 'sell', 'contribute']),
    /** Shares. */
    quantity: positiveSchema.optional(),
    /** Money, at the reference price. */
    notional: positiveSchema.optional(),
  })
  .refine(
    (entry) => (entry.quantity === undefined) !== (entry.notional === undefined),
    'expected exactly one of quantity and notional',
  );
export type Recommendation = z.output<typeof recommendationSchema>;

/** A file of recommendations: a JSON array. Decimals are numbers or text. */
export const recommendationsSchema = z
  .array(recommendationSchema)
  .min(1, 'expected at least one recommendation')
  .max(1000, 'expected at most 1000 recommendations');

/** A recommendation in lots of its line, and why it is not followed; null when it is. */
interface Request {
  readonly index: number;
  readonly entry: Recommendation;
  readonly side: Side;
  readonly line: BookLine;
  readonly lots: bigint;
  readonly value: bigint;
  readonly skip: SkipReason | null;
}

/**
 * A plan of ready-made recommendations, valued and checked like a plan of ours. Quantities are rounded
 * down to lots; what is locked, too small or against the account's mode is skipped with its reason.
 * Tolerance bands do not apply. The drift may rise; then the plan warns of it.
 *
 * Refused, with the number of the entry and a sentence: a symbol that comes twice, selling more than is
 * held, and buying what cannot be paid for. Nothing is made smaller to fit: that would be another plan.
 * What is skipped brings in nothing, so a buy that needed it is refused.
 */
export function planRecommendations(
  snapshot: Snapshot,
  recommendations: readonly Recommendation[],
  targets: Targets,
  policy: RebalancePolicy,
): PlanResult {
  const symbols = recommendations.map((entry) => entry.symbol);
  const result = readBook(snapshot, targets, policy, symbols);
  if (result.type === 'refused') return result;
  const { book } = result;
  const lines = new Map(book.lines.map((line) => [line.symbol, line]));
  const requests: Request[] = [];
  const untouched: SkippedLeg[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of recommendations.entries()) {
    if (seen.has(entry.symbol)) {
      return refuse(index, `${entry.symbol} is recommended twice; put it into one entry`);
    }
    seen.add(entry.symbol);
    const line = lines.get(entry.symbol);
    if (line === undefined) {
      untouched.push(skipUntouched(snapshot, book, entry, policy));
      continue;
    }
    const problem = overselling(book, entry, line);
    if (problem !== null) return refuse(index, problem);
    requests.push(requestOf(book, policy, entry, index, line));
  }
  const followed = requests.filter((request) => request.skip === null);
  const unpaid = findUnpaid(book, followed, lentFor(book, snapshot, policy));
  if (unpaid !== null) return unpaid;

  const lots = new Map(
    followed.map(({ line, side, lots: count }) => [line.symbol, side === 'sell' ? -count : count]),
  );
  const skips = new Map(requests.map((request) => [request.line.symbol, request]));
  const plan = reportPlan(
    book,
    book.lines.map((line) => lots.get(line.symbol) ?? 0n),
    (line) => skippedTrade(skips.get(line.symbol)),
    null,
  );
  const skipped = [...plan.skipped, ...untouched].toSorted((a, b) =>
    a.symbol < b.symbol ? -1 : 1,
  );
  return { type: 'planned', plan: { ...plan, skipped } };
}

function refuse(index: number, reason: string): PlanResult {
  return { type: 'refused', refusal: { code: 'invalid_recommendation', index, reason } };
}

function sideOf(entry: Recommendation): Side {
  return entry.action === 'sell' ? 'sell' : 'buy';
}

function requestOf(
  book: Book,
  policy: RebalancePolicy,
  entry: Recommendation,
  index: number,
  line: BookLine,
): Request {
  const side = sideOf(entry);
  const lots = lotsIn(book, entry, line);
  const value = lots * line.lotValue;
  const skip = skipReason(book, policy, line, side, lots);
  return { index, entry, side, line, lots, value, skip };
}

/** The whole lots in what is asked for. */
function lotsIn(book: Book, { quantity, notional }: Recommendation, line: BookLine): bigint {
  if (quantity !== undefined) {
    const { digits, places } = toDigits(quantity);
    return (digits * tenToThe(line.lot.places)) / (line.lot.digits * tenToThe(places));
  }
  if (notional === undefined || line.lotValue === 0n) return 0n;
  const { digits, places } = toDigits(notional);
  return (digits * tenToThe(book.scale)) / (line.lotValue * tenToThe(places));
}

function overselling(
  book: Book,
  { action, quantity, notional }: Recommendation,
  line: BookLine,
): string | null {
  if (action !== 'sell') return null;
  if (quantity?.gt(line.quantity) === true) {
    return `it sells ${toText(quantity)} ${line.symbol}, but ${toText(line.quantity)} are held`;
  }
  const held = fromScale(line.value, book.scale);
  if (notional?.gt(held) === true) {
    return `it sells ${line.symbol} for ${formatMoney(notional.round(2, ROUND_UP))}, but what is held is worth ${formatMoney(held.round(2, ROUND_DOWN))}`;
  }
  return null;
}

function skipReason(
  book: Book,
  policy: RebalancePolicy,
  line: BookLine,
  side: Side,
  lots: bigint,
): SkipReason | null {
  const rules = tradeRules(policy);
  if (line.lock !== null) return line.lock;
  if (side === 'sell' && !rules.maySell) return 'buy_only';
  if (side === 'buy' && !rules.mayBuy) return 'sell_only';
  if (lots === 0n) return 'below_one_lot';
  return lots * line.lotValue < book.minimumTrade ? 'below_minimum_trade' : null;
}

/** What buys may borrow, in units of the book, rounded down; nothing where the policy does not let them. */
function lentFor(book: Book, { balance }: Snapshot, { borrowing }: RebalancePolicy): bigint {
  if (borrowing !== true) return 0n;
  const { digits, places } = toDigits(borrowable(balance));
  return (digits * tenToThe(book.scale)) / tenToThe(places);
}

/** The first entry that cannot be paid for. Contributions take from the cash first, then the buys. */
function findUnpaid(book: Book, followed: readonly Request[], lent: bigint): PlanResult | null {
  const sells = followed.filter((request) => request.side === 'sell');
  const proceeds = sells.reduce((total, request) => total + request.value, 0n);
  const cash = book.spendable > 0n ? book.spendable : 0n;
  let contributed = 0n;
  for (const request of followed) {
    if (request.entry.action !== 'contribute') continue;
    if (contributed + request.value > cash) {
      return refuse(request.index, unpaidWords(book, request, cash - contributed, 'spare cash'));
    }
    contributed += request.value;
  }
  // Where the buffer or a working order lacks cash, the sells make that up before they pay for buys.
  let left = book.spendable + proceeds - contributed + lent;
  const source =
    lent > 0n ? 'spare cash, the sells and what the broker lends' : 'spare cash and the sells';
  for (const request of followed) {
    if (request.entry.action !== 'buy') continue;
    if (request.value > left) {
      const available = left > 0n ? left : 0n;
      return refuse(request.index, unpaidWords(book, request, available, source));
    }
    left -= request.value;
  }
  return null;
}

function unpaidWords(book: Book, request: Request, left: bigint, source: string): string {
  const quantity = fromScale(request.lots * request.line.lot.digits, request.line.lot.places);
  const cost = formatMoney(fromScale(request.value, book.scale).round(2, ROUND_UP));
  const available = formatMoney(fromScale(left, book.scale).round(2, ROUND_DOWN));
  return (
    `buying ${toText(quantity)} ${request.line.symbol} costs ${cost}, ` +
    `but ${available} is left of ${source}`
  );
}

function skippedTrade(request: Request | undefined): SkippedTrade | null {
  if (request === undefined || request.skip === null) return null;
  return { side: request.side, reason: request.skip, notional: request.value };
}

/** An untouchable or restricted holding without a target is no part of the book; its weight is shown all the same. */
function skipUntouched(
  snapshot: Snapshot,
  book: Book,
  entry: Recommendation,
  policy: RebalancePolicy,
): SkippedLeg {
  const price = snapshot.quotes.find((quote) => quote.symbol === entry.symbol)?.price ?? ZERO;
  const held = snapshot.positions.find((position) => position.symbol === entry.symbol);
  const value = toDigits((held?.quantity ?? ZERO).times(price));
  const notional: Decimal = entry.notional ?? (entry.quantity ?? ZERO).times(price);
  return {
    symbol: entry.symbol,
    side: sideOf(entry),
    reason: policy.restricted?.includes(entry.symbol) === true ? 'restricted' : 'untouchable',
    weight: ratio(value.digits * tenToThe(book.scale), book.investable * tenToThe(value.places)),
    targetWeight: ZERO,
    notional,
  };
}
