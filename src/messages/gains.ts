import type { RealisedGains } from '../core/compliance/realised-gains.ts';
import { costOf, isLongTerm } from '../core/compliance/tax-lots.ts';
import { ZERO } from '../core/decimal.ts';
import type { TaxLotMethod } from '../core/guardrail-settings.ts';
import { exchangeDateOf } from '../core/market-calendar.ts';
import type { Plan } from '../core/plan-types.ts';
import { left, right, table } from './blocks.ts';
import { formatMoney, formatQuantity, formatSignedMoney, listSome } from './format.ts';
import type { Block } from './message.ts';
import { plain } from './plain.ts';
import { formatDate } from './time.ts';

const METHODS: Readonly<Record<TaxLotMethod, string>> = {
  fifo: 'FIFO',
  hifo: 'HIFO',
  lowest_gain: 'lowest gain first',
  long_term_first: 'long-term first',
};

/**
 * `Estimated gains: $1,204.00 long, -$310.00 short (HIFO).` Empty when nothing is sold. What is not known
 * is said.
 */
export function gainsSentence(gains: RealisedGains | null): string {
  if (gains === null || gains.legs.length === 0) return '';
  const { longTerm, shortTerm, unknownTerm, unknownCost, method } = gains;
  const parts = [
    ...(longTerm.eq(ZERO) ? [] : [`${formatMoney(longTerm)} long`]),
    ...(shortTerm.eq(ZERO) ? [] : [`${formatMoney(shortTerm)} short`]),
    ...(unknownTerm.eq(ZERO) ? [] : [`${formatMoney(unknownTerm)} held since an unknown day`]),
  ];
  const known = parts.length === 0 && unknownCost.length === 0 ? ['none'] : parts;
  const symbols = unknownCost.map((symbol) => plain(symbol, 24));
  const unknown =
    symbols.length === 0 ? [] : [`not known for ${listSome(symbols, 4)} without a cost basis`];
  return `Estimated gains: ${[...known, ...unknown].join(', ')} (${METHODS[method]}).`;
}

/** The lots that each sell is taken to sell, with the gain of each; null when nothing is sold. */
export function gainsTable(
  gains: RealisedGains | null,
  plan: Plan,
  now: Temporal.Instant,
): Block | null {
  if (gains === null || gains.legs.length === 0) return null;
  const prices = new Map(plan.legs.map((leg) => [leg.number, leg.referencePrice]));
  const today = exchangeDateOf(now);
  const rows = gains.legs.flatMap(({ leg, symbol, parts }) =>
    parts.map((part) => {
      const { boughtOn, outside = false } = part.lot;
      const cost = costOf(part);
      const proceeds = part.quantity.times(prices.get(leg) ?? ZERO);
      const long = isLongTerm(boughtOn, today);
      return [
        plain(symbol, 24),
        formatQuantity(part.quantity),
        boughtOn === null
          ? 'before the record'
          : `${formatDate(boughtOn)}${outside ? ', outside Evenkeel' : ''}`,
        cost === null ? { text: 'not known', tone: 'caution' as const } : formatMoney(cost),
        cost === null
          ? { text: 'not known', tone: 'caution' as const }
          : formatSignedMoney(proceeds.minus(cost)),
        long === null ? 'not known' : long ? 'long' : 'short',
      ];
    }),
  );
  return table(
    'Estimated gains by lot',
    [left('Sold'), right('Quantity'), left('Bought'), right('Cost'), right('Gain'), left('Term')],
    rows,
  );
}
