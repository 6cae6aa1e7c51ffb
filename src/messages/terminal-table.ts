import { displayWidth, pad, wrap } from './display-width.ts';
import type { Block } from './message.ts';
import type { Glyphs, Paint } from './terminal-style.ts';

type Table = Extract<Block, { type: 'table' }>;
type Cell = Table['rows'][number][number];

const GAP = '  ';
/** A column of text is not squeezed below this, nor below its longest word; then the table becomes lists. */
const NARROWEST = 8;
/** Words longer than this may be broken. */
const LONGEST_WORD = 20;

/** A table in aligned columns; its text columns wrap when it is too wide, and at last each row becomes a list. */
export function renderTable(
  table: Table,
  width: number,
  paint: Paint,
  glyphs: Glyphs,
): readonly string[] {
  const widths = fitColumns(table, width);
  if (widths === null) return renderAsLists(table, width, paint);
  const labels = table.columns.map((column, index) => wrap(column.label, widths[index] ?? 0));
  const rule = glyphs.horizontal.repeat(total(widths));
  return [
    ...renderLines(table, labels, widths).map((line) => paint('dim', line.join(GAP).trimEnd())),
    paint('dim', rule),
    ...table.rows.flatMap((row) => renderRow(table, row, widths, paint)),
  ];
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

function longestWord(text: string): number {
  return Math.max(0, ...text.split(' ').map(displayWidth));
}

/** Labels on one line where there is room, else wrapped; then the widest columns of text are narrowed. */
function fitColumns(table: Table, available: number): readonly number[] | null {
  const cells = table.columns.map((_, index) =>
    Math.max(0, ...table.rows.map((row) => displayWidth(row[index]?.text ?? ''))),
  );
  const wide = table.columns.map((column, index) =>
    Math.max(displayWidth(column.label), cells[index] ?? 0),
  );
  if (total(wide) <= available) return wide;
  const narrow = table.columns.map((column, index) =>
    Math.max(longestWord(column.label), cells[index] ?? 0),
  );
  const least = table.columns.map((column, index) => {
    const texts = [column.label, ...table.rows.map((row) => row[index]?.text ?? '')];
    return Math.min(LONGEST_WORD, Math.max(NARROWEST, ...texts.map(longestWord)));
  });
  return squeeze(table, narrow, least, available);
}

/** Narrows the widest columns of text until all fits; null when it cannot. */
function squeeze(
  table: Table,
  natural: readonly number[],
  least: readonly number[],
  available: number,
): readonly number[] | null {
  const widths = [...natural];
  while (total(widths) > available) {
    let widest = -1;
    for (const [index, column] of table.columns.entries()) {
      const wide = widths[index] ?? 0;
      if (column.align === 'left' && wide > (least[index] ?? 0) && wide > (widths[widest] ?? 0)) {
        widest = index;
      }
    }
    if (widest === -1) return null;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function renderRow(
  table: Table,
  row: readonly Cell[],
  widths: readonly number[],
  paint: Paint,
): readonly string[] {
  const cells = table.columns.map((_, index) => wrap(row[index]?.text ?? '', widths[index] ?? 0));
  return renderLines(table, cells, widths).map((line) =>
    line
      .map((text, index) => paint(row[index]?.tone ?? 'neutral', text))
      .join(GAP)
      .trimEnd(),
  );
}

/** The lines of cells that may have several each, every piece filled up to its column. */
function renderLines(
  table: Table,
  cells: readonly (readonly string[])[],
  widths: readonly number[],
): readonly (readonly string[])[] {
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    table.columns.map((column, index) =>
      pad(cells[index]?.[line] ?? '', widths[index] ?? 0, column.align),
    ),
  );
}

/** One list a row: its first two cells, then each other cell beside its column's name. */
function renderAsLists(table: Table, width: number, paint: Paint): readonly string[] {
  const labels = table.columns.map((column) => column.label);
  const widest = Math.max(...labels.slice(2).map(displayWidth), 0);
  // Names take at most half of the line, so that there is room for what they name.
  const labelWidth = Math.min(widest, Math.floor(width / 2) - 3);
  return table.rows.flatMap((row, index) => {
    const title = row.slice(0, 2).map((cell) => cell.text);
    const tone = row.slice(0, 2).find((cell) => cell.tone !== undefined)?.tone ?? 'strong';
    const rest = row.slice(2).flatMap((cell, position) => {
      const label = wrap(labels[position + 2] ?? '', labelWidth);
      const value = wrap(cell.text, width - labelWidth - 4);
      return Array.from({ length: Math.max(label.length, value.length) }, (_, line) => {
        const name = paint('dim', pad(label[line] ?? '', labelWidth, 'left'));
        return `  ${name}  ${paint(cell.tone ?? 'neutral', value[line] ?? '')}`.trimEnd();
      });
    });
    return [
      ...(index === 0 ? [] : ['']),
      ...wrap(title.join(' '), width).map((line) => paint(tone, line)),
      ...rest,
    ];
  });
}
