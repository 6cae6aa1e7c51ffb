import { displayWidth } from '../../messages/display-width.ts';
import type { Block, Tone } from '../../messages/message.ts';
import { BOX_GLYPHS } from '../../messages/terminal-style.ts';
import { renderTable } from '../../messages/terminal-table.ts';
import { cutMarkup, escapeInline, escapeText, inCodeBlock, line } from './text.ts';
import { WORDS } from './words.ts';

type Table = Extract<Block, { type: 'table' }>;
type Progress = Extract<Block, { type: 'progress' }>;
type Fields = Extract<Block, { type: 'fields' }>;

/** Columns of a code block on a desktop; a wider table becomes a list, which also fits a phone. */
const CODE_COLUMNS = 66;
/** Where a list would have to leave rows out, a table that wraps on small screens shows more. */
const WIDE_CODE_COLUMNS = 96;
/** Of a list, on a phone. */
const LIST_COLUMNS = 40;
/** A column of text is not squeezed below this. */
const WRAPPED_COLUMNS = 24;
const LONGEST_CELL = 200;
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
    case 'link':
      return cutting(link(block));
    case 'file':
    case 'qr_code':
    case 'chart':
    case 'buttons':
      return null;
  }
}

/** Only what a browser opens becomes a link. */
function link({ label, url }: Extract<Block, { type: 'link' }>): string {
  const shown = escapeInline(label);
  const address = url === null || !URL.canParse(url) ? null : new URL(url);
  if (address === null || !/^https?:$/u.test(address.protocol)) return shown;
  return `[${shown}](<${address.href.replaceAll('>', '%3E')}>)`;
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
  const columns = block.columns.map((column) => ({ ...column, label: cell(column.label) }));
  const rows: Table['rows'] = [];
  let length = 0;
  for (const row of block.rows) {
    const cleaned = row.map((one) => ({ ...one, text: cell(one.text) }));
    length += cleaned.reduce((sum, { text }) => sum + text.length + 1, 0);
    // However it is drawn, a row is longer than its cells together.
    if (length > maximum) break;
    rows.push(cleaned);
  }
  const clean: Table = { ...block, columns, rows };
  const hidden = block.rows.length - rows.length;
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

/** How wide a table is at least: texts can be wrapped, figures cannot. */
function leastWidth({ columns, rows }: Table): number {
  const widths = columns.map(({ label, align }, index) => {
    const cells = Math.max(0, ...rows.map((row) => displayWidth(row[index]?.text ?? '')));
    const words = Math.max(0, ...label.split(' ').map(displayWidth));
    return Math.max(words, align === 'left' ? Math.min(cells, WRAPPED_COLUMNS) : cells);
  });
  return widths.reduce((sum, width) => sum + width + 2, -2);
}

/** A paragraph a row: its first two cells, then the others with their columns' names. */
function renderList({ columns, rows }: Table): string {
  return rows
    .map((row) => {
      const title = row.slice(0, 2).map(({ text }) => text);
      const lines: string[] = [];
      let current = '';
      for (const [index, { text }] of row.slice(2).entries()) {
        const told = `${columns[index + 2]?.label ?? ''} ${text}`.trim();
        const longer = current === '' ? told : `${current} · ${told}`;
        if (current !== '' && displayWidth(longer) > LIST_COLUMNS) {
          lines.push(current);
          current = told;
        } else {
          current = longer;
        }
      }
      return [title.join(' ').trim(), ...[...lines, current].map((one) => `  ${one}`)]
        .filter((one) => one.trim() !== '')
        .join('\n');
    })
    .join('\n');
}

/** The most rows of a table whose code block is at most `maximum` long. */
function mostRows(
  block: Table,
  columns: number,
  maximum: number,
  hidden: number,
): { readonly rows: number; readonly text: string } {
  const isList = leastWidth(block) > columns;
  const show = (rows: number): string => {
    const left = block.rows.length - rows + hidden;
    const shown = { ...block, rows: block.rows.slice(0, rows) };
    const drawn = isList
      ? renderList(shown)
      : renderTable(shown, columns, (_, text) => text, BOX_GLYPHS).join('\n');
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
