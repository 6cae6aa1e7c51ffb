import { z } from 'zod';
import { ONE, roundDownToLot, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { readBook } from './plan-book.ts';
import type { Book, BookLine } from './plan-book.ts';
import { reportPlan } from './plan-report.ts';
import type { SkippedTrade } from './plan-report.ts';
import type { PlanResult } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Snapshot, Targets } from './portfolio.ts';
import { decimalSchema, symbolSchema } from './schemas.ts';

const positiveSchema = z
  .union([z.string(), z.number().transform(String)])
  .pipe(decimalSchema)
  .refine((value) => value.gt(ZERO), 'expected more than zero');

/**
 * What a recommender asks for: one symbol, and either how many shares or how much money. `contribute`
 * buys only from cash that is there already; `buy` may be paid for by the sells beside it.
 */
export const recommendationSchema = z
  .strictObject({
    symbol: symbolSchema,
    action: z.enum(['buy', 'sell', 'contribute']),
    quantity: positiveSchema.optional(),
    notional: positiveSchema.optional(),
  })
  .refine(
    (entry) => (entry.quantity === undefined) !== (entry.notional === undefined),
    'expected exactly one of quantity and notional',
  );
export type Recommendation = z.output<typeof recommendationSchema>;

/** A file of recommendations: a JSON array. */
export const recommendationsSchema = z.array(recommendationSchema).min(1).max(1000);

/**
 * A plan of ready-made recommendations, valued and checked as a plan of ours: lots, minimum trade,
 * locked symbols. Nothing is sold that is not held and nothing is bought that cannot be paid for.
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
  const lots = book.lines.map(() => 0n);
  const skips = new Map<string, SkippedTrade>();
  const refused = (index: number, reason: string): PlanResult => ({
    type: 'refused',
    refusal: { code: 'invalid_recommendation', index, reason },
  });
  let contributed = 0n;
  for (const [index, entry] of recommendations.entries()) {
    if (symbols.indexOf(entry.symbol) !== index) {
      return refused(index, `${entry.symbol} is recommended more than once`);
    }
    const at = book.lines.findIndex((candidate) => candidate.symbol === entry.symbol);
    const line = book.lines[at];
    if (line === undefined) return refused(index, `${entry.symbol} cannot be traded here`);
    const side = entry.action === 'sell' ? 'sell' : 'buy';
    const wanted = wantedQuantity(entry, line);
    if (side === 'sell' && wanted.gt(line.quantity)) {
      return refused(
        index,
        `sells ${wanted.toFixed()} ${line.symbol} and ${line.quantity.toFixed()} are held`,
      );
    }
    const count = lotsIn(wanted, line.lot);
    const value = count * line.lotValue;
    const reason = skipReason(book, policy, line, side, count, value);
    if (reason !== null) {
      skips.set(line.symbol, { side, reason, notional: value });
      continue;
    }
    lots[at] = side === 'sell' ? -count : count;
    if (entry.action === 'contribute') contributed += value;
  }
  const last = recommendations.length - 1;
  if (contributed > book.spareCash) {
    return refused(
      last,
      'the contributions cost more than the cash that is there above the buffer',
    );
  }
  const spent = book.lines.reduce(
    (total, line, at) => total + (lots[at] ?? 0n) * line.lotValue,
    0n,
  );
  if (spent > 0n && spent > book.spareCash) {
    return refused(
      last,
      'the buys cost more than the cash above the buffer and the sells bring in',
    );
  }
  const plan = reportPlan(book, lots, (line) => skips.get(line.symbol) ?? null, null);
  return { type: 'planned', plan };
}

function wantedQuantity(entry: Recommendation, line: BookLine): Decimal {
  if (entry.quantity !== undefined) return entry.quantity;
  if (entry.notional === undefined || line.price.lte(ZERO)) return ZERO;
  return entry.notional.div(line.price);
}

function lotsIn(quantity: Decimal, lot: Decimal): bigint {
  return BigInt(roundDownToLot(quantity, lot).div(lot).times(ONE).toFixed(0));
}

function skipReason(
  book: Book,
  policy: RebalancePolicy,
  line: BookLine,
  side: 'buy' | 'sell',
  count: bigint,
  value: bigint,
): SkippedTrade['reason'] | null {
  if (line.lock !== null) return line.lock;
  if (side === 'sell' && (policy.mode === 'buy_only' || policy.contribution !== null)) {
    return 'buy_only';
  }
  if (side === 'buy' && policy.mode === 'sell_only') return 'sell_only';
  if (count === 0n) return 'below_one_lot';
  return value < book.minimumTrade ? 'below_minimum_trade' : null;
}
