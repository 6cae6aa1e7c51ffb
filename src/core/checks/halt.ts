import type { Check } from '../check.ts';
import { failed, passed } from '../check.ts';
import type { CheckFacts } from './check-facts.ts';

/** Nothing is begun while the account, or everything, is halted. */
export function checkHalt({ halt, account }: CheckFacts): readonly Check[] {
  if (halt === null) return [passed('halt', 'Halt')];
  return [
    failed(
      'halt',
      'Halt',
      `trading is halted: ${halt.reason}`,
      `An approver can end it with /resume ${account.name}.`,
    ),
  ];
}
