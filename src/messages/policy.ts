import type { OrderSettings } from '../core/account.ts';
import { ONE } from '../core/decimal.ts';
import type { RebalancePolicy } from '../core/policy.ts';
import {
  formatCount,
  formatAmount,
  formatQuantity,
  formatShortPercent,
  joinNames,
  listSome,
} from './format.ts';
import { plain } from './plain.ts';

/** `5%`, `25% of the target`, `5% or 25% of the target`, `none`. Absolute bands are shares of the account. */
export function describeBand(band: RebalancePolicy['toleranceBand']): string {
  const edges = [
    band.absolute === null ? null : formatShortPercent(band.absolute),
    band.relative === null ? null : `${formatShortPercent(band.relative)} of the target`,
  ].filter((edge) => edge !== null);
  return edges.length === 0 ? 'none' : edges.join(' or ');
}

function bandSentence(band: RebalancePolicy['toleranceBand']): string {
  return band.absolute === null && band.relative === null
    ? 'No tolerance band: every deviation counts.'
    : `Tolerance band: ${describeBand(band)}, up or down.`;
}

/** An account's rebalancing policy in sentences, one a rule. */
export function describePolicy(policy: RebalancePolicy): readonly string[] {
  const { cashBuffer, lots } = policy;
  const sentences = [
    bandSentence(policy.toleranceBand),
    policy.rebalanceTo === 'target'
      ? 'What leaves its band is brought back to its target.'
      : "What leaves its band is brought back to the band's edge.",
    cashBuffer.type === 'amount'
      ? `Cash buffer: ${formatAmount(cashBuffer.amount)} is kept out of every plan.`
      : `Cash buffer: ${formatShortPercent(cashBuffer.share)} of the account is kept out of every plan.`,
    `Minimum trade: ${formatAmount(policy.minimumTrade)}.`,
    lots.default.eq(ONE) ? 'Whole shares.' : `Lots of ${formatQuantity(lots.default)} shares.`,
  ];
  if (lots.bySymbol.length > 0) {
    const exceptions = lots.bySymbol.map(
      (entry) => `${plain(entry.symbol, 24)} ${formatQuantity(entry.lot)}`,
    );
    sentences.push(`Lots of their own: ${listSome(exceptions, 10)}.`);
  }
  if (policy.mode === 'buy_only') sentences.push('Buys only: nothing is sold.');
  if (policy.mode === 'sell_only') sentences.push('Sells only: nothing is bought.');
  if (policy.contribution !== null) {
    sentences.push(
      `Only ${formatAmount(policy.contribution)} of new cash is spent, on what is under its target first.`,
    );
  }
  if (policy.untouchable.length > 0) {
    const symbols = policy.untouchable.map((symbol) => plain(symbol, 24));
    sentences.push(`Never traded: ${joinNames(symbols)}.`);
  }
  const restricted = policy.restricted ?? [];
  if (restricted.length > 0) {
    const symbols = restricted.map((symbol) => plain(symbol, 24));
    sentences.push(`On the restricted list, and so never traded: ${joinNames(symbols)}.`);
  }
  if (policy.borrowing === true) {
    sentences.push('A ready-made list may buy with borrowed money, up to the buying power.');
  }
  if (policy.cooldownDays > 0) {
    sentences.push(
      `A symbol rests for ${formatCount(policy.cooldownDays, 'day')} after it was traded.`,
    );
  }
  return sentences;
}

/** How an account's orders are sent, in a sentence. */
export function describeOrders(orders: OrderSettings): string {
  return orders.orderType === 'market'
    ? 'Market orders, good for the day.'
    : `Limit orders, good for the day, at most ${formatQuantity(orders.collarBasisPoints)} bp beyond the price.`;
}
