import { describe, expect, it } from 'vitest';
import { checkLogin } from '../../../src/core/checks/login.ts';
import { NOW, sampleAccount } from '../../fixtures/sample-account.ts';
import { sampleProposal } from '../../fixtures/sample-proposal.ts';
import { outcomeOf, sampleFacts } from './check-table.ts';

/** The sample proposal expires an hour after now, and its orders are given so long. */
const EXPIRES = sampleProposal().expiresAt;
const TIME_LIMIT = sampleAccount().orders.timeLimit;
const DONE = EXPIRES.add(TIME_LIMIT);

const check = (endsAt: Temporal.Instant, atNextOpen = false): string =>
  outcomeOf(checkLogin(sampleFacts({ login: { person: 'Ana', endsAt }, atNextOpen })), 'login');

const RENEW = 'Ana renews it with /connect paper.';

describe('the login of an account', () => {
  it.each([
    ['for days', NOW.add({ hours: 24 * 5 + 3 }), 'passed: login good for 5 days'],
    ['for hours', NOW.add({ hours: 47, minutes: 59 }), 'passed: login good for 47 h 59 min'],
    ['until all could be done', DONE, /^passed: login good for /u],
  ])('is good %s', (_how, endsAt, expected) => {
    expect(check(endsAt)).toMatch(expected);
  });

  it.each([
    ['before the proposal expires', EXPIRES.subtract({ minutes: 1 })],
    ['while it could still be executed', DONE.subtract({ minutes: 1 })],
  ])('is warned of when it ends %s', (_when, endsAt) => {
    expect(check(endsAt)).toMatch(
      /^warned: the login ends in \d.*, before this could be executed/u,
    );
    expect(check(endsAt)).toContain(RENEW);
  });

  it('must last over the next open when it is to begin there', () => {
    const monday = Temporal.Instant.from('2026-11-23T14:30:00Z');
    expect(check(monday, true)).toMatch(/^warned/u);
    expect(check(monday, false)).toMatch(/^passed/u);
    expect(check(monday.add(TIME_LIMIT), true)).toMatch(/^passed/u);
  });

  it('is warned of when it has ended', () => {
    expect(check(NOW)).toBe(`warned: the login has ended: ${RENEW}`);
  });

  it('is not asked for where there is none', () => {
    expect(outcomeOf(checkLogin(sampleFacts()), 'login')).toBe('not asked');
  });
});
