import type { AccountSettings } from '../core/account.ts';
import type { Check } from '../core/check.ts';
import type { RealisedGains } from '../core/compliance/realised-gains.ts';
import type { SkippedLeg } from '../core/plan-types.ts';
import type { Proposal } from '../core/proposal.ts';
import { compose, context, fields, heading, left, right, table, text } from './blocks.ts';
import {
  formatCount,
  formatMoney,
  formatPrice,
  formatQuantity,
  formatPercent,
  formatShortPercent,
  listSome,
  SEPARATOR,
  shortId,
} from './format.ts';
import { gainsSentence, gainsTable } from './gains.ts';
import type { Block, Message } from './message.ts';
import { legsTable } from './plan-blocks.ts';
import { plain } from './plain.ts';
import { describeOrders, describePolicy } from './policy.ts';
import { accountTimeZone, formatMoment } from './time.ts';
import { orderWords, sideTone, sideWord, skipReasonWords, venue } from './words.ts';

/** Everything behind a proposal: the book and prices it was made from, the rules, and what its digest covers. */
export function presentDetails(input: {
  readonly proposal: Proposal;
  readonly account: AccountSettings;
  readonly checks?: readonly Check[] | undefined;
  /** What the sells would realise, lot by lot; null or left out where that is nobody's question. */
  readonly gains?: RealisedGains | null | undefined;
  readonly now: Temporal.Instant;
}): Message {
  const { proposal } = input;
  const checks = input.checks ?? [];
  const { snapshot, plan } = proposal;
  const gains = gainsSentence(input.gains ?? null);
  const timeZone = accountTimeZone(input.account);
  const moment = (instant: Temporal.Instant): string => formatMoment(instant, timeZone, input.now);
  const head = ['Details', shortId(proposal.id)].join(SEPARATOR);
  const envelope = `Approvals hold while each traded price stays within ${formatShortPercent(proposal.envelope.priceTolerance)} of the one below and cash and positions do not change.`;
  const digest = `Digest ${proposal.digest}, over the orders, this snapshot, the targets and the policy.`;
  const quotes = new Map(snapshot.quotes.map((quote) => [quote.symbol, quote]));
  const held = new Map(snapshot.positions.map((position) => [position.symbol, position]));
  const symbols = [...new Set([...held.keys(), ...quotes.keys()])].toSorted();
  return compose(
    [
      `${head}: ${proposal.account} at ${venue(proposal)}, ${formatMoney(plan.totalValue)} in ${formatCount(snapshot.positions.length, 'position')} and cash, as of ${moment(snapshot.takenAt)}.`,
      ...describePolicy(proposal.policy),
      envelope,
      digest,
    ],
    [
      heading(head),
      fields([
        { label: 'Account', value: `${proposal.account}, ${venue(proposal)}` },
        { label: 'Book as of', value: moment(snapshot.takenAt) },
        { label: 'Value', value: formatMoney(plan.totalValue) },
        { label: 'Cash', value: formatMoney(snapshot.balance.cash) },
        { label: 'Buying power', value: formatMoney(snapshot.balance.buyingPower) },
        { label: 'Cash buffer', value: formatMoney(plan.cashBuffer) },
      ]),
      table(
        'The book and its prices',
        [left('Symbol'), right('Held'), right('Cost'), right('Price'), left('Price made')],
        symbols.map((symbol) => {
          const quote = quotes.get(symbol);
          const position = held.get(symbol);
          return [
            plain(symbol, 24),
            position === undefined ? '0' : formatQuantity(position.quantity),
            position === undefined || position.costBasis === null
              ? '-'
              : formatMoney(position.costBasis),
            quote === undefined || quote.price === null
              ? { text: 'none', tone: 'caution' as const }
              : formatPrice(quote.price),
            quote === undefined ? '-' : moment(quote.at),
          ];
        }),
      ),
      legsTable(plan, null),
      gainsTable(input.gains ?? null, plan, input.now),
      gains === '' ? null : text(gains),
      skippedTable(plan.skipped),
      snapshot.openOrders.length === 0
        ? null
        : text(
            `Working at the broker then: ${listSome(
              snapshot.openOrders.map((order) =>
                orderWords({ ...order, quantity: order.remainingQuantity }),
              ),
              20,
            )}`,
          ),
      text([...describePolicy(proposal.policy), describeOrders(input.account.orders)].join('\n')),
      checks.length === 0
        ? null
        : table(
            'Checks',
            [left('Check'), left('Result'), left('Finding')],
            checks.map((check) => [
              plain(check.name, 60),
              {
                text: check.result,
                tone:
                  check.result === 'passed'
                    ? 'good'
                    : check.result === 'warned'
                      ? 'caution'
                      : 'bad',
              },
              plain(check.detail, 200),
            ]),
          ),
      text(envelope),
      context(digest),
    ],
  );
}

function skippedTable(skipped: readonly SkippedLeg[]): Block | null {
  if (skipped.length === 0) return null;
  return table(
    'Off target and not traded',
    [left('Side'), left('Skipped'), right('Notional'), right('Weight (target)'), left('Why')],
    skipped.map((leg) => [
      { text: sideWord(leg.side), tone: sideTone(leg.side) },
      plain(leg.symbol, 24),
      formatMoney(leg.notional),
      `${formatPercent(leg.weight)} (${formatShortPercent(leg.targetWeight)})`,
      skipReasonWords(leg.reason),
    ]),
  );
}
