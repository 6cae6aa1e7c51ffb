import { decimal } from '../core/decimal.ts';
import { clip, displayWidth, pad, wrap } from './display-width.ts';
import { formatMoney, formatQuantity } from './format.ts';
import type { Block } from './message.ts';
import type { Glyphs, Paint, Style } from './terminal-style.ts';

type Chart = Extract<Block, { type: 'chart' }>;
type Series = Chart['series'][number];

/** Bars and lines are at most this wide: wider ones are harder to compare. */
const WIDEST = 60;
/** A bar shorter than this gives up the words about its target. */
const SHORTEST_WITH_AIM = 16;
/** Rows of a line. */
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
  if (first !== undefined && second !== undefined && chart.series.length === 2) {
    return renderBullets(chart, first, second, width, paint, glyphs);
  }
  const labels = categoryLabels(chart, width, glyphs);
  const names = chart.series.map((series) =>
    clip(series.name, Math.floor(width / 4), glyphs.ellipsis),
  );
  // A single series needs no name on every line: the title says what it is.
  const nameWidth = names.length === 1 ? 0 : widest(names) + 2;
  const figures = figuresOf(chart);
  const figureWidth = widest(figures.flat());
  const bar = barWidth(width - widest(labels) - nameWidth - figureWidth - 4);
  const largest = largestOf(chart);
  return [
    ...chartTitle(chart, width, paint, ''),
    ...labels.flatMap((label, index) =>
      chart.series.map((series, number) => {
        const category = pad(number === 0 ? label : '', widest(labels), 'left');
        const name = nameWidth === 0 ? '' : pad(`  ${names[number] ?? ''}`, nameWidth, 'left');
        const length = columns(toPixels(series.values[index] ?? '0'), largest, bar);
        const drawn = paint('accent', glyphs.bar.repeat(length)) + ' '.repeat(bar - length);
        const figure = pad(figures[number]?.[index] ?? '', figureWidth, 'right');
        return `${category}${paint('dim', name)}  ${drawn}  ${figure}`;
      }),
    ),
  ];
}

/** Two series are what should be and what is: one bar a category, with a mark where it should end. */
function renderBullets(
  chart: Chart,
  target: Series,
  actual: Series,
  width: number,
  paint: Paint,
  glyphs: Glyphs,
): readonly string[] {
  const labels = categoryLabels(chart, width, glyphs);
  const labelWidth = widest(labels);
  const [targets = [], actuals = []] = figuresOf(chart);
  const figureWidth = widest([...targets, ...actuals]);
  const largest = largestOf(chart);
  const left = width - labelWidth - figureWidth - 4;
  const aimWidth = displayWidth(target.name) + figureWidth + 3;
  // Where it is narrow, the mark alone shows the target.
  const showsAim = left - aimWidth >= SHORTEST_WITH_AIM;
  const bar = barWidth(showsAim ? left - aimWidth : left);
  return [
    ...chartTitle(
      chart,
      width,
      paint,
      `${glyphs.bar} ${actual.name}   ${glyphs.mark} ${target.name}`,
    ),
    ...labels.map((label, index) => {
      const drawn = bullet(
        toPixels(target.values[index] ?? '0'),
        toPixels(actual.values[index] ?? '0'),
        largest,
        bar,
        paint,
        glyphs,
      );
      const figure = pad(actuals[index] ?? '', figureWidth, 'right');
      const aim = `${target.name.toLowerCase()} ${pad(targets[index] ?? '', figureWidth, 'right')}`;
      const tail = showsAim ? `  ${paint('dim', aim)}` : '';
      return `${pad(label, labelWidth, 'left')}  ${drawn}  ${figure}${tail}`;
    }),
  ];
}

/** The categories, cut to a third of the width. */
function categoryLabels(chart: Chart, width: number, glyphs: Glyphs): readonly string[] {
  return chart.categories.map((category) => clip(category, Math.floor(width / 3), glyphs.ellipsis));
}

function figuresOf(chart: Chart): readonly (readonly string[])[] {
  return chart.series.map((series) => series.values.map((value) => withUnit(value, chart.unit)));
}

function largestOf(chart: Chart): number {
  return Math.max(0, ...chart.series.flatMap((series) => series.values.map(toPixels)));
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(displayWidth));
}

function barWidth(available: number): number {
  return Math.max(2, Math.min(WIDEST, available));
}

function chartTitle(chart: Chart, width: number, paint: Paint, legend: string): readonly string[] {
  const title = wrap(chart.title, width);
  const [only] = title;
  const together = displayWidth(chart.title) + displayWidth(legend) + 3 <= width;
  if (only !== undefined && legend !== '' && together) {
    return [`${paint('strong', only)}   ${paint('dim', legend)}`];
  }
  return [
    ...title.map((line) => paint('strong', line)),
    ...(legend === '' ? [] : wrap(legend, width).map((line) => paint('dim', line))),
  ];
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
      return position < mark ? ['accent', glyphs.bar] : ['caution', glyphs.over];
    }
    return position < mark ? ['dim', glyphs.missing] : ['neutral', ' '];
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
  const gap = span - displayWidth(from) - displayWidth(to);
  const axis =
    gap >= 1
      ? [`${' '.repeat(labelWidth + 2)}${from}${' '.repeat(gap)}${to}`]
      : wrap(`${from} to ${to}`, width);
  return [
    ...chartTitle(chart, width, paint, ''),
    ...rows,
    ...axis.map((line) => paint('dim', line)),
  ];
}
