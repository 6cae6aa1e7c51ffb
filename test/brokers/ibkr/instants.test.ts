import { describe, expect, test } from 'vitest';
import { parseTwsTime, twsOffsetMinutes } from '../../../src/brokers/ibkr/instants.ts';

describe('a time that TWS writes', () => {
  test.each<[string, number | null, string | null]>([
    ['20261120 10:00:00 US/Eastern', null, '2026-11-20T15:00:00Z'],
    ['20260720 10:00:00 US/Eastern', null, '2026-07-20T14:00:00Z'],
    ['20261120 23:00:00 Asia/Hong_Kong', null, '2026-11-20T15:00:00Z'],
    ['20261120-15:00:00', null, '2026-11-20T15:00:00Z'],
    ['20261120-15:00:00', -300, '2026-11-20T15:00:00Z'],
    ['20261120  10:00:00', -300, '2026-11-20T15:00:00Z'],
    // A zone that nobody else knows: the clock of TWS itself.
    ['20261120 16:00:00 Mars/Olympus', 60, '2026-11-20T15:00:00Z'],
    ['20261120  10:00:00', null, null],
    ['20261120 10:00:00 Mars/Olympus', null, null],
    ['20261340 10:00:00 US/Eastern', null, null],
    ['yesterday', -300, null],
    ['', -300, null],
  ])('%j where TWS is %s minutes ahead is %s', (text, offset, expected) => {
    expect(parseTwsTime(text, offset)?.toString() ?? null).toBe(expected);
  });

  test.each<[string, number | null]>([
    ['20261120 10:00:07 EST', -300],
    ['20261120 09:59:12 EST', -300],
    ['20261120 20:30:01 IST', 330],
    ['20261120 15:00:00 GMT', 0],
    ['20261122 15:00:00 GMT', null],
    ['', null],
  ])('at the handshake as %j says how far TWS is ahead: %s', (text, expected) => {
    const now = Temporal.Instant.from('2026-11-20T15:00:00Z');
    expect(twsOffsetMinutes(text, now)).toBe(expected);
  });
});
