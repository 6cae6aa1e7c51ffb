import { clip, displayWidth } from '../../messages/display-width.ts';
import type { Block } from '../../messages/message.ts';
import { formatValue, fractionDigits, scale } from '../web/chart-scale.ts';
import type { Scale } from '../web/chart-scale.ts';
import { line } from './text.ts';

export type Chart = Extract<Block, { type: 'chart' }>;
type Series = Chart['series'][number];

/** Pixels of the drawing; the picture has twice as many. */
const WIDTH = 640;
const MARGIN = 20;
const LEGEND = 26;
const TITLE = 34;
const PLOT_HEIGHT = 180;
const ROW = 34;

/** More than these do not fit into a picture that is read on a phone; the rest is counted in a line. */
const MOST_CATEGORIES = 24;
const MOST_SERIES = 4;

/** Discord's own dark, so that the picture belongs to the message in either theme. */
const COLOURS = {
  background: '#1e1f22',
  text: '#f2f3f5',
  quiet: '#a3a6aa',
  grid: '#3a3c41',
  target: '#f2f3f5',
  series: ['#5b8def', '#2fbf8f', '#e0a33c', '#c56bd6'],
} as const;

/** The font of the picture. A slim machine has none, so that it comes with the program. */
export const FONT_FAMILY = 'DejaVu Sans';

interface Coloured extends Series {
  readonly colour: string;
  readonly isTarget: boolean;
  readonly digits: number;
}

/** Draws a chart as SVG. Places are for drawing only: binary floats are good enough. */
export function chartSvg(chart: Chart): string {
  const series = withColours(chart.series.slice(0, MOST_SERIES));
  return chart.kind === 'bar' ? bars(chart, series) : lines(chart, series);
}

/** The chart in words, for those who do not see the picture; at most `maximum` UTF-16 units. */
export function chartInWords(chart: Chart, maximum: number): string {
  let told = `${line(chart.title, maximum)}.`;
  for (const [index, category] of chart.categories.entries()) {
    if (told.length > maximum) break;
    const values = chart.series.map(({ name, values: points }) => {
      const value = formatValue(points[index] ?? '', chart.unit);
      return chart.series.length === 1 ? value : `${line(name, 60)} ${value}`;
    });
    told += `${index === 0 ? '' : ';'} ${line(category, 60)}: ${values.join(', ')}`;
  }
  return line(told, maximum);
}

/** What is aimed at is a mark; what is the case gets the colours. */
function withColours(series: readonly Series[]): readonly Coloured[] {
  const isTarget = (one: Series): boolean => series.length > 1 && /^targets?$/iu.test(one.name);
  const actual = series.filter((one) => !isTarget(one));
  return series.map((one) => ({
    ...one,
    isTarget: isTarget(one),
    colour: isTarget(one)
      ? COLOURS.target
      : (COLOURS.series[actual.indexOf(one) % COLOURS.series.length] ?? COLOURS.text),
    digits: Math.max(0, ...one.values.map(fractionDigits)),
  }));
}

function bars(chart: Chart, series: readonly Coloured[]): string {
  const categories = chart.categories.slice(0, MOST_CATEGORIES);
  const drawn = series.filter(({ isTarget }) => !isTarget);
  const targets = series.filter(({ isTarget }) => isTarget);
  const labelWidth = Math.min(150, 16 + 8.2 * Math.max(3, ...categories.map(labelColumns)));
  const left = MARGIN + labelWidth;
  const right = WIDTH - MARGIN - 82;
  const axis = scale(
    series.flatMap(({ values }) => values.slice(0, categories.length)),
    { fromZero: true },
  );
  const x = (value: string): number | null => placed(axis, value, left, right);
  const zero = x('0') ?? left;
  const rowHeight = Math.max(ROW, 16 * drawn.length + 10);
  const top = TITLE + LEGEND + 8;
  const rows = categories.map((category, index) => {
    const middle = top + index * rowHeight + rowHeight / 2;
    const barHeight = Math.min(16, (rowHeight - 10) / Math.max(1, drawn.length));
    const shown = drawn.map((one, place) => {
      const y = middle - (barHeight * drawn.length) / 2 + place * barHeight;
      const end = x(one.values[index] ?? '');
      const value = formatValue(one.values[index] ?? '', chart.unit, one.digits);
      const bar =
        end === null
          ? ''
          : rectangle(
              Math.min(zero, end),
              y + 1,
              Math.max(1, Math.abs(end - zero)),
              barHeight - 2,
              one.colour,
            );
      return bar + text(right + 10, y + barHeight / 2 + 4, 12, COLOURS.text, label(value, 12));
    });
    const marks = targets.map((one) => {
      const at = x(one.values[index] ?? '');
      if (at === null) return '';
      return rectangle(at - 1.5, middle - rowHeight / 2 + 5, 3, rowHeight - 10, one.colour);
    });
    const track = rectangle(left, middle - 1, right - left, 2, COLOURS.grid);
    return (
      track +
      text(MARGIN, middle + 4, 13, COLOURS.text, label(category, 16)) +
      shown.join('') +
      marks.join('')
    );
  });
  const hidden = chart.categories.length - categories.length;
  const bottom = top + categories.length * rowHeight;
  const more =
    hidden > 0 ? text(MARGIN, bottom + 16, 12, COLOURS.quiet, `+ ${hidden}`, 'start') : '';
  const height = bottom + (hidden > 0 ? 30 : 12);
  return picture(height, [heading(chart, series), ...rows, more]);
}

function lines(chart: Chart, series: readonly Coloured[]): string {
  const axis = scale(
    series.flatMap(({ values }) => values),
    { fromZero: false },
  );
  const ticks = axis.ticks.map((tick) => label(formatValue(tick, chart.unit), 14));
  const left = MARGIN + 12 + 7.4 * Math.max(3, ...ticks.map(displayWidth));
  const right = WIDTH - MARGIN;
  const top = TITLE + LEGEND + 14;
  const bottom = top + PLOT_HEIGHT;
  const grid = ticks.map((tick, index) => {
    const y = bottom - (index * PLOT_HEIGHT) / Math.max(1, ticks.length - 1);
    return (
      rectangle(left, y, right - left, 1, COLOURS.grid) +
      text(left - 10, y + 4, 12, COLOURS.quiet, tick, 'end')
    );
  });
  const paths = series.map((one) => {
    const points = one.values.flatMap((value, index) => {
      const y = placed(axis, value, bottom, top);
      const share = one.values.length < 2 ? 0.5 : index / (one.values.length - 1);
      return y === null ? [] : [{ x: left + share * (right - left), y }];
    });
    const last = points.at(-1);
    if (last === undefined) return '';
    const path = points.map((point) => `${round(point.x)},${round(point.y)}`).join(' ');
    const dashes = one.isTarget ? ' stroke-dasharray="5 5"' : '';
    return `<polyline points="${path}" fill="none" stroke="${one.colour}" stroke-width="2.5" stroke-linejoin="round"${dashes}/><circle cx="${round(last.x)}" cy="${round(last.y)}" r="4" fill="${one.colour}"/>`;
  });
  const first = chart.categories[0] ?? '';
  const end = chart.categories.length > 1 ? (chart.categories.at(-1) ?? '') : '';
  const labels = [
    text(left, bottom + 20, 12, COLOURS.quiet, label(first, 24)),
    text(right, bottom + 20, 12, COLOURS.quiet, label(end, 24), 'end'),
  ];
  return picture(bottom + 34, [heading(chart, series), ...grid, ...paths, ...labels]);
}

function heading(chart: Chart, series: readonly Coloured[]): string {
  const title = text(MARGIN, TITLE - 4, 16, COLOURS.text, label(chart.title, 62), 'start', true);
  if (series.length < 2) return title;
  let x = MARGIN;
  const keys = series.map(({ name, colour, isTarget }) => {
    const shown = label(name, 16);
    const key = isTarget
      ? rectangle(x + 4, TITLE + 8, 3, 14, colour)
      : rectangle(x, TITLE + 9, 12, 12, colour);
    const words = text(x + 18, TITLE + 20, 12, COLOURS.quiet, shown);
    x += 40 + 7.4 * displayWidth(shown);
    return key + words;
  });
  return title + keys.join('');
}

/** Where a value is between two ends; null for what is no number. */
function placed(axis: Scale, value: string, low: number, high: number): number | null {
  const percent = axis.percentOf(value);
  return percent === null ? null : low + (percent / 100) * (high - low);
}

function labelColumns(text_: string): number {
  return Math.min(16, displayWidth(label(text_, 16)));
}

function label(value: string, columns: number): string {
  return clip(line(value, 200), columns, '…');
}

function picture(height: number, parts: readonly string[]): string {
  const size = `width="${WIDTH}" height="${Math.ceil(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONT_FAMILY}"><rect ${size} fill="${COLOURS.background}"/>${parts.join('')}</svg>`;
}

function rectangle(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="1.5" fill="${fill}"/>`;
}

function text(
  x: number,
  y: number,
  size: number,
  fill: string,
  words: string,
  anchor: 'start' | 'end' = 'start',
  isBold = false,
): string {
  const weight = isBold ? ' font-weight="bold"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" text-anchor="${anchor}"${weight}>${escapeXml(words)}</text>`;
}

/** XML has no place for the two code points that are none. */
function escapeXml(words: string): string {
  return words
    .replace(/[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
