import type { AutomaticHaltRule } from '../core/automatic-halts.ts';
import type { Halt } from '../ports/store.ts';
import { alert, buttons, compose, context, heading, text } from './blocks.ts';
import { capitalize, formatCount, joinNames, sentence, SEPARATOR, withStop } from './format.ts';
import type { Block, Message } from './message.ts';
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

/** `Halted: core, growth`, for where there is room for a few words only; null when nothing is. */
export function haltedBadge(halts: readonly Halt[]): string | null {
  if (halts.length === 0) return null;
  if (halts.some(({ scope }) => scope === 'all')) return 'Halted: every account';
  return plain(`Halted: ${halts.map(({ scope }) => scope).join(', ')}`, 80);
}

/** How a halt ended. */
export type HaltEnd =
  | {
      readonly type: 'resumed';
      readonly names: readonly string[];
      readonly at: Temporal.Instant;
    }
  /** Halted again, for another reason. */
  | { readonly type: 'replaced' };

/** What is known about a halt beside the halt itself. */
export interface HaltDetails {
  /** Who made it. */
  readonly byName: string;
  /** The rule that made it; null for a person. */
  readonly rule: AutomaticHaltRule | null;
  /** Who may resume. */
  readonly resumerNames: readonly string[];
  /** Who agreed to resume so far, and how many must. */
  readonly votes: { readonly names: readonly string[]; readonly needed: number };
  /**
   * How many orders still work at the broker, and what became of others since the halt; null where the
   * record of them cannot be read.
   */
  readonly orders: {
    readonly working: number;
    readonly canceled: number;
    readonly filled: number;
  } | null;
  /** True when those that work are being canceled. */
  readonly canceling: boolean;
  /** Null while it lasts. */
  readonly end: HaltEnd | null;
  /** The exchange's by default. */
  readonly timeZone?: string | undefined;
}

const RULE_WORDS: Readonly<Record<AutomaticHaltRule, string>> = {
  rejections: 'repeated rejections',
  reconciliation: 'a difference between broker and record',
  day_loss: 'the loss of the day',
  clock_skew: 'clocks that differ',
  audit_chain: 'a broken audit log',
  database: 'a damaged database',
  backup: 'a restored backup',
};

/** Trading has been stopped. */
export function presentHalted(halt: Halt, details: HaltDetails): Message {
  const timeZone = details.timeZone ?? EXCHANGE_TIME_ZONE;
  const scope = scopeWords(halt.scope);
  const head = [details.end === null ? 'Halted' : 'Halt ended', scope].join(SEPARATOR);
  const by =
    details.rule === null
      ? plain(details.byName, 60)
      : `The rule about ${RULE_WORDS[details.rule]}`;
  const words = sentence(
    `${by} halted ${scope} ${formatTime(halt.at, timeZone)}: ${reasonWords(halt)}`,
  );
  if (details.end !== null) {
    const end =
      details.end.type === 'resumed'
        ? `Resumed ${formatTime(details.end.at, timeZone)} by ${namesOf(details.end.names)}.`
        : 'It was halted again since, for another reason: the newer message counts.';
    return compose([words, end], [heading(head), text(words), context(end)]);
  }
  const effect = `Nothing new is sent until it is resumed.${ordersWords(details)}`;
  const resume = resumeWords(halt, details);
  return compose(
    [words, effect, resume],
    [heading(head), alert('bad', words), text(effect), context(resume), resumeButton(halt)],
  );
}

function reasonWords(halt: Halt): string {
  return halt.reason.trim() === '' ? 'no reason given' : plain(halt.reason, 300);
}

function ordersWords({ orders, canceling }: HaltDetails): string {
  if (orders === null) return ' What works at the broker cannot be read: look there.';
  const { working, canceled, filled } = orders;
  const ended = [
    ...(canceled === 0 ? [] : [`${canceled} canceled`]),
    ...(filled === 0 ? [] : [`${filled} filled`]),
  ].join(' and ');
  const since = ended === '' ? '' : ` Since the halt: ${ended}.`;
  if (working === 0) return ` No order is working at the broker.${since}`;
  const count = formatCount(working, 'order');
  const now = canceling
    ? ` ${count} at the broker ${working === 1 ? 'is' : 'are'} being canceled.`
    : ` ${count} still ${working === 1 ? 'works' : 'work'} at the broker.`;
  return `${now}${since}`;
}

/** `Resuming takes 2 of Ben, Chloe and Dev: Ben agrees, 1 more is missing.` */
function resumeWords(halt: Halt, { resumerNames, votes }: HaltDetails): string {
  const command = `/resume ${plain(halt.scope, 40)}`;
  if (resumerNames.length === 0) {
    return `Nobody can ${command}: an admin must add an approver to portfolios.yaml.`;
  }
  if (votes.needed === 1) return `${capitalize(namesOf(resumerNames, 'or'))} can ${command}.`;
  const short =
    resumerNames.length < votes.needed
      ? ` There are too few: an admin must add an approver or lower resumeVotes in portfolios.yaml.`
      : '';
  return `Resuming takes ${votes.needed} of ${namesOf(resumerNames)} (${command}): ${agreed(votes.names, votes.needed)}${short}`;
}

function agreed(names: readonly string[], needed: number): string {
  const missing = needed - names.length;
  const still = `${missing} ${names.length === 0 ? '' : 'more '}${missing === 1 ? 'is' : 'are'} missing.`;
  if (names.length === 0) return `nobody agrees yet, ${still}`;
  return `${namesOf(names)} ${names.length === 1 ? 'agrees' : 'agree'}, ${still}`;
}

function namesOf(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  return joinNames(
    names.map((name) => plain(name, 60)),
    word,
  );
}

/** The button under a halt: it means this halt of this scope and no later one. */
function resumeButton(halt: Halt): Block | null {
  return buttons([
    {
      action: 'resume',
      label: 'Resume',
      proposalId: halt.scope,
      digest: haltDigest(halt),
      style: 'plain',
      opensForm: false,
      confirm: {
        title: `Resume ${scopeWords(halt.scope)}?`,
        text: plain(`It was halted because: ${reasonWords(halt)}`, 300),
        yes: 'I agree to resume',
        no: 'Not yet',
      },
    },
  ]);
}

/** What a button carries of the halt that it is about: letters that every platform carries unchanged. */
function haltDigest(halt: Halt): string {
  return Buffer.from(halt.at.toString(), 'utf8').toString('hex');
}

/** When the halt of a button began, as text. */
export function haltOfButton(digest: string): string {
  return Buffer.from(digest, 'hex').toString('utf8');
}

/** Trading goes on. */
export function presentResumed(input: {
  readonly scope: string;
  /** Who agreed to it. */
  readonly names: readonly string[];
  readonly at: Temporal.Instant;
  /** `all` when everything is halted besides. */
  readonly stillHalted: 'all' | null;
  /** The exchange's by default. */
  readonly timeZone?: string | undefined;
}): Message {
  const at = formatTime(input.at, input.timeZone ?? EXCHANGE_TIME_ZONE);
  const head = ['Resumed', scopeWords(input.scope)].join(SEPARATOR);
  const effect =
    input.stillHalted === null
      ? 'Approved orders may be sent again.'
      : 'Every account is halted besides: nothing is sent until /resume all.';
  const words = `${namesOf(input.names)} resumed ${scopeWords(input.scope)} ${at}. ${effect}`;
  const tone = input.stillHalted === null ? 'good' : 'caution';
  return compose([words], [heading(head), alert(tone, words)]);
}

/** Tells the one who halted that it is done. */
export function presentHaltConfirmed(input: {
  readonly scope: string;
  readonly canceling: boolean;
}): Message {
  const orders = input.canceling ? ' Orders that work at the broker are being canceled.' : '';
  return remark(
    'good',
    `Trading of ${scopeWords(input.scope)} is halted: nothing new is sent.${orders} /resume ${plain(input.scope, 40)} ends it.`,
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

/** Tells the one who agreed to resume how many are still missing. */
export function presentResumeCounted(input: {
  readonly scope: string;
  /** Who agrees, this person among them. */
  readonly names: readonly string[];
  readonly needed: number;
  /** This person had agreed before. */
  readonly already: boolean;
}): Message {
  const start = input.already
    ? `You had agreed to resume ${scopeWords(input.scope)} already; each person counts once.`
    : `You agree to resume ${scopeWords(input.scope)}.`;
  const count = capitalize(agreed(input.names, input.needed));
  return remark('neutral', `${start} ${count} It stays halted until then.`);
}

/** Resume under a halt that another has taken the place of. */
export function presentHaltReplaced(input: {
  readonly scope: string;
  readonly halt: Halt;
}): Message {
  return remark(
    'caution',
    `${capitalize(scopeWords(input.scope))} has been halted again since: ${withStop(reasonWords(input.halt))} Your agreement was not counted; look at the newer message.`,
  );
}

/** `/resume` on what is not halted. */
export function presentNotHalted(input: {
  readonly scope: string;
  /** The account itself is not halted, everything is. */
  readonly within: 'all' | null;
}): Message {
  const rest =
    input.within === null
      ? 'is not halted; nothing changed.'
      : 'is halted with every account; /resume all ends that.';
  return remark('neutral', `Trading of ${scopeWords(input.scope)} ${rest}`);
}

function remark(tone: 'good' | 'neutral' | 'caution', words: string): Message {
  return compose([words], [alert(tone, words)]);
}
