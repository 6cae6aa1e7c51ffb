/** A person may be wrong so often within this time; then codes are locked for a while. */
export const MOST_WRONG_CODES = 5;
const WRONG_WITHIN = Temporal.Duration.from({ minutes: 10 });
export const LOCKED_FOR = Temporal.Duration.from({ minutes: 15 });

/** What is remembered of a person's codes. */
export interface CodeHistory {
  /** The time step of the newest code that was accepted: neither it nor an older one is accepted again. */
  readonly lastStep: number | null;
  /** When codes were wrong lately, oldest first. */
  readonly failures: readonly Temporal.Instant[];
  readonly lockedUntil: Temporal.Instant | null;
}

export const NO_CODES: CodeHistory = { lastStep: null, failures: [], lockedUntil: null };

/** Why a code does not count. */
export type CodeDenial =
  /** The person has no authenticator, or has not confirmed it with a first code. */
  | { readonly code: 'code_not_enrolled' }
  /** Nothing was typed that could be a code. */
  | { readonly code: 'code_needed' }
  | { readonly code: 'code_wrong'; readonly attemptsLeft: number }
  /** It was right and has been used. */
  | { readonly code: 'code_used'; readonly attemptsLeft: number }
  | { readonly code: 'code_locked'; readonly until: Temporal.Instant };

/** Six digits, however they were grouped; null for anything else. */
export function readCode(typed: string | null): string | null {
  const digits = (typed ?? '').replaceAll(/[\s-]/gu, '');
  return /^\d{6}$/.test(digits) ? digits : null;
}

/** Until when a person's codes are locked; null when they are not. */
export function lockOf(history: CodeHistory, now: Temporal.Instant): Temporal.Instant | null {
  const { lockedUntil } = history;
  return lockedUntil !== null && Temporal.Instant.compare(now, lockedUntil) < 0
    ? lockedUntil
    : null;
}

/**
 * What a typed code means, and what is remembered of it. Pure.
 * @param step the time step that the code belongs to; null when it is a code of none.
 */
export function judgeCode(
  history: CodeHistory,
  step: number | null,
  now: Temporal.Instant,
): { readonly denial: CodeDenial | null; readonly history: CodeHistory } {
  const locked = lockOf(history, now);
  // A code that is tried while locked is not looked at, so that trying on gains nothing.
  if (locked !== null) return { denial: { code: 'code_locked', until: locked }, history };
  const isUsed = step !== null && history.lastStep !== null && step <= history.lastStep;
  if (step !== null && !isUsed) {
    return { denial: null, history: { lastStep: step, failures: [], lockedUntil: null } };
  }
  const since = now.subtract(WRONG_WITHIN);
  const failures = [
    ...history.failures.filter((at) => Temporal.Instant.compare(at, since) > 0),
    now,
  ];
  const attemptsLeft = MOST_WRONG_CODES - failures.length;
  if (attemptsLeft <= 0) {
    const until = now.add(LOCKED_FOR);
    return {
      denial: { code: 'code_locked', until },
      history: { ...history, failures: [], lockedUntil: until },
    };
  }
  return {
    denial: { code: isUsed ? 'code_used' : 'code_wrong', attemptsLeft },
    history: { ...history, failures, lockedUntil: null },
  };
}
