import { displayWidth, pad } from '../../messages/display-width.ts';
import type { Block } from '../../messages/message.ts';
import type { SlackBlock } from './block-kit.ts';
import { LIMITS, mrkdwn } from './block-kit.ts';
import { clip, escapeEntities, line } from './text.ts';
import { WORDS } from './words.ts';

type Table = Extract<Block, { type: 'table' }>;

/** Rectangular, clean, and no larger than Slack's table; `left` says what was left out. */
interface Grid {
  readonly rows: readonly (readonly string[])[];
  readonly left: readonly string[];
}

const LONGEST_CELL = 300;

/** The table cut to Slack's limits; its header is the first row. Null when there is nothing to show. */
function gridOf(table: Table, maximumCharacters: number): Grid | null {
  const every = Math.max(table.columns.length, ...table.rows.map((row) => row.length));
  const width = Math.min(every, LIMITS.tableColumns);
  if (width === 0) return null;
  const cell = (text: string | undefined): string => line(text ?? '', LONGEST_CELL) || WORDS.empty;
  const range = Array.from({ length: width }, (_, index) => index);
  const rows: string[][] = [];
  let characters = 0;
  const all = [table.columns.map(({ label }) => label), ...table.rows.map(textsOf)];
  for (const texts of all) {
    const row = range.map((index) => cell(texts[index]));
    characters += row.reduce((sum, text) => sum + text.length, 0);
    if (rows.length > 0 && (rows.length >= LIMITS.tableRows || characters > maximumCharacters)) {
      break;
    }
    rows.push(row);
  }
  const left: string[] = [];
  if (rows.length < all.length) left.push(WORDS.moreRows(all.length - rows.length));
  if (width < every) left.push(WORDS.moreColumns(every - width));
  return { rows, left };
}

function textsOf(row: Table['rows'][number]): readonly string[] {
  return row.map(({ text }) => text);
}

/**
 * The native table; a small line under it says what did not fit.
 * https://docs.slack.dev/reference/block-kit/blocks/table-block
 */
export function renderNativeTable(table: Table): readonly SlackBlock[] {
  const grid = gridOf(table, LIMITS.tableCharacters);
  if (grid === null) return [];
  const [header = []] = grid.rows;
  const block: SlackBlock = {
    type: 'table',
    column_settings: header.map((_, index) => ({
      align: table.columns[index]?.align ?? 'left',
      is_wrapped: (table.columns[index]?.align ?? 'left') === 'left',
    })),
    rows: grid.rows.map((row) => row.map((text) => ({ type: 'raw_text', text }))),
  };
  return grid.left.length === 0 ? [block] : [block, smallPrint(grid.left.join(' '))];
}

/** The same in aligned columns of plain text, for where there is no table. */
export function renderPlainTable(table: Table): readonly SlackBlock[] {
  const grid = gridOf(table, LIMITS.text - 500);
  if (grid === null) return [];
  const short = grid.rows.map((row) => row.map((text) => clip(text, 40)));
  const [header = []] = short;
  const widths = header.map((_, index) =>
    Math.max(...short.map((row) => displayWidth(row[index] ?? ''))),
  );
  const lines = short.map((row) =>
    row
      .map((text, index) => pad(text, widths[index] ?? 0, table.columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd(),
  );
  const caption = line(table.caption, LIMITS.header);
  const kept: string[] = [];
  let length = 20;
  for (const text of lines) {
    // A grave accent would end the block of code; its look-alike does not.
    const escaped = escapeEntities(text.replaceAll('`', 'ˋ'));
    length += escaped.length + 1;
    if (length > LIMITS.text) break;
    kept.push(escaped);
  }
  const left = [...grid.left];
  if (kept.length < lines.length) left.push(WORDS.moreRows(lines.length - kept.length));
  return [
    ...(caption === '' ? [] : [smallPrint(caption)]),
    ...(kept.length === 0
      ? []
      : [{ type: 'section', text: mrkdwn(`\`\`\`\n${kept.join('\n')}\n\`\`\``) }]),
    ...(left.length === 0 ? [] : [smallPrint(left.join(' '))]),
  ];
}

function smallPrint(text: string): SlackBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] };
}
