import { describe, expect, it } from 'vitest';
import { checkMarketHours, marketLater, mayQueue } from '../../../src/core/checks/market-hours.ts';
import type { CheckFacts } from '../../../src/core/checks/check-facts.ts';
import { marketClockAt } from '../../../src/core/market-calendar.ts';
import { sampleAccount } from '../../fixtures/sample-account.ts';
import { outcomeOf, sampleFacts } from './check-table.ts';

interface Case {
  /** In New York. */
  readonly at: string;
  readonly whenClosed?: 'refuse' | 'queue';
  readonly atNextOpen?: boolean;
  readonly extendedHours?: { readonly account: boolean; readonly broker: boolean };
}

function checked({ at, whenClosed = 'refuse', atNextOpen = false, extendedHours }: Case): string {
  const now = Temporal.PlainDateTime.from(at).toZonedDateTime('America/New_York').toInstant();
  const facts: CheckFacts = sampleFacts({
    now,
    market: marketClockAt(now),
    atNextOpen,
    extendedHours: extendedHours?.broker ?? false,
    settings: {
      marketHours: { runway: Temporal.Duration.from({ minutes: 15 }), whenClosed },
      orders: { ...sampleAccount().orders, extendedHours: extendedHours?.account ?? false },
    },
  });
  return outcomeOf(checkMarketHours(facts), 'market_hours');
}

const BOTH = { account: true, broker: true };

describe('market hours', () => {
  it.each<[string, Case, string]>([
    ['in a session', { at: '2026-11-20T12:00' }, 'passed: market closes in 4 h 0 min'],
    [
      'at its last moment with enough runway',
      { at: '2026-11-20T15:45' },
      'passed: market closes in 15 min',
    ],
    [
      'with too little runway',
      { at: '2026-11-20T15:46' },
      'failed: the market closes in 14 min, and nothing is begun in the last 15 min',
    ],
    [
      'a minute before the open',
      { at: '2026-11-20T09:29' },
      'failed: the market is closed; it opens in 1 min',
    ],
    ['at the open', { at: '2026-11-20T09:30' }, 'passed: market closes in 6 h 30 min'],
    [
      'on a weekend',
      { at: '2026-11-21T12:00' },
      'failed: the market is closed; it opens in 1 d 21 h',
    ],
    [
      'on Thanksgiving',
      { at: '2026-11-26T12:00' },
      'failed: the market is closed; it opens in 21 h 30 min',
    ],
    ['on the half-day after it', { at: '2026-11-27T12:40' }, 'passed: market closes in 20 min'],
    [
      'on the half-day, too late',
      { at: '2026-11-27T12:50' },
      'failed: the market closes in 10 min, and nothing is begun in the last 15 min',
    ],
    [
      'the Friday before clocks go forward',
      { at: '2026-03-06T17:00' },
      'failed: the market is closed; it opens in 2 d 15 h',
    ],
    [
      'the Friday before clocks go back',
      { at: '2026-10-30T17:00' },
      'failed: the market is closed; it opens in 2 d 17 h',
    ],
    [
      'closed, to wait for the open, where that is allowed',
      { at: '2026-11-20T17:00', whenClosed: 'queue', atNextOpen: true },
      'warned: the market is closed; it opens in 2 d 16 h; waits for the next open, in 2 d 16 h',
    ],
    [
      'closed, to begin now, where waiting is allowed',
      { at: '2026-11-20T17:00', whenClosed: 'queue' },
      'failed: the market is closed; it opens in 2 d 16 h',
    ],
    [
      'closed, to wait for the open, where that is not allowed',
      { at: '2026-11-20T17:00', atNextOpen: true },
      'failed: the market is closed; it opens in 2 d 16 h',
    ],
    [
      'after the close in extended hours',
      { at: '2026-11-20T17:00', extendedHours: BOTH },
      'warned: the market is closed; it opens in 2 d 16 h; trades outside the regular session, where prices are wider',
    ],
    [
      'after extended hours',
      { at: '2026-11-20T20:00', extendedHours: BOTH },
      'failed: the market is closed; it opens in 2 d 13 h',
    ],
    [
      'after the extended hours of a half-day',
      { at: '2026-11-27T17:00', extendedHours: BOTH },
      'failed: the market is closed; it opens in 2 d 16 h',
    ],
    [
      'in extended hours that the broker does not have',
      { at: '2026-11-20T17:00', extendedHours: { account: true, broker: false } },
      'failed: the market is closed; it opens in 2 d 16 h',
    ],
    [
      'in extended hours that the account does not want',
      { at: '2026-11-20T17:00', extendedHours: { account: false, broker: true } },
      'failed: the market is closed; it opens in 2 d 16 h',
    ],
  ])('%s', (_when, given, expected) => {
    expect(checked(given)).toBe(expected);
  });

  it('fail where the broker did not say', () => {
    expect(outcomeOf(checkMarketHours(sampleFacts({ market: null })), 'market_hours')).toBe(
      'failed: the broker did not say whether the market is open',
    );
    expect(mayQueue(sampleFacts(), null)).toBe(false);
  });

  it('pass where orders are taken at any time', () => {
    const market = { open: true, nextOpen: null, nextClose: null };
    expect(outcomeOf(checkMarketHours(sampleFacts({ market })), 'market_hours')).toBe(
      'passed: market open',
    );
  });

  it('that were read earlier are over when their close has passed', () => {
    const market = {
      open: true,
      nextOpen: Temporal.Instant.from('2026-11-23T14:30:00Z'),
      nextClose: Temporal.Instant.from('2026-11-20T21:00:00Z'),
    };
    expect(marketLater(market, Temporal.Instant.from('2026-11-20T20:59:59Z'))).toEqual(market);
    expect(marketLater(market, Temporal.Instant.from('2026-11-20T21:00:00Z'))).toEqual({
      open: false,
      nextOpen: market.nextOpen,
      nextClose: null,
    });
    expect(marketLater(market, Temporal.Instant.from('2026-11-23T14:30:00Z'))).toEqual({
      open: false,
      nextOpen: null,
      nextClose: null,
    });
  });
});
