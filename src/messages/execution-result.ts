import { ZERO } from '../core/decimal.ts';
import type { Order } from '../core/order.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { alert, fields, left, right, table, text } from './blocks.ts';
import type { ExecutionFigures, LegFigures } from './execution-figures.ts';
import { isWorking } from './execution-figures.ts';
import { endWords } from './execution-progress.ts';
import {
  capitalize,
  formatBasisPoints,
  formatCount,
  formatMoney,
  formatPrice,
  formatQuantity,
  sentence,
  shortHash,
  shortId,
} from './format.ts';
import type { Block } from './message.ts';
import { driftChange, legsTable, planFields } from './plan-blocks.ts';
import { plain } from './plain.ts';
import type { ExecutionFacts } from './proposal.ts';
import { formatBetween } from './time.ts';
import { brokerName, sideTone, sideWord } from './words.ts';

/** So many orders that were not filled are told one by one; the table shows all. */
const MOST_PROBLEMS = 6;

/** What came of an execution: the figures, then whatever was not filled and what to do about it. */
export function executionResult(input: {
  readonly record: ProposalRecord;
  readonly broker: string;
  readonly orders: readonly Order[];
  readonly figures: ExecutionFigures;
  readonly execution: ExecutionFacts | null;
}): {
  readonly sentences: readonly string[];
  readonly blocks: readonly (Block | null)[];
  /** ` in 41 s`, or empty where the times are not known. */
  readonly duration: string;
  /** `Audit rows 812..846, head 9c1e77d0.`, or empty. */
  readonly audit: string;
} {
  const { record, figures, execution } = input;
  const { plan } = record.proposal;
  const finishedAt = execution?.finishedAt ?? record.finishedAt;
  const drift =
    execution === null || execution.driftAfterActual === null
      ? null
      : driftChange(plan, execution.driftAfterActual);
  const filled = `${figures.filledLegs} of ${formatCount(plan.legs.length, 'order')}`;
  const traded = formatMoney(figures.notional);
  const slippage = slippageWords(figures);
  const fees = formatMoney(figures.fees);
  const nothingSent = input.orders.length === 0;
  const outcome =
    record.outcome === null || record.status === 'executed'
      ? []
      : [sentence(plain(record.outcome, 400))];
  const problems = nothingSent
    ? [['Nothing was sent.', ...outcome].join(' ')]
    : [...unfilled(input), ...outcome];
  const cut = figures.legs.filter(isCut).map(cutWords);
  const next = record.status === 'executed' ? [] : [whatNow(input)];
  return {
    sentences: [
      drift === null ? '' : `Drift ${drift}.`,
      nothingSent ? '' : `${filled} filled. ${traded} traded, slippage ${slippage}, fees ${fees}.`,
      ...problems,
      ...cut,
      ...next,
      auditWords(execution),
    ],
    blocks: [
      ...problems.map((problem) => alert(record.status === 'failed' ? 'bad' : 'caution', problem)),
      ...next.map((words) => alert('neutral', words)),
      nothingSent
        ? planFields(plan)
        : fields([
            ...(drift === null ? [] : [{ label: 'Drift', value: drift }]),
            { label: 'Filled', value: filled },
            { label: 'Traded', value: traded },
            {
              label: 'Slippage',
              value: slippage,
              tone: figures.slippage.lt(ZERO) ? 'caution' : 'good',
            },
            { label: 'Fees', value: fees },
          ]),
      nothingSent ? legsTable(plan, null) : fillsTable(figures),
      cut.length === 0 ? null : text(cut.join('\n')),
    ],
    duration:
      execution === null || finishedAt === null
        ? ''
        : ` in ${formatBetween(execution.startedAt, finishedAt)}`,
    audit: auditWords(execution),
  };
}

function unfilled(input: {
  readonly broker: string;
  readonly figures: ExecutionFigures;
  readonly execution: ExecutionFacts | null;
}): readonly string[] {
  const legs = input.figures.legs.filter((entry) => entry.state !== 'filled');
  const told = legs.slice(0, MOST_PROBLEMS).map((entry) => problemWords(entry, input));
  const rest = legs.length - told.length;
  return rest === 0
    ? told
    : [...told, `${formatCount(rest, 'more order')} ${rest === 1 ? 'was' : 'were'} not filled.`];
}

/** `+1.4 bp ($3.41 in our favour)`. */
function slippageWords(figures: ExecutionFigures): string {
  const { slippage } = figures;
  if (slippage.eq(ZERO)) return 'none';
  const amount = `${formatMoney(slippage.abs())} ${slippage.gt(ZERO) ? 'in our favour' : 'against us'}`;
  return `${formatBasisPoints(figures.slippageBasisPoints)} (${amount})`;
}

function fillsTable(figures: ExecutionFigures): Block | null {
  if (figures.legs.length === 0) return null;
  return table(
    'What was filled',
    [
      left('Side'),
      left('Symbol'),
      right('Filled'),
      right('Price'),
      right('Proposed at'),
      right('Notional'),
    ],
    figures.legs.map((entry) => {
      const whole = entry.state === 'filled' && !isCut(entry);
      const filled = formatQuantity(entry.filled);
      return [
        { text: sideWord(entry.leg.side), tone: sideTone(entry.leg.side) },
        plain(entry.leg.symbol, 24),
        whole
          ? filled
          : {
              text: `${filled} of ${formatQuantity(entry.leg.quantity)}`,
              tone: 'caution' as const,
            },
        entry.averagePrice === null ? '-' : formatPrice(entry.averagePrice),
        formatPrice(entry.leg.referencePrice),
        formatMoney(entry.notional),
      ];
    }),
  );
}

/** Whether an order filled that had been made smaller than its leg, since the cash did not pay for all of it. */
function isCut(entry: LegFigures): boolean {
  return entry.state === 'filled' && entry.remaining.gt(ZERO);
}

/** `BUY MSFT 21 of 22: cut to what the cash paid for.` */
function cutWords({ leg, filled }: LegFigures): string {
  return `${sideWord(leg.side)} ${plain(leg.symbol, 24)} ${formatQuantity(filled)} of ${formatQuantity(leg.quantity)}: cut to what the cash paid for.`;
}

/** `BUY GOOG 7: rejected by Alpaca: insufficient buying power (40310000). Cash is $812.40, $3,921.33 was needed.` */
function problemWords(
  entry: LegFigures,
  input: { readonly broker: string; readonly execution: ExecutionFacts | null },
): string {
  const { leg } = entry;
  const start = `${sideWord(leg.side)} ${plain(leg.symbol, 24)} ${formatQuantity(leg.quantity)}`;
  const part = entry.filled.gt(ZERO) ? `${formatQuantity(entry.filled)} filled, then ` : '';
  const end =
    entry.state === 'ended'
      ? endWords(entry, input.broker)
      : entry.state === 'unknown'
        ? `no answer came from ${brokerName(input.broker)}`
        : entry.state === 'waiting' || entry.state === 'waiting_for_proceeds'
          ? 'not sent'
          : 'still working';
  const cash = input.execution?.cash ?? null;
  const price = entry.order?.intent.limitPrice ?? leg.referencePrice;
  const shortOfCash = leg.side === 'buy' && entry.order?.status === 'rejected' && cash !== null;
  const needed = entry.remaining.times(price);
  const money =
    shortOfCash && needed.gt(cash)
      ? ` Cash is ${formatMoney(cash)}, ${formatMoney(needed)} was needed.`
      : '';
  return `${start}: ${part}${end.replace(/\.$/u, '')}.${money}`;
}

function whatNow(input: {
  readonly record: ProposalRecord;
  readonly broker: string;
  readonly orders: readonly Order[];
}): string {
  const { account } = input.record.proposal;
  const working = input.orders.filter(isWorking).length;
  const at = brokerName(input.broker);
  const still =
    working === 0
      ? `Nothing is working at ${at}.`
      : `${capitalize(formatCount(working, 'order'))} of ${shortId(input.record.proposal.id)} still ${working === 1 ? 'works' : 'work'} at ${at}.`;
  return `What now: /rebalance ${account} makes a fresh proposal from today's book. ${still}`;
}

function auditWords(execution: ExecutionFacts | null): string {
  if (execution === null || execution.audit === null) return '';
  const { first, last, head } = execution.audit;
  const rows = first === last ? `Audit row ${first}` : `Audit rows ${first}..${last}`;
  return `${rows}, head ${shortHash(head)}.`;
}
