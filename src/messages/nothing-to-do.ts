import type { AccountSettings } from '../core/account.ts';
import type { Plan } from '../core/plan-types.ts';
import { alert, compose, context, fields, heading, weightsChart } from './blocks.ts';
import { formatMoney, formatPercent, SEPARATOR } from './format.ts';
import type { Message } from './message.ts';
import { skippedText, warningWords } from './plan-blocks.ts';
import { describeBand } from './policy.ts';
import { accountTimeZone, formatMoment } from './time.ts';
import { venue } from './words.ts';

/** The book is where it should be, or nothing that is off may be traded. Nothing is proposed. */
export function presentNothingToDo(input: {
  readonly account: AccountSettings;
  readonly plan: Plan;
  readonly now: Temporal.Instant;
}): Message {
  const { account, plan } = input;
  const timeZone = accountTimeZone(account);
  const head = [`Rebalance ${account.name}`, venue(account), 'nothing to do'].join(SEPARATOR);
  const drift = formatPercent(plan.driftBefore);
  const sentence =
    plan.skipped.length === 0
      ? `${account.name} is at its targets: drift ${drift}. Nothing was proposed.`
      : `Nothing of ${account.name} needs an order now: drift ${drift}. Nothing was proposed.`;
  const skipped = skippedText(plan);
  return compose(
    [sentence, skipped?.type === 'text' ? `${skipped.text}.` : ''],
    [
      heading(head),
      alert('good', sentence),
      fields([
        { label: 'Drift', value: drift },
        { label: 'Band', value: describeBand(account.policy.toleranceBand) },
        { label: 'Value', value: formatMoney(plan.totalValue) },
        { label: 'Cash', value: formatMoney(plan.cashBefore) },
      ]),
      weightsChart(
        'Weight now against target',
        plan.weights.map((row) => ({
          symbol: row.symbol,
          targetWeight: row.targetWeight,
          weight: row.weightBefore,
        })),
      ),
      skipped,
      ...plan.warnings.map((warning) => alert('caution', warningWords(warning, timeZone))),
      context(`As of ${formatMoment(input.now, timeZone, input.now)}.`),
    ],
  );
}
