import type { EnvelopeBreach } from '../core/envelope.ts';
import { alert, compose } from './blocks.ts';
import {
  formatMoney,
  formatQuantity,
  formatShortPercent,
  formatSignedPercent,
  listSome,
  shortId,
} from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';

/** One way in which the world left what was approved: `AAPL +2.3% (limit 1%)`. */
export function describeBreach(breach: EnvelopeBreach): string {
  switch (breach.type) {
    case 'price_moved':
      return `${plain(breach.symbol, 24)} ${formatSignedPercent(breach.move, 1)} (limit ${formatShortPercent(breach.tolerance)})`;
    case 'price_missing':
      return `${plain(breach.symbol, 24)} has no price now`;
    case 'not_tradable':
      return `${plain(breach.symbol, 24)} cannot be traded now`;
    case 'position_changed':
      return `${plain(breach.symbol, 24)} was ${formatQuantity(breach.before)} shares, is ${formatQuantity(breach.now)}`;
    case 'cash_changed':
      return `cash was ${formatMoney(breach.before)}, is ${formatMoney(breach.now)}`;
    case 'open_order':
      return `another order of ${plain(breach.symbol, 24)} is working at the broker`;
  }
}

/** The same as a sentence for the record: `The book moved since this was proposed: AAPL +2.3% (limit 1%).` */
export function supersededOutcome(breaches: readonly EnvelopeBreach[]): string {
  return `The book moved since this was proposed: ${listSome(breaches.map(describeBreach), 6)}.`;
}

/** What the one who approved is told when the book had moved. */
export function presentSuperseded(input: {
  readonly proposalId: string;
  readonly account: string;
  readonly breaches: readonly EnvelopeBreach[];
  /** The fresh proposal; null when there is nothing to do any more or none could be made. */
  readonly replacementId: string | null;
}): Message {
  const next =
    input.replacementId === null
      ? `No fresh proposal was made; /rebalance ${plain(input.account, 40)} looks again.`
      : `A fresh proposal is below: ${shortId(input.replacementId)}.`;
  const words = `${shortId(input.proposalId)} is superseded. ${supersededOutcome(input.breaches)} Nothing was traded. ${next} Approvals were not carried over.`;
  return compose([words], [alert('caution', words)]);
}
