import type { CodeDenial } from '../core/one-time-code.ts';
import { LOCKED_FOR } from '../core/one-time-code.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { alert, buttons, compose, text } from './blocks.ts';
import { formatCount, joinNames } from './format.ts';
import { CODE_FIELD } from './forms.ts';
import type { Button, ButtonAction, Form, Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';

/** What is said around authenticators and their codes. */

type EnrolmentAction = Extract<ButtonAction, 'confirm_codes' | 'replace_codes'>;

/** The secret, for its person alone: it is said once and kept nowhere in clear. */
export function presentOfferedSecret(input: {
  readonly secret: string;
  readonly uri: string;
  readonly until: Temporal.Instant;
  readonly now: Temporal.Instant;
}): Message {
  const until = formatMoment(input.until, EXCHANGE_TIME_ZONE, input.now);
  const intro =
    'Put this secret into an authenticator app: scan the code where you see one, type the secret, or open the address on the phone. It is shown this once.';
  const next = `Then give the first code, until ${until}. Codes count from then on.`;
  return compose(
    [intro, `Secret: ${inFours(input.secret)}`, `Address: ${input.uri}`, next],
    [
      text(intro),
      { type: 'qr_code', content: input.uri, label: 'QR code for an authenticator app' },
      text(`Secret: ${inFours(input.secret)}`),
      text(`Address: ${input.uri}`),
      text(next),
      buttons([enrolmentButton('confirm_codes', 'Give the first code')]),
    ],
  );
}

/** The person has an authenticator already. */
export function presentEnrolledAlready(input: {
  readonly since: Temporal.Instant;
  readonly admins: readonly string[];
  readonly now: Temporal.Instant;
}): Message {
  const since = formatMoment(input.since, EXCHANGE_TIME_ZONE, input.now);
  const words = `You have an authenticator since ${since}. Another one takes a code of it. If it is lost, ${adminsCan(input.admins)} reset it: /enroll PERSON --reset.`;
  return compose(
    [words],
    [alert('neutral', words), buttons([enrolmentButton('replace_codes', 'Use another one')])],
  );
}

/** Asks for a code: the first of a new authenticator, or one of the present one. */
export function codeForm(action: EnrolmentAction): Form {
  const first = action === 'confirm_codes';
  return {
    title: first ? 'Give the first code' : 'Use another authenticator',
    action,
    ...ABOUT_NO_PROPOSAL,
    intro: first
      ? 'The code that the app shows now.'
      : 'A code of the authenticator you have. It counts until the new one is confirmed.',
    fields: [CODE_FIELD],
    submitLabel: first ? 'Confirm' : 'Go on',
  };
}

export function presentEnrolled(): Message {
  return said(
    'good',
    'Your authenticator is set up. Each code counts once; this first one is used.',
  );
}

/** A code of `/enroll` that does not count. */
export function presentCodeDenied(input: {
  readonly denial: CodeDenial;
  readonly now: Temporal.Instant;
}): Message {
  return said('caution', codeDenialWords(input.denial, input.now));
}

export function presentNothingOffered(): Message {
  return said(
    'caution',
    'There is no secret to confirm, or its 15 minutes are over. /enroll shows a new one.',
  );
}

/** Codes are typed into forms: what follows a command is written down. */
export function presentNoCodesHere(): Message {
  return said(
    'caution',
    'Codes are never typed after /enroll, because commands are recorded. /enroll alone shows the button for them.',
  );
}

/** `/enroll PERSON --reset` by an admin. */
export function presentResetAnswer(
  input:
    | { readonly type: 'reset' | 'no_codes'; readonly personName: string }
    | {
        readonly type: 'no_such_person';
        readonly given: string;
        readonly people: readonly string[];
      }
    | { readonly type: 'own'; readonly others: readonly string[] }
    | { readonly type: 'no_person' },
): Message {
  switch (input.type) {
    case 'reset':
      return said(
        'good',
        `The authenticator of ${plain(input.personName, 60)} is forgotten. They set up a new one with /enroll.`,
      );
    case 'no_codes':
      return said(
        'neutral',
        `${plain(input.personName, 60)} has no authenticator. Nothing was changed.`,
      );
    case 'no_such_person':
      return said(
        'caution',
        `Nobody is called ${plain(input.given, 60)}. The people are ${names(input.people)}. Nothing was changed.`,
      );
    case 'own':
      return said(
        'caution',
        `Nobody resets their own authenticator: whoever took over your chat could. ${
          input.others.length === 0
            ? 'There is no other admin: name one in portfolios.yaml.'
            : `Any of ${names(input.others)} can.`
        }`,
      );
    case 'no_person':
      return said(
        'caution',
        'Say whose: /enroll PERSON --reset. For an authenticator of your own: /enroll.',
      );
  }
}

/** To the person, directly: an authenticator speaks for them from now on. */
export function presentEnrolledNotice(input: { readonly now: Temporal.Instant }): Message {
  const at = formatMoment(input.now, EXCHANGE_TIME_ZONE, input.now);
  return said(
    'neutral',
    `An authenticator was set up for you ${at}. If that was not you, tell an admin at once.`,
  );
}

/** To the other admins, directly: a first authenticator is set up by whoever has the chat login. */
export function presentEnrolledToAdmins(input: {
  readonly personName: string;
  readonly isFirst: boolean;
  readonly now: Temporal.Instant;
}): Message {
  const at = formatMoment(input.now, EXCHANGE_TIME_ZONE, input.now);
  const name = plain(input.personName, 60);
  const which = input.isFirst ? 'a first authenticator' : 'another authenticator';
  return said(
    'neutral',
    `${name} set up ${which} ${at}. Ask them, not in this chat, whether it was them; if not: /enroll PERSON --reset.`,
  );
}

/** To the person, directly. */
export function presentCodesReset(input: {
  readonly adminName: string;
  readonly now: Temporal.Instant;
}): Message {
  const at = formatMoment(input.now, EXCHANGE_TIME_ZONE, input.now);
  return said(
    'caution',
    `${plain(input.adminName, 60)} reset your authenticator ${at}. /enroll sets up a new one. If you did not ask for it, tell an admin at once.`,
  );
}

/** To the person, directly: somebody tries their codes. */
export function presentCodesLocked(input: {
  readonly until: Temporal.Instant;
  readonly now: Temporal.Instant;
}): Message {
  return said(
    'bad',
    `${lockedWords(input.until, input.now)} If it was not you who typed them, tell an admin at once.`,
  );
}

/** Why a code does not count and what to do, in sentences. */
export function codeDenialWords(denial: CodeDenial, now: Temporal.Instant): string {
  switch (denial.code) {
    case 'code_not_enrolled':
      return 'It takes a one-time code, and you have no authenticator: /enroll sets one up.';
    case 'code_needed':
      return 'It takes a one-time code: the six digits that your authenticator app shows.';
    case 'code_wrong':
      return `That code is not right. ${attempts(denial.attemptsLeft)} Look that the clock of your phone is right.`;
    case 'code_used':
      return `That code has been used. Wait for the next one, half a minute at most. ${attempts(denial.attemptsLeft)}`;
    case 'code_locked':
      return lockedWords(denial.until, now);
  }
}

function lockedWords(until: Temporal.Instant, now: Temporal.Instant): string {
  const at = formatMoment(until, EXCHANGE_TIME_ZONE, now);
  return `Too many codes were wrong: yours are locked until ${at}. An admin can reset them with /enroll PERSON --reset.`;
}

function attempts(left: number): string {
  return `${formatCount(left, 'attempt')} ${left === 1 ? 'is' : 'are'} left before codes are locked for ${LOCKED_FOR.total('minutes')} min.`;
}

function adminsCan(admins: readonly string[]): string {
  return admins.length === 0
    ? 'an admin can'
    : `${joinNames(
        admins.map((name) => plain(name, 60)),
        'or',
      )} can`;
}

function names(list: readonly string[]): string {
  return list.map((name) => plain(name, 60)).join(', ');
}

function inFours(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/gu, '$1 ');
}

const ABOUT_NO_PROPOSAL = { proposalId: '', digest: '' };

function enrolmentButton(action: EnrolmentAction, label: string): Button {
  return { action, label, ...ABOUT_NO_PROPOSAL, style: 'primary', opensForm: true };
}

function said(tone: 'neutral' | 'good' | 'caution' | 'bad', words: string): Message {
  return compose([words], [alert(tone, words)]);
}
