import { styleText, type InspectColor } from 'node:util';
import type { Tone } from './message.ts';

/** How a terminal shows messages. */
export interface TerminalOptions {
  /** Without it: no escape sequences, and ASCII in everything that we draw. */
  readonly colour: boolean;
  /** Columns. */
  readonly width: number;
}

export type Style = Tone | 'strong' | 'dim' | 'accent' | 'target';

type Format = InspectColor | readonly InspectColor[];

const FORMATS: Readonly<Record<Style, Format | null>> = {
  neutral: null,
  good: 'green',
  caution: 'yellow',
  bad: 'red',
  strong: 'bold',
  dim: 'gray',
  accent: 'cyan',
  target: 'white',
};

/** Colours text, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

export function createPaint(colour: boolean): Paint {
  return (style, text) => {
    const format = FORMATS[style];
    return colour && format !== null ? applyFormat(format, text) : text;
  };
}

/** Whether to colour is the caller's decision, not the environment's. */
export function applyFormat(format: Format, text: string): string {
  return text === ''
    ? ''
    : styleText(typeof format === 'string' ? format : [...format], text, { validateStream: false });
}

/** What lines, bars and signs are drawn with. */
export interface Glyphs {
  readonly horizontal: string;
  readonly vertical: string;
  readonly topLeft: string;
  readonly bottomLeft: string;
  /** How far a progress is, and how far it is not. */
  readonly full: string;
  readonly light: string;
  /** A chart's bar, what it is over its target, and what it lacks. */
  readonly bar: string;
  readonly over: string;
  readonly missing: string;
  readonly mark: string;
  /** Stands for what was cut off; one column. */
  readonly ellipsis: string;
  /** From nearly empty to full, for charts of a line. */
  readonly levels: readonly string[];
  readonly tones: Readonly<Record<Tone, string>>;
  readonly steps: Readonly<Record<'waiting' | 'running' | 'done' | 'failed', string>>;
}

export const BOX_GLYPHS: Glyphs = {
  horizontal: '─',
  vertical: '│',
  topLeft: '┌',
  bottomLeft: '└',
  full: '█',
  light: '░',
  // An eighth is left free, so that bars below each other stay apart.
  bar: '▇',
  over: '▇',
  missing: '·',
  mark: '┃',
  ellipsis: '…',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  tones: { neutral: '●', good: '✔', caution: '▲', bad: '✖' },
  steps: { waiting: '○', running: '◐', done: '✔', failed: '✖' },
};

export const ASCII_GLYPHS: Glyphs = {
  horizontal: '-',
  vertical: '|',
  topLeft: '+',
  bottomLeft: '+',
  full: '#',
  light: '.',
  bar: '#',
  over: '#',
  missing: '.',
  mark: '|',
  ellipsis: '~',
  levels: ['#'],
  tones: { neutral: '*', good: '+', caution: '!', bad: 'x' },
  steps: { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed' },
};

const TYPOGRAPHY: Readonly<Record<string, string>> = {
  '→': '->',
  '·': '-',
  '…': '...',
  '“': '"',
  '”': '"',
  '–': '-',
  '’': "'",
};

/** Our own typography in ASCII; letters of other scripts stay as they are. */
export function toAscii(text: string): string {
  return text.replace(/[→·…“”–’]/gu, (character) => TYPOGRAPHY[character] ?? character);
}
