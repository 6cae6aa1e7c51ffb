import type { Decimal } from '../core/decimal.ts';
import { ZERO } from '../core/decimal.ts';
import type { Leg, Plan, PlanWarning, SkippedLeg } from '../core/plan-types.ts';
import { left, right, table, text, weightsChart } from './blocks.ts';
import {
  ARROW,
  formatAmount,
  formatCount,
  formatMoney,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatShortPercent,
  listSome,
} from './format.ts';
import type { Block } from './message.ts';
import { plain } from './plain.ts';
import { formatInstant } from './time.ts';
import { sideTone, sideWord, skipReasonWords } from './words.ts';

/** So many skipped symbols are named; the rest is in the details. */
const MOST_SKIPPED = 6;

/** `6.8% → 0.3%`. */
export function driftChange(plan: Plan, after: Decimal = plan.driftAfter): string {
  return `${formatPercent(plan.driftBefore)} ${ARROW} ${formatPercent(after)}`;
}

/** `5 orders, $24,310.12`. */
export function ordersWithNotional(plan: Plan): string {
  return `${formatCount(plan.legs.length, 'order')}, ${formatMoney(plan.notional)}`;
}

/** `$1,204.11 (0.5%)`. */
function cashAfter(plan: Plan): string {
  if (plan.totalValue.lte(ZERO)) return formatMoney(plan.cashAfter);
  const share = formatPercent(plan.cashAfter.div(plan.totalValue));
  return `${formatMoney(plan.cashAfter)} (${share})`;
}

/** Drift, turnover, orders and cash of a plan, side by side. */
export function planFields(plan: Plan): Block {
  return {
    type: 'fields',
    fields: [
      { label: 'Drift', value: driftChange(plan) },
      { label: 'Turnover', value: formatPercent(plan.turnover) },
      { label: 'Orders', value: ordersWithNotional(plan) },
      { label: 'Cash after', value: cashAfter(plan) },
    ],
  };
}

/** Target against what is held now, per symbol. */
export function planChart(plan: Plan): Block | null {
  return weightsChart(
    'Weight now against target',
    plan.weights.map((row) => ({
      symbol: row.symbol,
      targetWeight: row.targetWeight,
      weight: row.weightBefore,
    })),
  );
}

/** `38.1% → 30.1% (30%)`. */
function weightChange(leg: Leg): string {
  const before = formatPercent(leg.weightBefore);
  const after = formatPercent(leg.weightAfter);
  return `${before} ${ARROW} ${after} (${formatShortPercent(leg.targetWeight)})`;
}

/**
 * The legs, one a row.
 * @param limitPrices by leg number; null for market orders.
 */
export function legsTable(
  plan: Plan,
  limitPrices: ReadonlyMap<number, Decimal> | null,
): Block | null {
  if (plan.legs.length === 0) return null;
  return table(
    'Proposed orders',
    [
      left('Side'),
      left('Symbol'),
      right('Quantity'),
      right('Price'),
      ...(limitPrices === null ? [] : [right('Limit')]),
      right('Notional'),
      right(`Weight now ${ARROW} after (target)`),
    ],
    plan.legs.map((leg) => [
      { text: sideWord(leg.side), tone: sideTone(leg.side) },
      plain(leg.symbol, 24),
      formatQuantity(leg.quantity),
      formatPrice(leg.referencePrice),
      ...(limitPrices === null ? [] : [limitCell(limitPrices.get(leg.number))]),
      formatMoney(leg.notional),
      weightChange(leg),
    ]),
  );
}

function limitCell(limitPrice: Decimal | undefined): string {
  return limitPrice === undefined ? '-' : formatPrice(limitPrice);
}

/** `SELL 42 AAPL, BUY 61 IBM and 3 more`. */
export function legsInWords(legs: readonly Leg[], most = 8): string {
  const words = legs.map(
    (leg) => `${sideWord(leg.side)} ${formatQuantity(leg.quantity)} ${plain(leg.symbol, 24)}`,
  );
  return listSome(words, most);
}

/** `MSFT (inside its band, 19.6% of 20%)`. */
function skippedWords(skipped: SkippedLeg): string {
  const weight = formatPercent(skipped.weight);
  const target = formatShortPercent(skipped.targetWeight);
  const symbol = plain(skipped.symbol, 24);
  return `${symbol} (${skipReasonWords(skipped.reason)}, ${weight} of ${target})`;
}

/** `Skipped: MSFT (inside its band, 19.6% of 20%)`; null when nothing was. */
export function skippedText(plan: Plan): Block | null {
  if (plan.skipped.length === 0) return null;
  return text(`Skipped: ${listSome(plan.skipped.map(skippedWords), MOST_SKIPPED)}`);
}

/** What an approver should know, in a sentence. */
export function warningWords(warning: PlanWarning, timeZone: string): string {
  switch (warning.type) {
    case 'held_without_target':
      return `${plain(warning.symbol, 24)} is held (${formatMoney(warning.notional)}) but has no target.`;
    case 'not_tradable_target':
      return `${plain(warning.symbol, 24)} has a target of ${formatShortPercent(warning.targetWeight)} but cannot be traded at the broker.`;
    case 'contribution_exceeds_cash':
      return `${formatAmount(warning.requested)} was to be spent, but only ${formatMoney(warning.available)} is there.`;
    case 'cash_below_buffer':
      return `Cash after would be ${formatMoney(warning.cashAfter)}, below the buffer of ${formatMoney(warning.buffer)}.`;
    case 'open_order':
      return `An order of ${plain(warning.symbol, 24)} is already working at the broker.`;
    case 'stale_price':
      return `The price of ${plain(warning.symbol, 24)} is old: it was made ${staleAt(warning.at, timeZone)}.`;
    case 'drift_increases':
      return `This raises the drift from ${formatPercent(warning.driftBefore)} to ${formatPercent(warning.driftAfter)}.`;
  }
}

/** The plan keeps the time as text; one that is not an instant is shown as it is. */
function staleAt(at: string, timeZone: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/u.test(at)
    ? formatInstant(Temporal.Instant.from(at), timeZone)
    : plain(at, 40);
}
