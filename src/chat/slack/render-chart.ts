import type { Block } from '../../messages/message.ts';
import type { SlackBlock } from './block-kit.ts';
import { LIMITS, section } from './block-kit.ts';
import { clip, line } from './text.ts';

type Chart = Extract<Block, { type: 'chart' }>;

interface Point {
  readonly label: string;
  readonly values: readonly number[];
}

/**
 * A native chart: every series has a value for every category, and names are unique. A category
 * without a number in some series is left out, rather than drawn as zero. Null when nothing is left.
 * https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
 */
export function renderNativeChart(chart: Chart): SlackBlock | null {
  const series = chart.series.slice(0, LIMITS.chartSeries);
  const points = fewer(pointsOf({ ...chart, series }), chart.kind === 'line' ? 'spread' : 'first');
  const title = line(chart.title, LIMITS.chartTitle);
  if (series.length === 0 || points.length === 0 || title === '') return null;
  const labels = unique(points.map(({ label }) => label));
  const names = unique(series.map(({ name }) => name));
  const unit = line(chart.unit, LIMITS.chartAxisLabel);
  return {
    type: 'data_visualization',
    title,
    chart: {
      type: chart.kind,
      series: names.map((name, index) => ({
        name,
        data: points.map((point, at) => ({
          label: labels[at] ?? '',
          value: point.values[index] ?? 0,
        })),
      })),
      axis_config: { categories: labels, ...(unit === '' ? {} : { y_label: unit }) },
    },
  };
}

/** The chart's title and figures as lines of text. */
export function renderPlainChart(chart: Chart): SlackBlock | null {
  const unit = line(chart.unit, 10);
  const figures = chart.categories
    .map((category, at) => {
      const values = chart.series.flatMap(({ name, values: all }) => {
        const value = all[at];
        if (value === undefined) return [];
        return [`${line(name, 40)} ${withUnit(line(value, 40), unit)}`.trim()];
      });
      return values.length === 0 ? '' : `${line(category, 40)}: ${values.join(', ')}`;
    })
    .filter((text) => text !== '');
  const shown =
    chart.kind === 'line' && figures.length > 2
      ? [figures[0] ?? '', '…', figures.at(-1) ?? '']
      : figures.slice(0, LIMITS.chartCategories);
  const text = [line(chart.title, LIMITS.header), ...shown].filter((each) => each !== '');
  return text.length === 0 ? null : section(clip(text.join('\n'), LIMITS.text));
}

function withUnit(value: string, unit: string): string {
  if (unit === '$') return value.startsWith('-') ? `-$${value.slice(1)}` : `$${value}`;
  return `${value}${unit.length > 1 ? ' ' : ''}${unit}`;
}

function pointsOf(chart: Chart): readonly Point[] {
  return chart.categories.flatMap((label, at) => {
    const values = chart.series.map(({ values: all }) => numberOf(all[at]));
    const complete = values.filter((value) => value !== null);
    return complete.length === values.length ? [{ label, values: complete }] : [];
  });
}

/** Only for drawing: what is written beside the chart keeps the exact figures. */
function numberOf(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The first 20, or 20 spread evenly of which the first and the last are two. */
function fewer(points: readonly Point[], how: 'first' | 'spread'): readonly Point[] {
  const most = LIMITS.chartCategories;
  if (points.length <= most) return points;
  if (how === 'first') return points.slice(0, most);
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => points[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}

/** Short, not empty, and each told from the others. */
function unique(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = line(name, LIMITS.chartLabel) || '–';
    let candidate = base;
    for (let count = 2; taken.has(candidate); count += 1) {
      const suffix = ` (${count})`;
      candidate = clip(base, LIMITS.chartLabel - suffix.length) + suffix;
    }
    taken.add(candidate);
    return candidate;
  });
}
