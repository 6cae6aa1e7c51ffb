import { describe, expect, it } from 'vitest';
import { judgeCode, lockOf, NO_CODES, readCode } from '../../src/core/one-time-code.ts';
import type { CodeHistory } from '../../src/core/one-time-code.ts';
import { reveal, secret } from '../../src/lib/secret.ts';
import { totpSecret, totpStep, totpUri } from '../../src/lib/totp.ts';
import { later, NOW } from '../fixtures/sample-account.ts';

/** The key of the test vectors of RFC 6238, appendix B, in base32. */
const RFC = await totpSecret(new TextEncoder().encode('12345678901234567890'));

describe('a code of the authenticator', () => {
  it.each<[seconds: number, code: string, what: string]>([
    [59, '287082', 'of its own step'],
    [89, '287082', 'a step late'],
    [60, '287082', 'at once after its step'],
    [29, '287082', 'a step early'],
    [1_111_111_109, '081804', 'of the RFC, with a leading zero'],
    [20_000_000_000, '353130', 'of the RFC, in the year 2603'],
  ])('at second %i: %s is taken (%s)', async (seconds, code) => {
    expect(
      await totpStep(RFC, code, Temporal.Instant.fromEpochMilliseconds(seconds * 1000)),
    ).not.toBeNull();
  });

  it.each<[seconds: number, code: string, what: string]>([
    [90, '287082', 'two steps late'],
    [-1, '287082', 'two steps early'],
    [59, '287083', 'another code'],
  ])('at second %i: %s is not (%s)', async (seconds, code) => {
    expect(
      await totpStep(RFC, code, Temporal.Instant.fromEpochMilliseconds(seconds * 1000)),
    ).toBeNull();
  });

  it('belongs to its step, whenever in the window it is typed', async () => {
    const steps = await Promise.all(
      [29, 59, 89].map((seconds) =>
        totpStep(RFC, '287082', Temporal.Instant.fromEpochMilliseconds(seconds * 1000)),
      ),
    );
    expect(steps).toEqual([1, 1, 1]);
  });

  it('is read however it was grouped, and nothing else is', () => {
    expect(['123456', ' 123 456 ', '123-456', '000000'].map(readCode)).toEqual([
      '123456',
      '123456',
      '123456',
      '000000',
    ]);
    expect(['', '12345', '1234567', 'abcdef', '１２３４５６', null].map(readCode)).toEqual(
      Array.from({ length: 6 }, () => null),
    );
  });

  it('comes from a secret that apps take, and that does not print', async () => {
    expect(reveal(RFC)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const uri = await totpUri(secret(reveal(RFC)), 'Evenkeel', 'Ana & Ben');
    expect(reveal(uri)).toBe(
      'otpauth://totp/Evenkeel:Ana%20%26%20Ben?issuer=Evenkeel&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
    );
    expect(String(uri)).not.toContain('GEZDG');
  });
});

/** Each line: minutes after the start, the step that the code belongs to (`-` for none), what comes of it. */
const STORIES: Readonly<
  Record<string, readonly (readonly [minutes: number, step: string, outcome: string])[]>
> = {
  'a right code, once': [
    [0, '100', 'accepted'],
    [0, '100', 'code_used 4'],
    [1, '102', 'accepted'],
  ],
  'an older code after a newer one': [
    [0, '101', 'accepted'],
    [0, '100', 'code_used 4'],
  ],
  'five wrong codes lock for 15 minutes, right ones included': [
    [0, '-', 'code_wrong 4'],
    [1, '-', 'code_wrong 3'],
    [2, '-', 'code_wrong 2'],
    [3, '-', 'code_wrong 1'],
    [4, '-', 'code_locked 19'],
    [5, '110', 'code_locked 19'],
    [18, '136', 'code_locked 19'],
    [19, '138', 'accepted'],
  ],
  'trying on while locked does not lock for longer': [
    [0, '-', 'code_wrong 4'],
    [0, '-', 'code_wrong 3'],
    [0, '-', 'code_wrong 2'],
    [0, '-', 'code_wrong 1'],
    [0, '-', 'code_locked 15'],
    [14, '-', 'code_locked 15'],
    [15, '-', 'code_wrong 4'],
  ],
  'wrong codes are forgotten after 10 minutes': [
    [0, '-', 'code_wrong 4'],
    [1, '-', 'code_wrong 3'],
    [2, '-', 'code_wrong 2'],
    [3, '-', 'code_wrong 1'],
    [10, '-', 'code_wrong 1'],
    [10, '-', 'code_locked 25'],
  ],
  'a right code clears the wrong ones': [
    [0, '-', 'code_wrong 4'],
    [0, '-', 'code_wrong 3'],
    [0, '100', 'accepted'],
    [0, '-', 'code_wrong 4'],
  ],
  'codes that were used count as wrong: they can be overheard': [
    [0, '100', 'accepted'],
    [0, '100', 'code_used 4'],
    [0, '100', 'code_used 3'],
    [0, '100', 'code_used 2'],
    [0, '100', 'code_used 1'],
    [0, '100', 'code_locked 15'],
  ],
};

describe('codes one after the other', () => {
  it.each(Object.entries(STORIES))('%s', (_, story) => {
    let history: CodeHistory = NO_CODES;
    for (const [minutes, step, outcome] of story) {
      const judged = judgeCode(history, step === '-' ? null : Number(step), later(minutes));
      ({ history } = judged);
      const { denial } = judged;
      const words =
        denial === null
          ? 'accepted'
          : denial.code === 'code_locked'
            ? `${denial.code} ${NOW.until(denial.until).total('minutes')}`
            : 'attemptsLeft' in denial
              ? `${denial.code} ${denial.attemptsLeft}`
              : denial.code;
      expect(words).toBe(outcome);
    }
  });

  it('are unlocked at the minute that was said', () => {
    const history = { ...NO_CODES, lockedUntil: later(15) };
    expect(lockOf(history, later(14, 59))).toEqual(later(15));
    expect(lockOf(history, later(15))).toBeNull();
  });
});
