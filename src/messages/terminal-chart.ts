import { decimal } from '../core/decimal.ts';
import { displayWidth, pad } from './display-width.ts';
import { formatMoney, formatQuantity } from './format.ts';
import type { Block } from './message.ts';
import type { Glyphs, Paint, Style } from './terminal-style.ts';

type Chart = Extract<Block, { type: 'chart' }>;

/** Bars and lines are at most this wide: wider ones are harder to compare. */
const WIDEST = 60;
const LINE_HEIGHT = 6;

/** A chart as lines of text: bars per category, or a line over time. */
export function renderChart(
  chart: Chart,
  width: number,
  paint: Paint,
  glyphs: Glyphs,
): readonly string[] {
  return chart.kind === 'line'
    ? renderLine(chart, width, paint, glyphs)
    : renderBars(chart, width, paint, glyphs);
}

/** `$217,412.08`, `38.1%`. */
function withUnit(value: string, unit: string): string {
  if (unit === '$') return formatMoney(decimal(value));
  const grouped = formatQuantity(decimal(value));
  if (unit === '%') return `${decimal(value).toFixed(1)}%`;
  return unit === '' ? grouped : `${grouped} ${unit}`;
}

/** For drawing only: a column on the screen needs no exact decimal. */
function toPixels(value: string): number {
  return Number(value);
}

function renderBars(chart: Chart, width: number, paint: Paint, glyphs: Glyphs): readonly string[] {
  const [first, second] = chart.series;
  const labelWidth = Math.max(0, ...chart.categories.map(displayWidth));
  const figures = chart.series.map((series) =>
    series.values.map((value) => withUnit(value, chart.unit)),
  );
  const figureWidth = Math.max(0, ...figures.flat().map(displayWidth));
  const largest = Math.max(0, ...chart.series.flatMap((series) => series.values.map(toPixels)));
  if (first !== undefined && second !== undefined && chart.series.length === 2) {
    // Two series are what should be and what is: one bar with a mark where it should end.
    const tail = 2 * figureWidth + displayWidth(first.name) + 6;
    const bar = Math.max(8, Math.min(WIDEST, width - labelWidth - tail - 4));
    return [
      chartTitle(chart, paint, `${glyphs.full} ${second.name}   ${glyphs.mark} ${first.name}`),
      ...chart.categories.map((category, index) => {
        const target = toPixels(first.values[index] ?? '0');
        const actual = toPixels(second.values[index] ?? '0');
        const figure = pad(figures[1]?.[index] ?? '', figureWidth, 'right');
        const aim = `${first.name.toLowerCase()} ${pad(figures[0]?.[index] ?? '', figureWidth, 'right')}`;
        return `${pad(category, labelWidth, 'left')}  ${bullet(target, actual, largest, bar, paint, glyphs)}  ${figure}  ${paint('dim', aim)}`;
      }),
    ];
  }
  const nameWidth = Math.max(0, ...chart.series.map((series) => displayWidth(series.name)));
  const bar = Math.max(8, Math.min(WIDEST, width - labelWidth - nameWidth - figureWidth - 6));
  return [
    chartTitle(chart, paint, ''),
    ...chart.categories.flatMap((category, index) =>
      chart.series.map((series, number) => {
        const label = pad(number === 0 ? category : '', labelWidth, 'left');
        const name = pad(series.name, nameWidth, 'left');
        const length = columns(toPixels(series.values[index] ?? '0'), largest, bar);
        const drawn = paint('accent', glyphs.full.repeat(length)) + ' '.repeat(bar - length);
        return `${label}  ${paint('dim', name)}  ${drawn}  ${pad(figures[number]?.[index] ?? '', figureWidth, 'right')}`;
      }),
    ),
  ];
}

function chartTitle(chart: Chart, paint: Paint, legend: string): string {
  return legend === ''
    ? paint('strong', chart.title)
    : `${paint('strong', chart.title)}   ${paint('dim', legend)}`;
}

/** How many of `width` columns a value takes. */
function columns(value: number, largest: number, width: number): number {
  if (largest <= 0 || value <= 0) return 0;
  return Math.max(1, Math.min(width, Math.round((value / largest) * width)));
}

/** A bar of what is, with a mark where it should end; what is over or missing stands out. */
function bullet(
  target: number,
  actual: number,
  largest: number,
  width: number,
  paint: Paint,
  glyphs: Glyphs,
): string {
  // One column is for the mark of a target at the far end.
  const mark = columns(target, largest, width - 1);
  const end = columns(actual, largest, width - 1);
  const parts: [Style, string][] = Array.from({ length: width }, (_, column) => {
    if (column === mark) return ['strong', glyphs.mark];
    // Beyond the mark every column is shifted by the one that the mark takes.
    const position = column > mark ? column - 1 : column;
    if (position < end) {
      return position < mark ? ['accent', glyphs.full] : ['caution', glyphs.over];
    }
    return position < mark ? ['dim', glyphs.light] : ['neutral', ' '];
  });
  return parts.map(([style, text]) => paint(style, text)).join('');
}

/** An area under a line, one row a height, scaled from the smallest to the largest value. */
function renderLine(chart: Chart, width: number, paint: Paint, glyphs: Glyphs): readonly string[] {
  const [series] = chart.series;
  if (series === undefined || series.values.length === 0) return [];
  const sorted = series.values.toSorted((a, b) => decimal(a).cmp(decimal(b)));
  const lowest = sorted[0] ?? '0';
  const highest = sorted.at(-1) ?? '0';
  const labels = [withUnit(highest, chart.unit), withUnit(lowest, chart.unit)];
  const labelWidth = Math.max(...labels.map(displayWidth));
  const span = Math.max(1, Math.min(WIDEST, width - labelWidth - 2));
  const steps = glyphs.levels.length;
  const range = toPixels(highest) - toPixels(lowest);
  // The lowest value still shows: one step of the lowest row.
  const heights = Array.from({ length: span }, (_, column) => {
    const index = Math.floor((column * series.values.length) / span);
    const value = toPixels(series.values[index] ?? lowest);
    const share = range === 0 ? 0.5 : (value - toPixels(lowest)) / range;
    return 1 + Math.round(share * (LINE_HEIGHT * steps - 1));
  });
  const rows = Array.from({ length: LINE_HEIGHT }, (_, row) => {
    const base = (LINE_HEIGHT - 1 - row) * steps;
    const drawn = heights
      .map((height) => {
        const level = Math.min(steps, height - base);
        return level <= 0 ? ' ' : (glyphs.levels[level - 1] ?? glyphs.full);
      })
      .join('')
      .trimEnd();
    const label = row === 0 ? labels[0] : row === LINE_HEIGHT - 1 ? labels[1] : '';
    return `${paint('dim', pad(label ?? '', labelWidth, 'right'))}  ${paint('accent', drawn)}`.trimEnd();
  });
  const from = chart.categories[0] ?? '';
  const to = chart.categories.at(-1) ?? '';
  const gap = Math.max(1, span - displayWidth(from) - displayWidth(to));
  const axis = `${' '.repeat(labelWidth + 2)}${from}${' '.repeat(gap)}${to}`;
  return [chartTitle(chart, paint, ''), ...rows, paint('dim', axis)];
}
