import type { Check } from '../check.ts';
import { failed, passed } from '../check.ts';
import { decimalFromInteger, maximum, sum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import {
  formatAmount,
  formatCount,
  formatMoney,
  formatQuantity,
  formatShortPercent,
} from '../format.ts';
import type { DayLimits, SharedLimits } from '../guardrail-settings.ts';
import { mostNotional, mostPlanNotional } from '../most-notional.ts';
import type { CheckFacts } from './check-facts.ts';
import type { OrderDenial } from './order-checks.ts';

/** What was traded, or is reserved by an approval, in the running day of the exchange. */
export interface DayUsage {
  readonly notional: Decimal;
  readonly orders: number;
}

export const NO_USAGE: DayUsage = { notional: ZERO, orders: 0 };

/** What the limits look at besides the proposal, which is itself in none of these figures. */
export interface LimitFacts {
  readonly shared: SharedLimits;
  readonly account: DayUsage;
  readonly allAccounts: DayUsage;
  /** The people whose vote the proposal has or is about to have. */
  readonly people: readonly { readonly name: string; readonly usage: DayUsage }[];
}

/** One limit, how much of it is used, and how much a proposal would use. */
export interface LimitUse {
  readonly rule: string;
  /** `account`, `turnover`, `all accounts`, or the person's name. */
  readonly name: string;
  /** What a sentence says behind the limit: nothing of the account's own, or ` for all accounts`. */
  readonly of: string;
  /** Where it is written in portfolios.yaml. */
  readonly setting: string;
  readonly unit: 'money' | 'orders';
  readonly limit: Decimal;
  readonly used: Decimal;
}

/**
 * Every limit that is set and what this proposal would do to it, its orders counted at the limit prices
 * that would be sent. A limit that is not set is not listed.
 */
export function checkLimits(facts: CheckFacts): readonly Check[] {
  const { plan } = facts.proposal;
  const added: DayUsage = {
    notional: mostPlanNotional(plan, facts.account.orders),
    orders: plan.legs.length,
  };
  return [
    ...checkOrderNotional(facts),
    ...checkOrderVolume(facts),
    ...dayLimitUses({ ...facts, totalValue: plan.totalValue }).map((use) =>
      checkDayLimit(use, added),
    ),
  ];
}

/** The limits of the day that hold for a proposal, with what is used of each. Also what `/limits` shows. */
export function dayLimitUses(facts: {
  readonly account: CheckFacts['account'];
  readonly limits: LimitFacts;
  /** What the account is worth; null when that is not known, and the turnover is then left out. */
  readonly totalValue: Decimal | null;
}): readonly LimitUse[] {
  const { account, limits, totalValue } = facts;
  const own = account.limits;
  const where = `limits.%s of ${account.name}`;
  const turnover =
    own.dayTurnover === null || totalValue === null ? null : totalValue.times(own.dayTurnover);
  return [
    ...usesOf('limit', { name: 'account', of: '' }, where, own, limits.account),
    ...(turnover === null
      ? []
      : [
          {
            rule: 'limit.day_turnover',
            name: 'turnover',
            of: ' of turnover',
            setting: where.replace('%s', 'dayTurnover'),
            unit: 'money' as const,
            limit: turnover,
            used: limits.account.notional,
          },
        ]),
    ...usesOf(
      'limit.all_accounts',
      { name: 'all accounts', of: ' for all accounts' },
      'limits.allAccounts.%s',
      limits.shared.allAccounts,
      limits.allAccounts,
    ),
    ...limits.people.flatMap(({ name, usage }) =>
      usesOf(
        'limit.person',
        { name, of: ` of ${name}` },
        'limits.eachPerson.%s',
        limits.shared.eachPerson,
        usage,
      ),
    ),
  ];
}

function usesOf(
  rule: string,
  whose: Pick<LimitUse, 'name' | 'of'>,
  setting: string,
  limits: DayLimits,
  usage: DayUsage,
): readonly LimitUse[] {
  const uses: LimitUse[] = [];
  if (limits.dayNotional !== null) {
    uses.push({
      rule: `${rule}.day_notional`,
      ...whose,
      setting: setting.replace('%s', 'dayNotional'),
      unit: 'money',
      limit: limits.dayNotional,
      used: usage.notional,
    });
  }
  if (limits.dayOrders !== null) {
    uses.push({
      rule: `${rule}.day_orders`,
      ...whose,
      setting: setting.replace('%s', 'dayOrders'),
      unit: 'orders',
      limit: decimalFromInteger(limits.dayOrders),
      used: decimalFromInteger(usage.orders),
    });
  }
  return uses;
}

function checkDayLimit(use: LimitUse, added: DayUsage): Check {
  const asked = use.unit === 'money' ? added.notional : decimalFromInteger(added.orders);
  const left = maximum(use.limit.minus(use.used), ZERO);
  const name = `Limit of the day${use.of}`;
  if (asked.lte(left)) {
    const after = figure(use, left.minus(asked));
    return passed(use.rule, name, `${after} of ${limitWords(use)} left after this`);
  }
  return failed(
    use.rule,
    name,
    `${use.unit === 'money' ? 'up to ' : ''}${figure(use, asked)} asked for, ${figure(use, left)} of ${limitWords(use)} left`,
    `Propose less, wait for the next day of the exchange, or an admin can raise ${use.setting} in portfolios.yaml.`,
  );
}

/**
 * The limit of a day that one more order would go beyond; null when it is within all of them.
 * @param own what its proposal has sent before it, which is in none of the uses.
 * @param most what the order may come to.
 */
export function findDayLimitDenial(
  uses: readonly LimitUse[],
  own: DayUsage,
  most: Decimal,
): OrderDenial | null {
  for (const use of uses) {
    const isMoney = use.unit === 'money';
    const sent = isMoney ? own.notional : decimalFromInteger(own.orders);
    const left = maximum(use.limit.minus(use.used).minus(sent), ZERO);
    const asked = isMoney ? most : decimalFromInteger(1);
    if (asked.lte(left)) continue;
    return {
      code: use.rule,
      reason: `${isMoney ? 'up to ' : ''}${figure(use, asked)} asked for, ${figure(use, left)} of ${limitWords(use)} left (${use.setting})`,
    };
  }
  return null;
}

function figure(use: LimitUse, value: Decimal): string {
  return use.unit === 'money' ? formatMoney(value) : formatCount(Number(value.toFixed()), 'order');
}

function limitWords(use: LimitUse): string {
  return use.unit === 'money'
    ? `today's ${formatAmount(use.limit)} limit${use.of}`
    : `today's limit of ${formatCount(Number(use.limit.toFixed()), 'order')}${use.of}`;
}

function checkOrderNotional({ proposal, account }: CheckFacts): readonly Check[] {
  const limit = account.limits.orderNotional;
  if (limit === null) return [];
  const rule = 'limit.order_notional';
  const name = 'Limit: one order';
  const orders = proposal.plan.legs.map((leg) => ({
    ...leg,
    most: mostNotional(leg, account.orders),
  }));
  const over = orders.filter(({ most }) => most.gt(limit));
  if (over.length === 0) {
    const largest = orders.reduce((most, order) => maximum(most, order.most), ZERO);
    return [
      passed(rule, name, `largest order ${formatMoney(largest)} of at most ${formatAmount(limit)}`),
    ];
  }
  const which = over
    .map(({ side, symbol, most }) => `${side} ${symbol} ${formatMoney(most)}`)
    .slice(0, 5)
    .join(', ');
  return [
    failed(
      rule,
      name,
      `${which}: more than the ${formatAmount(limit)} that one order may be`,
      `Cap it with Adjust, or an admin can raise limits.orderNotional of ${account.name} in portfolios.yaml.`,
    ),
  ];
}

function checkOrderVolume({ proposal, account }: CheckFacts): readonly Check[] {
  const share = account.limits.orderVolumeShare;
  if (share === null) return [];
  const rule = 'limit.order_volume';
  const name = 'Limit: share of daily volume';
  const volumes = new Map(
    proposal.snapshot.quotes.map((quote) => [quote.symbol, quote.averageDailyVolume ?? null]),
  );
  const over: string[] = [];
  let unknown = 0;
  for (const leg of proposal.plan.legs) {
    const volume = volumes.get(leg.symbol) ?? null;
    if (volume === null) {
      unknown += 1;
      continue;
    }
    const most = volume.times(share);
    if (leg.quantity.gt(most)) {
      over.push(
        `${leg.side} ${leg.symbol} ${formatQuantity(leg.quantity)} of at most ${formatQuantity(most)}`,
      );
    }
  }
  if (over.length > 0) {
    return [
      failed(
        rule,
        name,
        `${over.slice(0, 5).join(', ')} (${formatShortPercent(share)} of the average daily volume)`,
        `Cap it with Adjust, or an admin can raise limits.orderVolumeShare of ${account.name} in portfolios.yaml.`,
      ),
    ];
  }
  return [
    passed(
      rule,
      name,
      unknown === 0 ? '' : `the daily volume of ${formatCount(unknown, 'symbol')} is not known`,
    ),
  ];
}

/** What several proposals used together. */
export function addUsage(usages: readonly DayUsage[]): DayUsage {
  return {
    notional: sum(usages.map((usage) => usage.notional)),
    orders: usages.reduce((count, usage) => count + usage.orders, 0),
  };
}
