import type { Decimal } from './decimal.ts';
import { maximum, minimum, toText, ZERO } from './decimal.ts';
import { formatAmount, formatCount, formatShortPercent } from './format.ts';
import type { AutomaticHaltSettings } from './guardrail-settings.ts';

/** The rules that halt without anyone asking. */
export const AUTOMATIC_HALT_RULES = [
  'rejections',
  'reconciliation',
  'day_loss',
  'clock_skew',
  'audit_chain',
  'database',
  'backup',
] as const;
export type AutomaticHaltRule = (typeof AUTOMATIC_HALT_RULES)[number];

/** A halt that a rule asks for, with what it saw. */
export interface AutomaticHalt {
  readonly rule: AutomaticHaltRule;
  /** A sentence without its full stop: the rule, the numbers, and where the limit is set. */
  readonly reason: string;
  /** The numbers for the audit log: decimals, instants and durations as text. */
  readonly figures: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * So many orders rejected by the broker within a time.
 * @param rejectedAt when each was rejected, in any order.
 * @param resumedAt when people last resumed: what was rejected by then does not halt again.
 */
export function findRejectionHalt(facts: {
  readonly settings: AutomaticHaltSettings['rejections'];
  readonly rejectedAt: readonly Temporal.Instant[];
  readonly resumedAt: Temporal.Instant | null;
  readonly now: Temporal.Instant;
}): AutomaticHalt | null {
  const { settings, resumedAt, now } = facts;
  if (settings === null) return null;
  const from = now.subtract(settings.within);
  const counted = facts.rejectedAt.filter(
    (at) =>
      Temporal.Instant.compare(at, from) > 0 &&
      (resumedAt === null || Temporal.Instant.compare(at, resumedAt) > 0),
  ).length;
  if (counted < settings.count) return null;
  return {
    rule: 'rejections',
    reason: `the broker rejected ${formatCount(counted, 'order')} within ${durationWords(settings.within)} (halts.rejections: ${settings.count})`,
    figures: { rejected: String(counted), within: settings.within.toString() },
  };
}

/**
 * The loss since the last close reached a share of the account's value then, or of what was left of it
 * where money was paid out. Money that was paid in or out is no gain and no loss.
 * @param close the value that was recorded last, on an earlier day; null when there is none.
 * @param cashFlow what was paid in since, negative for out; null when that cannot be told: then it counts.
 * @param acceptedLoss the loss that halted the account today and was resumed from: only as much again
 *   halts it again. Zero when there was none.
 */
export function findDayLossHalt(facts: {
  readonly limit: Decimal | null;
  readonly close: { readonly date: Temporal.PlainDate; readonly value: Decimal } | null;
  readonly value: Decimal;
  readonly cashFlow: Decimal | null;
  readonly acceptedLoss: Decimal;
}): AutomaticHalt | null {
  const { limit, close, value, cashFlow, acceptedLoss } = facts;
  if (limit === null || close === null || close.value.lte(ZERO)) return null;
  const paidIn = cashFlow ?? ZERO;
  const loss = close.value.plus(paidIn).minus(value);
  // A payment must not make a loss look smaller, whichever way it goes.
  const base = maximum(minimum(close.value, close.value.plus(paidIn)), ZERO);
  if (loss.minus(acceptedLoss).lt(base.times(limit)) || loss.lte(ZERO)) return null;
  const share = base.gt(ZERO) ? ` (${formatShortPercent(loss.div(base))})` : '';
  return {
    rule: 'day_loss',
    reason: `the account is worth ${formatAmount(value)}, ${formatAmount(loss)}${share} less than at the close of ${close.date.toString()}${flowWords(cashFlow)} (halts.dayLoss: ${formatShortPercent(limit)})`,
    figures: {
      value: toText(value),
      close: toText(close.value),
      closeDate: close.date.toString(),
      loss: toText(loss),
      limit: toText(limit),
      ...(cashFlow === null ? {} : { paidIn: toText(cashFlow) }),
    },
  };
}

function flowWords(cashFlow: Decimal | null): string {
  if (cashFlow === null) {
    return '; money that was paid in or out since counts as gain or loss, because it cannot be told apart';
  }
  if (cashFlow.eq(ZERO)) return '';
  return cashFlow.gt(ZERO)
    ? ` with the ${formatAmount(cashFlow)} that came in since`
    : ` without the ${formatAmount(cashFlow.neg())} that went out since`;
}

/** When a broker told its time, and what it said. */
export interface ClockReading {
  readonly brokerTime: Temporal.Instant;
  /** Our time when it was asked, and when the answer was here. */
  readonly askedAt: Temporal.Instant;
  readonly answeredAt: Temporal.Instant;
}

/**
 * How far the clocks are apart at least: the broker may have looked at its clock at any time between the
 * question and the answer, and may round down to whole seconds. Positive when the broker's is ahead.
 */
export function clockSkew(reading: ClockReading): Temporal.Duration {
  const { brokerTime, askedAt, answeredAt } = reading;
  const latest = brokerTime.add({ seconds: brokerTime.epochMilliseconds % 1000 === 0 ? 1 : 0 });
  if (Temporal.Instant.compare(brokerTime, answeredAt) > 0) return answeredAt.until(brokerTime);
  if (Temporal.Instant.compare(latest, askedAt) < 0) return askedAt.until(latest);
  return Temporal.Duration.from({ seconds: 0 });
}

/** The broker's clock and ours are further apart than allowed: whose is wrong, nobody can tell. */
export function findClockSkewHalt(facts: {
  readonly limit: Temporal.Duration | null;
  readonly reading: ClockReading | null;
}): AutomaticHalt | null {
  const { limit, reading } = facts;
  if (limit === null || reading === null) return null;
  const skew = clockSkew(reading);
  if (skew.abs().total('seconds') < limit.total('seconds')) return null;
  const seconds = skew.abs().round('seconds').total('seconds');
  return {
    rule: 'clock_skew',
    reason: `the broker's clock is at least ${formatCount(seconds, 'second')} ${skew.sign > 0 ? 'ahead of' : 'behind'} this machine's (halts.clockSkew: ${durationWords(limit)})`,
    figures: {
      brokerTime: reading.brokerTime.toString(),
      ourTime: reading.answeredAt.toString(),
      skew: skew.toString(),
      limit: limit.toString(),
    },
  };
}

/**
 * What the broker says of our orders is not what our record says, and looking again has not mended it.
 * @param differences a sentence each, by a key that stays the same while the difference does.
 * @param accepted the keys of those that halted the account before and were resumed from.
 */
export function findReconciliationHalt(facts: {
  readonly enabled: boolean;
  readonly differences: readonly { readonly key: string; readonly words: string }[];
  readonly accepted: readonly string[];
}): AutomaticHalt | null {
  if (!facts.enabled) return null;
  const fresh = facts.differences.filter(({ key }) => !facts.accepted.includes(key));
  const [first] = fresh;
  if (first === undefined) return null;
  const more = fresh.length === 1 ? '' : `, and ${fresh.length - 1} more`;
  return {
    rule: 'reconciliation',
    reason: `the broker and the record differ: ${first.words}${more} (halts.reconciliation: on)`,
    figures: {
      differences: fresh.map(({ words }) => words),
      keys: facts.differences.map(({ key }) => key),
    },
  };
}

/** The audit log is not as it was written. Always a halt of everything. */
export function findAuditChainHalt(
  verification:
    | { readonly ok: true }
    | {
        readonly ok: false;
        readonly brokenSeq: number;
        readonly kind: string;
        readonly detail: string;
      },
): AutomaticHalt | null {
  if (verification.ok) return null;
  const { brokenSeq, kind, detail } = verification;
  return {
    rule: 'audit_chain',
    reason: `the audit log is broken: row ${brokenSeq} is ${kind}. ${detail} Look at it with "evenkeel audit verify" before anyone resumes`,
    figures: { row: String(brokenSeq), kind },
  };
}

/** @param fault what the database said of itself, a sentence. */
export function findDatabaseHalt(fault: string): AutomaticHalt {
  return {
    rule: 'database',
    reason: `part of the record cannot be read: ${fault} Stop the program, keep a copy of the file and restore the last backup before anyone resumes`,
    figures: { fault },
  };
}

/** The setting that tells a copy of a database from the one that a bot has worked on: when its record ends. */
export const BACKUP_SETTING = 'backup.recordEnds';

/** @param recordEnds when the last row was written that the backup has. */
export function findBackupHalt(recordEnds: string): AutomaticHalt {
  return {
    rule: 'backup',
    reason: `this database is a backup whose record ends at ${recordEnds}: orders that were sent later are not in it, and would be sent again. Compare /reconcile of every account with its broker before anyone resumes`,
    figures: { recordEnds },
  };
}

function durationWords(duration: Temporal.Duration): string {
  const seconds = duration.total('seconds');
  if (seconds % 3600 === 0) return formatCount(seconds / 3600, 'hour');
  if (seconds % 60 === 0) return formatCount(seconds / 60, 'minute');
  return formatCount(seconds, 'second');
}
