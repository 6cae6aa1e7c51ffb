import type { Decimal } from '../core/decimal.ts';
import { sum } from '../core/decimal.ts';
import { chartPercent } from './format.ts';
import type { Block, Button, Message, Tone } from './message.ts';
import { plain } from './plain.ts';

/** A message's notification line is at most this long: Slack takes 3000 characters, Discord 2000. */
const LONGEST_FALLBACK = 1200;

/** Slack's charts have room for 20 categories; more would not be readable anywhere. */
const MOST_CATEGORIES = 20;

export type Cell = { readonly text: string; readonly tone?: Tone | undefined };
export type Column = { readonly label: string; readonly align: 'left' | 'right' };

/** Puts a message together; its fallback is the given sentences on one line. */
export function compose(sentences: readonly string[], blocks: readonly (Block | null)[]): Message {
  return {
    fallback: plain(sentences.filter((sentence) => sentence !== '').join(' '), LONGEST_FALLBACK),
    blocks: blocks.filter((block) => block !== null),
  };
}

export function heading(value: string): Block {
  return { type: 'heading', text: value };
}

export function text(value: string, tone?: Tone): Block {
  return tone === undefined ? { type: 'text', text: value } : { type: 'text', text: value, tone };
}

export function alert(tone: Tone, value: string): Block {
  return { type: 'alert', tone, text: value };
}

export function context(value: string): Block {
  return { type: 'context', text: value };
}

export function fields(
  entries: readonly { readonly label: string; readonly value: string; readonly tone?: Tone }[],
): Block {
  return { type: 'fields', fields: [...entries] };
}

export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (Cell | string)[])[],
): Block {
  return {
    type: 'table',
    caption,
    columns: [...columns],
    rows: rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell))),
  };
}

export function left(label: string): Column {
  return { label, align: 'left' };
}

export function right(label: string): Column {
  return { label, align: 'right' };
}

export function buttons(list: readonly Button[]): Block | null {
  return list.length === 0 ? null : { type: 'buttons', buttons: [...list] };
}

/** One symbol's weight beside its target, as fractions. */
export interface ActualWeight {
  readonly symbol: string;
  readonly targetWeight: Decimal;
  readonly weight: Decimal;
}

/**
 * Target against actual, one category a symbol, the largest first. Beyond 20 categories the smallest are
 * added up as `other`, so that the columns still add up. Null when there is nothing to draw.
 */
export function weightsChart(
  title: string,
  weights: readonly ActualWeight[],
  actualName = 'Now',
): Block | null {
  if (weights.length === 0) return null;
  const size = (row: ActualWeight): Decimal =>
    row.weight.gte(row.targetWeight) ? row.weight : row.targetWeight;
  const sorted = weights.toSorted((a, b) => size(b).cmp(size(a)) || (a.symbol < b.symbol ? -1 : 1));
  const shown = sorted.length > MOST_CATEGORIES ? sorted.slice(0, MOST_CATEGORIES - 1) : sorted;
  const rest = sorted.slice(shown.length);
  const rows =
    rest.length === 0
      ? shown
      : [
          ...shown,
          {
            symbol: 'other',
            targetWeight: sum(rest.map((row) => row.targetWeight)),
            weight: sum(rest.map((row) => row.weight)),
          },
        ];
  return {
    type: 'chart',
    title,
    kind: 'bar',
    unit: '%',
    categories: rows.map((row) => plain(row.symbol, 24)),
    series: [
      { name: 'Target', values: rows.map((row) => chartPercent(row.targetWeight)) },
      { name: actualName, values: rows.map((row) => chartPercent(row.weight)) },
    ],
  };
}
