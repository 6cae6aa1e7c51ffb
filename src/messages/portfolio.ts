import type { AccountSettings } from '../core/account.ts';
import type { Decimal } from '../core/decimal.ts';
import { ZERO } from '../core/decimal.ts';
import type { Position, Snapshot } from '../core/portfolio.ts';
import type { Halt } from '../ports/store.ts';
import type { ActualWeight, Cell } from './blocks.ts';
import {
  alert,
  compose,
  context,
  fields,
  heading,
  left,
  right,
  table,
  text,
  weightsChart,
} from './blocks.ts';
import {
  formatCount,
  formatMoney,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatShortPercent,
  formatSignedMoney,
  SEPARATOR,
  shortId,
} from './format.ts';
import { haltWords } from './halt.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { describeBand } from './policy.ts';
import { accountTimeZone, formatMoment } from './time.ts';
import { brokerName, venue } from './words.ts';

export interface PortfolioInput {
  readonly account: AccountSettings;
  readonly snapshot: Snapshot;
  /** Weights as planning sees them: fractions of the investable value. */
  readonly weights: readonly ActualWeight[];
  readonly drift: Decimal;
  /** Positions at their prices plus cash. */
  readonly totalValue: Decimal;
  readonly now: Temporal.Instant;
  readonly pendingProposalIds?: readonly string[] | undefined;
  readonly halt?: { readonly halt: Halt; readonly byName: string } | undefined;
  readonly priceNote?: string | undefined;
  /** The record has not been compared with the broker since the start. */
  readonly isUncompared?: boolean | undefined;
}

/** What an account holds, what it is worth and how far it is from its targets. */
export function presentPortfolio(input: PortfolioInput): Message {
  const { account, snapshot } = input;
  const timeZone = accountTimeZone(account);
  const value = formatMoney(input.totalValue);
  const head = [account.name, venue(account), value].join(SEPARATOR);
  const drift = `${formatPercent(input.drift)} (band ${describeBand(account.policy.toleranceBand)})`;
  const cash = formatMoney(snapshot.balance.cash);
  const prices = new Map(snapshot.quotes.map((quote) => [quote.symbol, quote.price]));
  const weights = new Map(input.weights.map((row) => [row.symbol, row]));
  const rows = snapshot.positions
    .map((position) => ({ position, value: marketValue(position, prices) }))
    .toSorted(
      (a, b) =>
        (b.value ?? ZERO).cmp(a.value ?? ZERO) || (a.position.symbol < b.position.symbol ? -1 : 1),
    )
    .map(({ position, value: worth }): readonly (Cell | string)[] => {
      const price = prices.get(position.symbol) ?? null;
      return [
        plain(position.symbol, 24),
        formatQuantity(position.quantity),
        price === null ? { text: 'no price', tone: 'caution' } : formatPrice(price),
        worth === null ? '-' : formatMoney(worth),
        weightCell(weights.get(position.symbol)),
        gainCell(position, worth),
      ];
    });
  const absent = input.weights
    .filter(
      (row) =>
        row.targetWeight.gt(ZERO) &&
        !snapshot.positions.some((position) => position.symbol === row.symbol),
    )
    .map((row): readonly (Cell | string)[] => {
      const price = prices.get(row.symbol) ?? null;
      return [
        plain(row.symbol, 24),
        '0',
        price === null ? '-' : formatPrice(price),
        formatMoney(ZERO),
        weightCell(row),
        '-',
      ];
    });
  const working = snapshot.openOrders.length;
  const pending = (input.pendingProposalIds ?? []).map(shortId);
  const state = [
    `Pending: ${pending.length === 0 ? 'none' : pending.join(', ')}.`,
    `Orders working: ${working === 0 ? 'none' : working}.`,
  ].join(' ');
  const uncompared =
    input.isUncompared === true
      ? `Evenkeel has just started and has not compared its record with ${brokerName(account.broker)} yet.`
      : null;
  const taken = `As of ${formatMoment(snapshot.takenAt, timeZone, input.now)}. ${plain(input.priceNote ?? '', 200)}`;
  const halted = input.halt === undefined ? null : haltWords(input.halt, timeZone, input.now);
  return compose(
    [
      `${head}, drift ${drift}, cash ${cash}.`,
      `${formatCount(snapshot.positions.length, 'position')}.`,
      halted ?? '',
      uncompared ?? '',
      state,
      taken,
    ],
    [
      heading(head),
      halted === null ? null : alert('bad', halted),
      uncompared === null ? null : text(uncompared),
      fields([
        { label: 'Drift', value: drift },
        { label: 'Cash', value: cash },
        ...(snapshot.balance.settledCash === null
          ? []
          : [{ label: 'Settled cash', value: formatMoney(snapshot.balance.settledCash) }]),
        { label: 'Buying power', value: formatMoney(snapshot.balance.buyingPower) },
      ]),
      weightsChart('Weight now against target', input.weights),
      rows.length + absent.length === 0
        ? text('No positions.')
        : table(
            `Positions of ${account.name}`,
            [
              left('Symbol'),
              right('Quantity'),
              right('Price'),
              right('Value'),
              right('Weight (target)'),
              right('Gain'),
            ],
            [...rows, ...absent],
          ),
      text(state),
      context(taken.trim()),
    ],
  );
}

function marketValue(
  position: Position,
  prices: ReadonlyMap<string, Decimal | null>,
): Decimal | null {
  const price = prices.get(position.symbol) ?? null;
  return price === null ? null : position.quantity.times(price);
}

function weightCell(row: ActualWeight | undefined): string {
  if (row === undefined) return '-';
  const target = row.targetWeight.eq(ZERO) ? 'no target' : formatShortPercent(row.targetWeight);
  return `${formatPercent(row.weight)} (${target})`;
}

function gainCell(position: Position, worth: Decimal | null): Cell | string {
  if (position.costBasis === null || worth === null) return '-';
  const gain = worth.minus(position.costBasis);
  if (gain.eq(ZERO)) return formatSignedMoney(gain);
  return { text: formatSignedMoney(gain), tone: gain.lt(ZERO) ? 'bad' : 'good' };
}
