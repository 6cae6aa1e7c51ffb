import type { Check } from '../check.ts';
import { failed, passed, warned } from '../check.ts';
import type { CheckFacts } from './check-facts.ts';

/**
 * Nothing on the restricted list is traded, and what is on the watch list is pointed out. The lists are
 * those of now: planning knew them as they were then.
 */
export function checkComplianceLists({ proposal, account }: CheckFacts): readonly Check[] {
  const { restricted, watch } = account.compliance;
  const traded = (list: readonly string[]): string => {
    const listed = new Set(list);
    return proposal.plan.legs
      .filter((leg) => listed.has(leg.symbol))
      .map((leg) => `${leg.side} ${leg.symbol}`)
      .join(', ');
  };
  const checks: Check[] = [];
  if (restricted.length > 0) {
    const rule = 'restricted';
    const name = 'Restricted list';
    const found = traded(restricted);
    checks.push(
      found === ''
        ? passed(rule, name)
        : failed(
            rule,
            name,
            found,
            `Leave it out with Adjust, or an admin can change compliance.restricted of ${account.name} in portfolios.yaml.`,
          ),
    );
  }
  if (watch.length > 0) {
    const rule = 'watch';
    const name = 'Watch list';
    const found = traded(watch);
    checks.push(
      found === ''
        ? passed(rule, name)
        : warned(
            rule,
            name,
            found,
            `An admin keeps compliance.watch of ${account.name} in portfolios.yaml.`,
          ),
    );
  }
  return checks;
}
