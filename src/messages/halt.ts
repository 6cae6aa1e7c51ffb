import type { Halt } from '../ports/store.ts';
import { alert, compose, context, heading, text } from './blocks.ts';
import { capitalize, formatCount, joinNames, sentence, SEPARATOR } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { EXCHANGE_TIME_ZONE, formatMoment, formatTime } from './time.ts';

/** A halt with the name of who made it. */
export interface NamedHalt {
  readonly halt: Halt;
  readonly byName: string;
}

/** `core`, or `every account`. */
function scopeWords(scope: string): string {
  return scope === 'all' ? 'every account' : plain(scope, 40);
}

/** `Trading of core is halted since 14:02 ET by Ben: a wrong price in the feed.` */
export function haltWords(named: NamedHalt, timeZone: string, now: Temporal.Instant): string {
  const { halt } = named;
  const since = formatMoment(halt.at, timeZone, now);
  return sentence(
    `Trading of ${scopeWords(halt.scope)} is halted since ${since} by ${plain(named.byName, 60)}: ${reasonWords(halt)}`,
  );
}

/** What is known about a halt beside the halt itself. */
export interface HaltDetails {
  /** Who made it; without it, `by` of the halt. */
  readonly byName?: string | undefined;
  /** Who may resume. */
  readonly resumerNames?: readonly string[] | undefined;
  /** How many orders are still working at the broker. */
  readonly workingOrders?: number | undefined;
  /** True when those are being canceled. */
  readonly canceling?: boolean | undefined;
  /** The exchange's by default. */
  readonly timeZone?: string | undefined;
}

/** Trading has been stopped. */
export function presentHalted(halt: Halt, details: HaltDetails = {}): Message {
  const byName = details.byName ?? halt.by;
  const timeZone = details.timeZone ?? EXCHANGE_TIME_ZONE;
  const scope = plain(halt.scope, 40);
  const head = ['Halted', scopeWords(halt.scope)].join(SEPARATOR);
  const words = sentence(
    `${plain(byName, 60)} halted ${scopeWords(halt.scope)} ${formatTime(halt.at, timeZone)}: ${reasonWords(halt)}`,
  );
  const effect = `Nothing new is sent until it is resumed.${workingWords(details)}`;
  const names = details.resumerNames?.map((name) => plain(name, 60)) ?? [];
  const resume = `${names.length === 0 ? 'An approver' : capitalize(joinNames(names, 'or'))} can /resume ${scope}.`;
  return compose(
    [words, effect, resume],
    [heading(head), alert('bad', words), text(effect), context(resume)],
  );
}

function reasonWords(halt: Halt): string {
  return halt.reason.trim() === '' ? 'no reason given' : plain(halt.reason, 300);
}

function workingWords(details: HaltDetails): string {
  const { workingOrders } = details;
  if (workingOrders === undefined) return ' Orders that are at the broker keep working.';
  if (workingOrders === 0) return ' No order is working at the broker.';
  const count = formatCount(workingOrders, 'order');
  if (details.canceling === true) {
    return ` ${count} at the broker ${workingOrders === 1 ? 'is' : 'are'} being canceled.`;
  }
  return ` ${count} still ${workingOrders === 1 ? 'works' : 'work'} at the broker.`;
}

/** Trading goes on. */
export function presentResumed(input: {
  readonly scope: string;
  /** The name of who resumed. */
  readonly by: string;
  readonly at: Temporal.Instant;
  /** The exchange's by default. */
  readonly timeZone?: string | undefined;
}): Message {
  const at = formatTime(input.at, input.timeZone ?? EXCHANGE_TIME_ZONE);
  const head = ['Resumed', scopeWords(input.scope)].join(SEPARATOR);
  const words = `${plain(input.by, 60)} resumed ${scopeWords(input.scope)} ${at}. Approved orders may be sent again.`;
  return compose([words], [heading(head), alert('good', words)]);
}

/** Tells the one who halted that it is done. */
export function presentHaltConfirmed(input: { readonly scope: string }): Message {
  return remark(
    'good',
    `Trading of ${scopeWords(input.scope)} is halted: nothing new is sent. /resume ${plain(input.scope, 40)} ends it.`,
  );
}

/** `/halt` on what is halted already. */
export function presentAlreadyHalted(input: { readonly scope: string }): Message {
  return remark(
    'neutral',
    `Trading of ${scopeWords(input.scope)} was halted already; nothing changed. /resume ${plain(input.scope, 40)} ends it.`,
  );
}

/** Tells the one who resumed that it is done. */
export function presentResumeConfirmed(input: { readonly scope: string }): Message {
  return remark('good', `Trading of ${scopeWords(input.scope)} goes on.`);
}

/** `/resume` on what is not halted. */
export function presentNotHalted(input: { readonly scope: string }): Message {
  return remark('neutral', `Trading of ${scopeWords(input.scope)} is not halted; nothing changed.`);
}

function remark(tone: 'good' | 'neutral', words: string): Message {
  return compose([words], [alert(tone, words)]);
}
