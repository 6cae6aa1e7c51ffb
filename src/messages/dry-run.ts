import type { AccountSettings } from '../core/account.ts';
import type { Check } from '../core/check.ts';
import type { RealisedGains } from '../core/compliance/realised-gains.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Plan } from '../core/plan-types.ts';
import { alert, compose, context, heading, text } from './blocks.ts';
import { checkBlocks, checksSentence } from './checks.ts';
import { SEPARATOR } from './format.ts';
import { gainsSentence } from './gains.ts';
import type { Message } from './message.ts';
import {
  driftChange,
  legsInWords,
  legsTable,
  ordersWithNotional,
  planChart,
  planFields,
  skippedText,
  warningWords,
} from './plan-blocks.ts';
import { plain } from './plain.ts';
import { describeOrders } from './policy.ts';
import { accountTimeZone, formatMoment } from './time.ts';
import { venue } from './words.ts';

/** What would be proposed, without proposing it. */
export function presentDryRun(input: {
  readonly account: AccountSettings;
  readonly plan: Plan;
  readonly checks: readonly Check[];
  /** What the sells would realise; null or left out where that is nobody's question. */
  readonly gains?: RealisedGains | null | undefined;
  readonly now: Temporal.Instant;
  readonly priceNote?: string | undefined;
  readonly limitPrices?: ReadonlyMap<number, Decimal> | undefined;
}): Message {
  const { account, plan } = input;
  const gains = gainsSentence(input.gains ?? null);
  const timeZone = accountTimeZone(account);
  const head = [`Rebalance ${account.name}`, venue(account), 'dry run'].join(SEPARATOR);
  const closing = `Nothing was proposed or sent. As of ${formatMoment(input.now, timeZone, input.now)}. Without --dry-run this becomes a proposal.`;
  return compose(
    [
      `${head}: ${ordersWithNotional(plan)}: ${legsInWords(plan.legs)}.`,
      `Drift ${driftChange(plan)}.`,
      gains,
      checksSentence(input.checks),
      closing,
    ],
    [
      heading(head),
      planFields(plan),
      planChart(plan),
      legsTable(plan, input.limitPrices ?? null),
      context([describeOrders(account.orders), plain(input.priceNote ?? '', 200)].join(' ').trim()),
      skippedText(plan),
      gains === '' ? null : text(gains),
      ...plan.warnings.map((warning) => alert('caution', warningWords(warning, timeZone))),
      ...checkBlocks(input.checks),
      context(closing),
    ],
  );
}
