import type { Block, Tone } from '../../messages/message.ts';
import { BOX_GLYPHS } from '../../messages/terminal-style.ts';
import { renderTable } from '../../messages/terminal-table.ts';
import { cutMarkup, escapeInline, escapeText, inCodeBlock, line } from './text.ts';
import { WORDS } from './words.ts';

type Table = Extract<Block, { type: 'table' }>;
type Progress = Extract<Block, { type: 'progress' }>;
type Fields = Extract<Block, { type: 'fields' }>;

/** Columns of a code block on a desktop; a wider table becomes lists, which also fit a phone. */
const CODE_COLUMNS = 66;
/** Where lists would have to leave rows out, a table that wraps on small screens shows more. */
const WIDE_CODE_COLUMNS = 96;
const LONGEST_CELL = 200;
const MOST_ROWS = 300;
const BAR_CELLS = 14;

const SIGNS: Readonly<Record<Tone, string>> = {
  neutral: '',
  good: '✅ ',
  caution: '⚠️ ',
  bad: '⛔ ',
};
const STEPS: Readonly<Record<Progress['steps'][number]['status'], string>> = {
  waiting: '▫️',
  running: '⏳',
  done: '✅',
  failed: '❌',
};

/** A block as text of a message: at most `maximum` UTF-16 units; empty when there is nothing to say. */
export type TextBlock = (maximum: number) => string;

/** How a block becomes text; null for those that become something else. */
export function textBlock(block: Block): TextBlock | null {
  switch (block.type) {
    case 'heading':
      return cutting(heading(block.text));
    case 'text':
      return cutting(block.text === '' ? '' : escapeText(block.text));
    case 'alert':
      return cutting(block.text === '' ? '' : SIGNS[block.tone] + escapeText(block.text));
    case 'context':
      return cutting(smallPrint(block.text));
    case 'fields':
      return (maximum) => fitting(block.fields.map(field), maximum);
    case 'progress':
      return (maximum) => progress(block, maximum);
    case 'table':
      return (maximum) => table(block, maximum);
    case 'chart':
    case 'buttons':
      return null;
  }
}

function cutting(text: string): TextBlock {
  return (maximum) => cutMarkup(text, maximum);
}

function heading(text: string): string {
  const shown = escapeInline(text);
  return shown === '' ? '' : `## ${shown}`;
}

function smallPrint(text: string): string {
  if (text.trim() === '') return '';
  return escapeText(text)
    .split('\n')
    .map((one) => (one === '' ? one : `-# ${one}`))
    .join('\n');
}

function field({ label, value, tone }: Fields['fields'][number]): string {
  const name = escapeInline(label);
  return `${name === '' ? '' : `**${name}** `}${SIGNS[tone ?? 'neutral']}${escapeInline(value)}`;
}

function progress({ percent, label, steps }: Progress, maximum: number): string {
  const full = Math.round((percent / 100) * BAR_CELLS);
  const bar = `${'▰'.repeat(full)}${'▱'.repeat(BAR_CELLS - full)} ${percent}%`;
  const head = cutMarkup(`${escapeInline(label)}\n${bar}`.trim(), maximum);
  const told = steps.map(({ title, detail, status }) => {
    const more = detail === '' ? '' : ` · ${escapeInline(detail)}`;
    return cutMarkup(`${STEPS[status]} ${escapeInline(title)}${more}`, 300);
  });
  const rest = fitting(told, maximum - head.length - 1);
  return rest === '' ? head : `${head}\n${rest}`;
}

/** As many lines as there is room for, and how many there is none for. */
function fitting(told: readonly string[], maximum: number): string {
  const all = told.join('\n');
  if (all.length <= maximum) return all;
  const room = maximum - WORDS.moreRows(told.length).length - 1;
  const kept: string[] = [];
  let length = 0;
  for (const one of told) {
    if (length + one.length + 1 > room) break;
    kept.push(one);
    length += one.length + 1;
  }
  const [first] = told;
  if (kept.length === 0 && first !== undefined && room > 8) kept.push(cutMarkup(first, room));
  if (kept.length === 0) return '';
  return [...kept, WORDS.moreRows(told.length - kept.length)].join('\n');
}

/** A table as a code block. Rows that do not fit are counted. */
function table(block: Table, maximum: number): string {
  if (block.columns.length === 0 || block.rows.length === 0) {
    return cutMarkup(smallPrint(block.caption), maximum);
  }
  const clean: Table = {
    ...block,
    columns: block.columns.map((column) => ({ ...column, label: cell(column.label) })),
    rows: block.rows
      .slice(0, MOST_ROWS)
      .map((row) => row.map((one) => ({ ...one, text: cell(one.text) }))),
  };
  const hidden = block.rows.length - clean.rows.length;
  const narrow = mostRows(clean, CODE_COLUMNS, maximum, hidden);
  const wide =
    narrow.rows === clean.rows.length
      ? narrow
      : mostRows(clean, WIDE_CODE_COLUMNS, maximum, hidden);
  return wide.rows > narrow.rows ? wide.text : narrow.text;
}

function cell(text: string): string {
  return inCodeBlock(line(text, LONGEST_CELL));
}

/** The most rows of a table whose code block is at most `maximum` long. */
function mostRows(
  block: Table,
  columns: number,
  maximum: number,
  hidden: number,
): { readonly rows: number; readonly text: string } {
  const show = (rows: number): string => {
    const left = block.rows.length - rows + hidden;
    const shown = { ...block, rows: block.rows.slice(0, rows) };
    const drawn = renderTable(shown, columns, (_, text) => text, BOX_GLYPHS).join('\n');
    const more = left > 0 ? `\n${WORDS.moreRows(left)}` : '';
    return `\`\`\`\n${drawn}\n\`\`\`${more}`;
  };
  const all = show(block.rows.length);
  if (all.length <= maximum) return { rows: block.rows.length, text: all };
  let fits = 0;
  let text = '';
  let tooMany = block.rows.length;
  while (tooMany - fits > 1) {
    const rows = Math.floor((fits + tooMany) / 2);
    const shown = show(rows);
    if (shown.length > maximum) {
      tooMany = rows;
    } else {
      fits = rows;
      text = shown;
    }
  }
  if (fits === 0) text = cutMarkup(WORDS.moreRows(block.rows.length + hidden), maximum);
  return { rows: fits, text };
}
