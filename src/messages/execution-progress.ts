import type { ProposalRecord } from '../core/proposal.ts';
import type { ExecutionFigures, LegFigures } from './execution-figures.ts';
import { capitalize, formatMoney, formatPrice, formatQuantity, listSome } from './format.ts';
import type { Block } from './message.ts';
import { plain } from './plain.ts';
import { haltButtons } from './proposal-buttons.ts';
import { brokerName, orderStatusWord, sideWord } from './words.ts';

type Step = Extract<Block, { type: 'progress' }>['steps'][number];

/** How an execution runs: a step a leg, how far it is, and the Halt button. */
export function executionProgress(input: {
  readonly record: ProposalRecord;
  readonly broker: string;
  readonly figures: ExecutionFigures;
}): { readonly sentence: string; readonly blocks: readonly (Block | null)[] } {
  const { figures } = input;
  const counts = [
    figures.sells.count === 0 ? null : `sells ${figures.sells.filled}/${figures.sells.count} done`,
    figures.buys.count === 0 ? null : `buys ${figures.buys.filled}/${figures.buys.count} done`,
  ].filter((part) => part !== null);
  const label = `${counts.join(', ')}, ${figures.percent}% of notional`;
  const capitalized = capitalize(label);
  return {
    sentence: `${capitalized}: ${listSome(
      figures.legs.map((entry) => stepWords(entry, input.broker)),
      8,
    )}.`,
    blocks: [
      {
        type: 'progress',
        percent: figures.percent,
        label: capitalized,
        steps: figures.legs.map((entry) => legStep(entry, input.broker)),
      },
      haltButtons(input.record),
    ],
  };
}

/** `SELL AAPL 42 @ $223.08 filled`. */
function stepWords(entry: LegFigures, broker: string): string {
  return `${legTitle(entry)} ${legDetail(entry, broker)}`;
}

function legStep(entry: LegFigures, broker: string): Step {
  return {
    id: `leg-${entry.leg.number}`,
    title: legTitle(entry),
    detail: legDetail(entry, broker),
    status: stepStatus(entry),
  };
}

/** `SELL AAPL 42 @ $223.08`, `BUY IBM 20 of 61 @ $125.38`, `BUY GOOG 7`. */
function legTitle(entry: LegFigures): string {
  const { leg } = entry;
  const start = `${sideWord(leg.side)} ${plain(leg.symbol, 24)}`;
  const quantity = formatQuantity(leg.quantity);
  if (entry.averagePrice === null) return `${start} ${quantity}`;
  const filled = formatQuantity(entry.filled);
  const amount = filled === quantity ? quantity : `${filled} of ${quantity}`;
  return `${start} ${amount} @ ${formatPrice(entry.averagePrice)}`;
}

/** What the leg is doing, or why it ended short. */
function legDetail(entry: LegFigures, broker: string): string {
  switch (entry.state) {
    case 'waiting':
      return 'not sent yet';
    case 'waiting_for_proceeds':
      return `waits for ${formatMoney(entry.leg.notional)} of sale proceeds`;
    case 'working':
      return entry.order?.status === 'submitted'
        ? `sent to ${brokerName(broker)}`
        : `working at ${brokerName(broker)}`;
    case 'partially_filled':
      return `${formatQuantity(entry.remaining)} still working at ${brokerName(broker)}`;
    case 'unknown':
      return `no answer from ${brokerName(broker)}: asking, nothing is sent again until it is known`;
    case 'filled':
      return 'filled';
    case 'ended':
      return endWords(entry, broker);
  }
}

/** `rejected by Alpaca: insufficient buying power (40310000)`. */
export function endWords(entry: LegFigures, broker: string): string {
  const { order } = entry;
  if (order === null) return 'not sent';
  const code = order.reasonCode === null ? '' : ` (${plain(order.reasonCode, 40)})`;
  const reason = order.reason === null ? '' : `: ${plain(order.reason, 200)}${code}`;
  const by = order.status === 'rejected' ? ` by ${brokerName(broker)}` : '';
  return `${orderStatusWord(order.status)}${by}${reason}`;
}

function stepStatus(entry: LegFigures): Step['status'] {
  switch (entry.state) {
    case 'waiting':
    case 'waiting_for_proceeds':
      return 'waiting';
    case 'working':
    case 'partially_filled':
    case 'unknown':
      return 'running';
    case 'filled':
      return 'done';
    case 'ended':
      return 'failed';
  }
}
