import type { BookDifference } from '../core/agreed-book.ts';
import { alert, buttons, compose, context, heading, left, right, table, text } from './blocks.ts';
import {
  formatCount,
  formatMoney,
  formatQuantity,
  formatSignedMoney,
  joinNames,
  sentence,
  SEPARATOR,
} from './format.ts';
import type { Block, Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { brokerName } from './words.ts';

/** So many differences are told one by one; a transferred account may have hundreds. */
const MOST_ROWS = 50;
const MOST_SENTENCES = 5;

/** How a message about differing positions and cash ended. */
export type BookIncidentEnd =
  /** A person took the broker's book as agreed. */
  | { readonly type: 'agreed'; readonly by: string }
  /** Broker and record came to agree by themselves. */
  | { readonly type: 'gone' }
  /** They differ otherwise now. */
  | { readonly type: 'replaced' };

/** Positions and cash that the broker has otherwise than the record says. */
export interface BookDifferencesInput {
  readonly account: string;
  readonly broker: string;
  readonly differences: readonly BookDifference[];
  /** The book that the expectation starts from; `by` null for the one that was found first. */
  readonly agreed: { readonly at: Temporal.Instant; readonly by: string | null };
  readonly digest: string;
  /** Who can take the broker's book as agreed. */
  readonly approvers: readonly string[];
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

/** Posted where an account talks; edited when it ends. */
export function presentBookDifferences(
  input: BookDifferencesInput & { readonly end: BookIncidentEnd | null },
): Message {
  const account = plain(input.account, 40);
  const { end } = input;
  const title = end === null ? 'Positions and cash differ' : 'Positions and cash differed';
  const head = [title, account].join(SEPARATOR);
  const count = countWords(input);
  if (end !== null) {
    const words = endWords(end, input);
    return compose(
      [count, ...sentences(input.differences), words],
      [heading(head), text(count), bookTable(input), context(words)],
    );
  }
  return compose(
    [count, ...sentences(input.differences), whatNow(input)],
    [
      heading(head),
      alert('bad', count),
      bookTable(input),
      context(whatNow(input)),
      agreeButton(input),
    ],
  );
}

/** The same on the reconciliation card, under its heading. */
export function bookDifferenceBlocks(input: BookDifferencesInput): {
  readonly sentences: readonly string[];
  readonly blocks: readonly (Block | null)[];
} {
  const count = countWords(input);
  return {
    sentences: [count, ...sentences(input.differences)],
    blocks: [alert('bad', count), bookTable(input), context(whatNow(input)), agreeButton(input)],
  };
}

/** `the book of 20 Nov 10:00 ET, agreed by Ben`. */
export function agreedBookWords(
  input: Pick<BookDifferencesInput, 'agreed' | 'timeZone' | 'now'>,
): string {
  const { at, by } = input.agreed;
  const who = by === null ? 'the first one seen' : `agreed on by ${plain(by, 60)}`;
  return `the book of ${formatMoment(at, input.timeZone, input.now)} (${who}) and the fills since`;
}

function countWords(input: BookDifferencesInput): string {
  const count = formatCount(input.differences.length, 'difference');
  const explained = input.differences.filter((difference) => difference.explained).length;
  const outside =
    explained === 0
      ? ''
      : explained === input.differences.length
        ? ' What was traded at the broker outside Evenkeel explains all of it.'
        : ` What was traded at the broker outside Evenkeel explains ${explained} of them.`;
  return `${count} in positions and cash: ${brokerName(input.broker)}'s are not what ${agreedBookWords(input)} come to.${outside}`;
}

function sentences(differences: readonly BookDifference[]): readonly string[] {
  const shown = differences
    .slice(0, MOST_SENTENCES)
    .map(({ words }) => sentence(plain(words, 200)));
  const more = differences.length - shown.length;
  return more === 0 ? shown : [...shown, `And ${more} more.`];
}

function bookTable(input: BookDifferencesInput): Block {
  const shown = input.differences.slice(0, MOST_ROWS);
  const more = input.differences.length - shown.length;
  const rest = more === 0 ? '' : `, the first ${MOST_ROWS} of ${input.differences.length}`;
  return table(
    `Positions in shares and cash in ${plain(input.account, 40)} that differ${rest}`,
    [left('What'), right('Expected'), right('At the broker'), right('Difference'), left('Note')],
    shown.map(({ symbol, expected, told, hint }) => {
      const change = told.minus(expected);
      const isCash = symbol === null;
      const signed = `${change.gt('0') ? '+' : ''}${formatQuantity(change)}`;
      return [
        isCash ? 'Cash' : plain(symbol, 24),
        isCash ? formatMoney(expected) : formatQuantity(expected),
        isCash ? formatMoney(told) : formatQuantity(told),
        { text: isCash ? formatSignedMoney(change) : signed, tone: 'bad' as const },
        plain(hint, 60),
      ];
    }),
  );
}

function whatNow(input: BookDifferencesInput): string {
  const who = joinNames(
    input.approvers.map((name) => plain(name, 60)),
    'or',
  );
  const account = plain(input.account, 40);
  return `Look it up at ${brokerName(input.broker)}. If it is as it should be, ${who} can take the broker's book as agreed; otherwise /halt ${account}. Proposals are made from the broker's book either way.`;
}

function endWords(end: BookIncidentEnd, input: BookDifferencesInput): string {
  switch (end.type) {
    case 'agreed':
      return `${plain(end.by, 60)} took the broker's book as agreed ${formatMoment(input.now, input.timeZone, input.now)}.`;
    case 'gone':
      return `They agree again since ${formatMoment(input.now, input.timeZone, input.now)}; nobody had to do anything.`;
    case 'replaced':
      return 'They differ otherwise since: the newer message counts.';
  }
}

/** It means these differences of this account and no later ones. */
function agreeButton(input: BookDifferencesInput): Block | null {
  return buttons([
    {
      action: 'agree_on_book',
      label: 'Take it as agreed',
      proposalId: input.account,
      digest: input.digest,
      style: 'plain',
      opensForm: false,
      confirm: {
        title: 'Is the broker right?',
        text: plain(sentences(input.differences).join(' '), 300),
        yes: 'Take it as agreed',
        no: 'Not yet',
      },
    },
  ]);
}

/** Tells the one who clicked that it is done. */
export function presentBookAgreed(input: { readonly account: string }): Message {
  const words = `The broker's book of ${plain(input.account, 40)} is the agreed one now. A halt, if there is one, stays until it is resumed.`;
  return compose([words], [alert('good', words)]);
}

/** A click on differences that are not there any more as they were shown. */
export function presentBookMoved(input: {
  readonly account: string;
  readonly to: 'agreed' | 'other' | 'not_comparable';
}): Message {
  const account = plain(input.account, 40);
  const words = {
    agreed: `Broker and record of ${account} agree already; nothing was changed.`,
    other: `Broker and record of ${account} differ otherwise by now, so nothing was changed. /reconcile ${account} shows how.`,
    not_comparable: `Orders of ${account} are under way, so nothing was changed. Try again when they are done.`,
  }[input.to];
  return compose([words], [alert('caution', words)]);
}
