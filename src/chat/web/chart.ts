import type { Block } from '../../messages/message.ts';
import { formatValue, fractionDigits, scale, type Scale } from './chart-scale.ts';
import { markup, type Markup } from './markup.ts';

type Chart = Extract<Block, { type: 'chart' }>;
type Series = Chart['series'][number];

/** Colours are classes of message.css; beyond them they repeat. */
const COLOURS = 4;
const TARGET = 'series-target';

/**
 * A chart as a figure of text and inline SVG. Labels and values are HTML text, so that they keep
 * their size on a phone and can be read aloud; only the marks are SVG, stretched to the room there is.
 */
export function renderChart(chart: Chart): Markup {
  const series = withColours(chart.series);
  return markup`<figure class="chart chart-${chart.kind}">
    <figcaption><span class="chart-title">${chart.title}</span>${legend(series)}</figcaption>
    ${chart.kind === 'bar' ? bars(chart, series) : lines(chart, series)}
  </figure>`;
}

interface ColouredSeries extends Series {
  readonly colour: string;
  /** Fraction digits of its most exact value: all its values are shown with as many. */
  readonly digits: number;
}

/** What is aimed at is drawn quietly and last; what is the case gets the colours. */
function withColours(series: readonly Series[]): readonly ColouredSeries[] {
  const isTarget = (one: Series): boolean => /^targets?$/i.test(one.name);
  const actual = series.filter((one) => !isTarget(one) || series.length === 1);
  const targets = series.filter((one) => !actual.includes(one));
  return [
    ...actual.map((one, index) => coloured(one, `series-${(index % COLOURS) + 1}`)),
    ...targets.map((one) => coloured(one, TARGET)),
  ];
}

function coloured(series: Series, colour: string): ColouredSeries {
  return { ...series, colour, digits: Math.max(0, ...series.values.map(fractionDigits)) };
}

function legend(series: readonly ColouredSeries[]): Markup | null {
  if (series.length < 2) return null;
  return markup`<ul class="legend">${series.map(
    ({ name, colour }) => markup`<li><span class="swatch ${colour}"></span>${name}</li>`,
  )}</ul>`;
}

function bars(chart: Chart, series: readonly ColouredSeries[]): Markup {
  const axis = scale(
    series.flatMap((one) => one.values),
    { fromZero: true },
  );
  return markup`<ul class="bars">${chart.categories.map(
    (category, index) => markup`<li class="bar-group">
      <span class="bar-label" title="${category}">${category}</span>
      <span class="bar-rows">${series.map((one) => barRow(one, one.values[index] ?? '', chart.unit, axis))}</span>
    </li>`,
  )}</ul>`;
}

function barRow(series: ColouredSeries, value: string, unit: string, axis: Scale): Markup {
  const zero = axis.percentOf('0') ?? 0;
  const end = axis.percentOf(value);
  const bar =
    end === null
      ? null
      : markup`<rect class="${series.colour}" x="${percent(Math.min(zero, end))}" y="0" width="${percent(Math.abs(end - zero))}" height="100%" rx="2"></rect>`;
  const track =
    series.colour === TARGET
      ? null
      : markup`<rect class="bar-track" width="100%" height="100%" rx="2"></rect>`;
  return markup`<span class="bar-row">
    <svg class="bar" aria-hidden="true" width="100%" height="8">${track}${bar}</svg>
    <span class="bar-value ${series.colour}"><span class="visually-hidden">${series.name} </span>${formatValue(value, unit, series.digits)}</span>
  </span>`;
}

/** The line's coordinates are 0..100 in both directions and stretched to the figure. */
function lines(chart: Chart, series: readonly ColouredSeries[]): Markup {
  const axis = scale(
    series.flatMap((one) => one.values),
    { fromZero: false },
  );
  const first = chart.categories[0] ?? '';
  const last = chart.categories.at(-1) ?? '';
  const middle = chart.categories[Math.floor((chart.categories.length - 1) / 2)] ?? '';
  const labels = chart.categories.length > 2 ? [first, middle, last] : [first, last];
  return markup`<div class="plot">
    <div class="plot-scale" aria-hidden="true">${axis.ticks
      .toReversed()
      .map((tick) => markup`<span>${formatValue(tick, chart.unit)}</span>`)}</div>
    <svg class="plot-area" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${description(chart)}">
      ${axis.ticks.map((_, index) => {
        const y = coordinate(100 - (index * 100) / (axis.ticks.length - 1));
        return markup`<line class="grid" x1="0" x2="100" y1="${y}" y2="${y}"></line>`;
      })}
      ${series.map((one) => line(one, axis))}
      ${chart.categories.map((category, index) => pointTitle(chart, series, category, index))}
    </svg>
    <div class="plot-labels" aria-hidden="true">${labels.map((label) => markup`<span>${label}</span>`)}</div>
  </div>`;
}

function line(series: ColouredSeries, axis: Scale): Markup | null {
  const points = series.values.flatMap((value, index) => {
    const y = axis.percentOf(value);
    return y === null ? [] : [{ x: xOf(index, series.values.length), y: 100 - y }];
  });
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const path = points.map(({ x, y }) => `${coordinate(x)},${coordinate(y)}`).join(' ');
  const area = `${coordinate(first.x)},100 ${path} ${coordinate(last.x)},100`;
  // A line without length and with round ends is a dot that keeps its shape when stretched.
  return markup`<polygon class="area ${series.colour}" points="${area}"></polygon>
    <polyline class="line ${series.colour}" points="${path}"></polyline>
    <line class="dot ${series.colour}" x1="${coordinate(last.x)}" y1="${coordinate(last.y)}" x2="${coordinate(last.x)}" y2="${coordinate(last.y)}"></line>`;
}

/** An invisible column over each category, whose title the browser shows under the pointer. */
function pointTitle(
  chart: Chart,
  series: readonly ColouredSeries[],
  category: string,
  index: number,
): Markup {
  const width = 100 / Math.max(chart.categories.length, 1);
  const values = series.map((one) => {
    const value = formatValue(one.values[index] ?? '', chart.unit);
    return series.length === 1 ? value : `${one.name} ${value}`;
  });
  return markup`<rect class="point" x="${coordinate(index * width)}" y="0" width="${coordinate(width)}" height="100"><title>${category}: ${values.join(', ')}</title></rect>`;
}

function description(chart: Chart): string {
  const ends = chart.series.map((one) => {
    const from = formatValue(one.values[0] ?? '', chart.unit);
    const to = formatValue(one.values.at(-1) ?? '', chart.unit);
    return `${one.name} from ${from} to ${to}`;
  });
  return `${chart.title}: ${ends.join('; ')}`;
}

function xOf(index: number, count: number): number {
  return count < 2 ? 50 : (index * 100) / (count - 1);
}

function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function percent(value: number): string {
  return `${coordinate(value)}%`;
}
