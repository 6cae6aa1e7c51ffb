import type { Check } from '../core/check.ts';
import { alert, context } from './blocks.ts';
import { formatCount, sentence, SEPARATOR } from './format.ts';
import type { Block } from './message.ts';
import { plain } from './plain.ts';

/** `Market hours: closed until Monday`. */
function checkWords(check: Check): string {
  const name = plain(check.name, 60);
  return check.detail === '' ? name : `${name}: ${plain(check.detail, 200)}`;
}

/** The finding, and what would help and who can do it. */
function withRemedy(check: Check): string {
  const remedy = plain(check.remedy, 300);
  return remedy === '' ? checkWords(check) : sentence(checkWords(check)) + ' ' + remedy;
}

/** `9 passed, 1 warned`. */
function checksCount(checks: readonly Check[]): string {
  const count = (result: Check['result']): number =>
    checks.filter((check) => check.result === result).length;
  const parts = [`${count('passed')} passed`];
  if (count('warned') > 0) parts.push(formatCount(count('warned'), 'warning'));
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  return parts.join(', ');
}

/** The failed and the warned, each in an alert of its own; then one line of what passed and what it found. */
export function checkBlocks(checks: readonly Check[]): readonly Block[] {
  if (checks.length === 0) return [];
  const failed = checks.filter((check) => check.result === 'failed');
  const warned = checks.filter((check) => check.result === 'warned');
  const findings = checks
    .filter((check) => check.result === 'passed' && check.detail !== '')
    .map((check) => plain(check.detail, 200));
  return [
    ...failed.map((check) => alert('bad', `Check failed: ${withRemedy(check)}`)),
    ...warned.map((check) => alert('caution', withRemedy(check))),
    context(`Checks: ${[checksCount(checks), ...findings].join(SEPARATOR)}`),
  ];
}

/** `Checks: 9 passed.`, and what failed or warns. */
export function checksSentence(checks: readonly Check[]): string {
  if (checks.length === 0) return '';
  const found = (result: Check['result']): readonly string[] =>
    checks.filter((check) => check.result === result).map((check) => sentence(withRemedy(check)));
  return [`Checks: ${checksCount(checks)}.`, ...found('failed'), ...found('warned')].join(' ');
}

/** Why a proposal that was approved is not executed: what failed and what would help. */
export function failedChecksOutcome(checks: readonly Check[]): string {
  return checks.map((check) => withRemedy(check).replace(/\.$/, '')).join('. ');
}
