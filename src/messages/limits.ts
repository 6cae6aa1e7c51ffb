import type { LimitUse } from '../core/checks/limits.ts';
import { ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { compose, context, heading, left, right, table, text } from './blocks.ts';
import {
  capitalize,
  chartPercent,
  formatAmount,
  formatCount,
  formatMoney,
  formatShortPercent,
  SEPARATOR,
} from './format.ts';
import type { Block, Message, Tone } from './message.ts';
import { plain } from './plain.ts';

/** What is used and left of each limit today, as bars. */
export function presentLimits(input: {
  /** Limits of an account, or of all of them together. */
  readonly title: string;
  readonly uses: readonly LimitUse[];
  /** The day of the exchange that they count. */
  readonly day: Temporal.PlainDate;
  /** Limits that hold for each order, in words. */
  readonly perOrder: readonly string[];
}): Message {
  const title = ['Limits', plain(input.title, 40)].join(SEPARATOR);
  const day = `Counted over ${input.day.toString()}, a day of the exchange; approvals reserve their whole plan.`;
  if (input.uses.length === 0 && input.perOrder.length === 0) {
    const none = 'No limits are set. An admin can set them under limits in portfolios.yaml.';
    return compose([`${title}.`, none], [heading(title), text(none)]);
  }
  return compose(
    [
      `${title}:`,
      ...input.uses.map((use) => `${capitalize(nameOf(use))}: ${usedWords(use)}.`),
      ...input.perOrder,
    ],
    [
      heading(title),
      usedChart(input.uses),
      input.uses.length === 0
        ? null
        : table(
            'Limits of the day',
            [left('Which'), right('Used'), right('Used'), right('Left'), right('Limit')],
            input.uses.map((use) => [
              plain(capitalize(nameOf(use)), 60),
              { text: formatShortPercent(share(use)), tone: toneOf(use) },
              figure(use, use.used),
              figure(use, leftOf(use)),
              figure(use, use.limit),
            ]),
          ),
      input.perOrder.length === 0 ? null : text(input.perOrder.join('\n')),
      context(day),
    ],
  );
}

/** `$24,310 of $50,000 used, $25,690 left`. */
function usedWords(use: LimitUse): string {
  return `${figure(use, use.used)} of ${figure(use, use.limit)} used, ${figure(use, leftOf(use))} left`;
}

function figure(use: LimitUse, value: Decimal): string {
  if (use.unit === 'orders') return formatCount(Number(value.toFixed()), 'order');
  return value.eq(use.limit) ? formatAmount(value) : formatMoney(value);
}

function leftOf(use: LimitUse): Decimal {
  const rest = use.limit.minus(use.used);
  return rest.lt(ZERO) ? ZERO : rest;
}

/** A limit of nothing is always used up. */
function share(use: LimitUse): Decimal {
  return use.limit.gt(ZERO) ? use.used.div(use.limit) : use.used.plus('1');
}

/** `turnover`, `Ben, orders`: a chart's label has room for 20 characters. */
function nameOf({ name, unit }: LimitUse): string {
  return unit === 'orders' ? `${name}, orders` : name;
}

/** How much of each limit is used; charts have room for 20 categories. */
function usedChart(uses: readonly LimitUse[]): Block | null {
  if (uses.length === 0) return null;
  const shown = uses.slice(0, 20);
  return {
    type: 'chart',
    title: 'Used today',
    kind: 'bar',
    unit: '%',
    categories: shown.map((use) => plain(capitalize(nameOf(use)), 20)),
    series: [{ name: 'Used', values: shown.map((use) => chartPercent(share(use))) }],
  };
}

function toneOf(use: LimitUse): Tone {
  const used = share(use);
  if (used.gte('1')) return 'bad';
  return used.gte('0.8') ? 'caution' : 'good';
}
