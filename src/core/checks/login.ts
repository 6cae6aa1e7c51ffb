import type { Check } from '../check.ts';
import { passed, warned } from '../check.ts';
import type { CheckFacts } from './check-facts.ts';

const RULE = 'login';
const NAME = 'Login';

/** Whether the login that the account is reached through lasts until the proposal has been executed. */
export function checkLogin(facts: CheckFacts): readonly Check[] {
  const { login, account, now } = facts;
  if (login === null) return [];
  const { endsAt, person } = login;
  const remedy = `${person} renews it with /connect ${account.broker}.`;
  if (Temporal.Instant.compare(endsAt, now) <= 0) {
    return [warned(RULE, NAME, `the login has ended: ${remedy}`, remedy)];
  }
  const left = inWords(now, endsAt);
  if (Temporal.Instant.compare(endsAt, latestEnd(facts)) < 0) {
    const detail = `the login ends in ${left}, before this could be executed at the latest: ${remedy}`;
    return [warned(RULE, NAME, detail, remedy)];
  }
  return [passed(RULE, NAME, `login good for ${left}`)];
}

/** Approved in its last moment, or at the next open, it still takes its time to be executed. */
function latestEnd({ proposal, account, market, atNextOpen }: CheckFacts): Temporal.Instant {
  const nextOpen = atNextOpen ? (market?.nextOpen ?? null) : null;
  const begins =
    nextOpen !== null && Temporal.Instant.compare(nextOpen, proposal.expiresAt) > 0
      ? nextOpen
      : proposal.expiresAt;
  return begins.add(account.orders.timeLimit);
}

/** `5 days`, `3 h 12 min`. */
function inWords(now: Temporal.Instant, at: Temporal.Instant): string {
  const minutes = Math.floor(now.until(at).total('minutes'));
  const days = Math.floor(minutes / 1440);
  if (days >= 2) return `${days} days`;
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}
