import { describe, expect, it } from 'vitest';
import {
  clockSkew,
  findAuditChainHalt,
  findClockSkewHalt,
  findDayLossHalt,
  findReconciliationHalt,
  findRejectionHalt,
} from '../../src/core/automatic-halts.ts';
import { netCashFlow } from '../../src/core/cash-flow.ts';
import { decimal, toText } from '../../src/core/decimal.ts';
import { fill } from './compliance/lots-table.ts';
import { later, NOW } from '../fixtures/sample-account.ts';

const TEN_MINUTES = Temporal.Duration.from({ minutes: 10 });
const CLOSE = { date: Temporal.PlainDate.from('2026-11-19'), value: decimal('200000') };

describe('rejected orders halt', () => {
  const settings = { count: 3, within: TEN_MINUTES };
  it.each([
    ['three within the time', [-9, -5, 0], null, true],
    ['two', [-5, 0], null, false],
    ['three, one of them too long ago', [-10, -5, 0], null, false],
    ['three, all known when people resumed', [-9, -8, -7], -6, false],
    ['three since people resumed', [-5, -4, -3], -6, true],
    ['three, one known when people resumed', [-9, -5, -3], -9, false],
  ])('%s', (_, minutes, resumed, halts) => {
    const found = findRejectionHalt({
      settings,
      rejectedAt: minutes.map((minute) => later(minute)),
      resumedAt: resumed === null ? null : later(resumed),
      now: NOW,
    });
    expect(found !== null).toBe(halts);
  });

  it('says the numbers, and never when it is off', () => {
    const facts = { rejectedAt: [NOW, NOW, NOW], resumedAt: null, now: NOW };
    expect(findRejectionHalt({ ...facts, settings })).toEqual({
      rule: 'rejections',
      reason: 'the broker rejected 3 orders within 10 minutes (halts.rejections: 3)',
      figures: { rejected: '3', within: 'PT10M' },
    });
    expect(findRejectionHalt({ ...facts, settings: null })).toBeNull();
  });
});

describe('the loss of the day halts', () => {
  it.each([
    ['at the limit', '190000', '0', true],
    ['short of the limit', '190000.01', '0', false],
    ['never on a gain', '210000', '0', false],
    ['not again for the loss that was accepted', '189000', '11000', false],
    ['again at as much more', '179000', '11000', true],
  ])('%s', (_, value, acceptedLoss, halts) => {
    const found = findDayLossHalt({
      limit: decimal('0.05'),
      close: CLOSE,
      value: decimal(value),
      cashFlow: decimal('0'),
      acceptedLoss: decimal(acceptedLoss),
    });
    expect(found !== null).toBe(halts);
  });

  it('says the numbers, and nothing without a limit or a close', () => {
    const cashFlow = decimal('0');
    const facts = { limit: decimal('0.05'), close: CLOSE, value: decimal('180000'), cashFlow };
    expect(findDayLossHalt({ ...facts, acceptedLoss: decimal('0') })).toMatchObject({
      rule: 'day_loss',
      reason:
        'the account is worth $180,000, $20,000 (10%) less than at the close of 2026-11-19 (halts.dayLoss: 5%)',
      figures: { value: '180000', close: '200000', loss: '20000', limit: '0.05' },
    });
    const accepted = { acceptedLoss: decimal('0') };
    expect(findDayLossHalt({ ...facts, ...accepted, limit: null })).toBeNull();
    expect(findDayLossHalt({ ...facts, ...accepted, close: null })).toBeNull();
  });

  it.each([
    ['$50,000 paid out and nothing lost', '150000', '-50000', null],
    ['$50,000 paid in and nothing gained', '250000', '50000', null],
    [
      '$50,000 paid in hide no loss of $10,000',
      '240000',
      '50000',
      'the account is worth $240,000, $10,000 (5%) less than at the close of 2026-11-19 with the $50,000 that came in since (halts.dayLoss: 5%)',
    ],
    [
      'of what is left after a payment out, a loss is a larger share',
      '92000',
      '-100000',
      'the account is worth $92,000, $8,000 (8%) less than at the close of 2026-11-19 without the $100,000 that went out since (halts.dayLoss: 5%)',
    ],
    ['more paid in makes the limit no wider', '390001', '200000', null],
    [
      'what cannot be told counts, and says so',
      '150000',
      null,
      'the account is worth $150,000, $50,000 (25%) less than at the close of 2026-11-19; money that was paid in or out since counts as gain or loss, because it cannot be told apart (halts.dayLoss: 5%)',
    ],
    ['all of it paid out and something lost', '0', '-200001', null],
  ])('%s', (_, value, cashFlow, expected) => {
    const found = findDayLossHalt({
      limit: decimal('0.05'),
      close: CLOSE,
      value: decimal(value),
      cashFlow: cashFlow === null ? null : decimal(cashFlow),
      acceptedLoss: decimal('0'),
    });
    expect(found?.reason ?? null).toBe(expected);
  });
});

describe('the money that came in or went out', () => {
  const readAt = later(-600);
  const then = { readAt, cash: decimal('1000'), positions: [held('AAPL', '10'), held('IBM', '5')] };
  const bought = fill('buy 2 @ 100 2026-11-20T15:00:00Z fee 1', 'AAPL');
  const soldOut = fill('sell 5 @ 50 2026-11-20T15:00:00Z', 'IBM');
  function held(symbol: string, quantity: string) {
    return { symbol, quantity: decimal(quantity) };
  }

  it.each([
    ['nothing', [], '1000', ['AAPL 10', 'IBM 5'], '0'],
    ['a payment in', [], '1500', ['AAPL 10', 'IBM 5'], '500'],
    ['trades of ours and a payment out', [bought, soldOut], '949', ['AAPL 12'], '-100'],
    ['a trade elsewhere: cannot be told', [], '1200', ['AAPL 10', 'IBM 4'], null],
    ['a symbol from elsewhere', [], '1000', ['AAPL 10', 'IBM 5', 'KO 1'], null],
    ['a position that is empty is none', [soldOut], '1250', ['AAPL 10', 'IBM 0'], '0'],
  ])('%s', (_, fills, cash, positions, expected) => {
    const flow = netCashFlow(then, fills, {
      cash: decimal(cash),
      positions: positions.map((text) => {
        const [symbol = '', quantity = ''] = text.split(' ');
        return held(symbol, quantity);
      }),
    });
    expect(flow === null ? null : toText(flow)).toBe(expected);
  });

  it('is not known without a book', () => {
    expect(netCashFlow(null, [], { cash: decimal('1'), positions: [] })).toBeNull();
  });
});

describe('clocks that differ halt', () => {
  const reading = (broker: string, asked: string, answered: string) => ({
    brokerTime: Temporal.Instant.from(`2026-11-20T19:${broker}Z`),
    askedAt: Temporal.Instant.from(`2026-11-20T19:${asked}Z`),
    answeredAt: Temporal.Instant.from(`2026-11-20T19:${answered}Z`),
  });
  it.each([
    ['the same', reading('02:00.5', '02:00.4', '02:00.6'), 'PT0S'],
    ['within a slow answer', reading('02:00.5', '01:50', '02:10'), 'PT0S'],
    ['within the second that whole seconds hide', reading('02:00', '02:00.9', '02:00.95'), 'PT0S'],
    ['ahead by half a minute', reading('02:30.5', '02:00', '02:00.5'), 'PT30S'],
    ['behind by half a minute', reading('01:30.5', '02:00.5', '02:01'), '-PT30S'],
  ])('%s', (_, given, skew) => {
    expect(clockSkew(given).toString()).toBe(skew);
    const limit = Temporal.Duration.from({ seconds: 30 });
    const reason = findClockSkewHalt({ limit, reading: given })?.reason ?? '';
    expect(reason.includes('at least 30 seconds')).toBe(skew !== 'PT0S');
  });

  it('say nothing where the broker tells no time, or the rule is off', () => {
    const limit = Temporal.Duration.from({ seconds: 30 });
    expect(findClockSkewHalt({ limit, reading: null })).toBeNull();
    const far = reading('12:00.5', '02:00', '02:00.5');
    expect(findClockSkewHalt({ limit: null, reading: far })).toBeNull();
  });
});

describe('differences between broker and record halt', () => {
  const differences = [
    { key: 'filled:ek-1:10:8', words: 'BUY IBM 10: 10 filled at the broker, 8 recorded' },
    { key: 'missing:ek-2', words: 'SELL AAPL 5 is not at the broker' },
  ];
  it.each([
    ['when there is one', true, [], true],
    ['not when the rule is off', false, [], false],
    ['not for what people resumed from', true, ['filled:ek-1:10:8', 'missing:ek-2'], false],
    ['for a new one beside an old one', true, ['missing:ek-2'], true],
  ])('%s', (_, enabled, accepted, halts) => {
    expect(findReconciliationHalt({ enabled, differences, accepted }) !== null).toBe(halts);
  });

  it('say the first and how many more', () => {
    const found = findReconciliationHalt({ enabled: true, differences, accepted: [] });
    expect(found?.reason).toContain('10 filled at the broker, 8 recorded, and 1 more');
    expect(findReconciliationHalt({ enabled: true, differences: [], accepted: [] })).toBeNull();
  });
});

describe('a broken audit log halts', () => {
  it('and only a broken one', () => {
    expect(findAuditChainHalt({ ok: true })).toBeNull();
    const detail = 'Row 7 does not match its hash.';
    expect(findAuditChainHalt({ ok: false, brokenSeq: 7, kind: 'edited', detail })).toMatchObject({
      rule: 'audit_chain',
      figures: { row: '7', kind: 'edited' },
    });
  });
});
