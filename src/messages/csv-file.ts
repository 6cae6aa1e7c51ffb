import { compose, heading, text } from './blocks.ts';
import { formatCount, SEPARATOR } from './format.ts';
import type { Message } from './message.ts';

export interface CsvFileInput {
  /** What the lines are, e.g. `order`. */
  readonly noun: string;
  /** Null for all accounts. */
  readonly account: string | null;
  readonly lines: number;
  /** Where all of it is, a sentence, when these are only the newest. */
  readonly rest: string | null;
  readonly content: string;
  readonly now: Temporal.Instant;
}

/** A list as a file to take away. */
export function presentCsvFile(input: CsvFileInput): Message {
  const where = input.account ?? 'all accounts';
  const title = [`${input.noun[0]?.toUpperCase()}${input.noun.slice(1)}s`, where].join(SEPARATOR);
  const count = formatCount(input.lines, input.noun);
  const words = input.rest === null ? `${count}.` : `The newest ${count}. ${input.rest}`;
  const day = input.now.toZonedDateTimeISO('America/New_York').toPlainDate().toString();
  return compose(
    [`${title}: ${words}`],
    [
      heading(title),
      text(words),
      {
        type: 'file',
        name: `${input.noun.replaceAll(' ', '-')}s-${input.account ?? 'all'}-${day}.csv`,
        mediaType: 'text/csv',
        title,
        content: input.content,
      },
    ],
  );
}
