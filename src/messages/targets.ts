import type { AccountSettings } from '../core/account.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import { sum } from '../core/decimal.ts';
import type { ActualWeight } from './blocks.ts';
import { compose, context, heading, left, right, table, text, weightsChart } from './blocks.ts';
import { formatPercent, formatShortPercent, listSome, SEPARATOR } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { describeOrders, describePolicy } from './policy.ts';

export interface TargetsInput {
  readonly account: AccountSettings;
  /** Where the book is now; null when it could not be read. */
  readonly weights: readonly ActualWeight[] | null;
}

/** What an account should hold and by which rules it is kept there. */
export function presentTargets(input: TargetsInput): Message {
  const { account } = input;
  const head = ['Targets', account.name].join(SEPARATOR);
  const targets = account.targets.toSorted(
    (a, b) => b.weight.cmp(a.weight) || (a.symbol < b.symbol ? -1 : 1),
  );
  const now = new Map((input.weights ?? []).map((row) => [row.symbol, row.weight]));
  const policy = [...describePolicy(planningPolicy(account)), describeOrders(account.orders)];
  const whole = formatShortPercent(sum(targets.map((target) => target.weight)));
  return compose(
    [
      `${head}: ${listSome(
        targets.map((target) => `${plain(target.symbol, 24)} ${formatShortPercent(target.weight)}`),
        20,
      )}.`,
      ...policy,
    ],
    [
      heading(head),
      input.weights === null ? null : weightsChart('Weight now against target', input.weights),
      table(
        `Targets of ${account.name}`,
        [left('Symbol'), right('Target'), ...(input.weights === null ? [] : [right('Now')])],
        targets.map((target) => [
          plain(target.symbol, 24),
          formatShortPercent(target.weight),
          ...(input.weights === null ? [] : [weightNow(now.get(target.symbol))]),
        ]),
      ),
      text(policy.join('\n')),
      context(
        `Targets add up to ${whole}. They and the policy are changed in portfolios.yaml.${input.weights === null ? ' The book could not be read just now.' : ''}`,
      ),
    ],
  );
}

function weightNow(weight: ActualWeight['weight'] | undefined): string {
  return weight === undefined ? '-' : formatPercent(weight);
}
