import { DECIMAL_TEXT } from '../../core/decimal.ts';

/** From values to places on an axis. Places are for drawing only: binary floats are good enough. */
export interface Scale {
  /** 0 at the axis' low end, 100 at its high end; null for what is no number. */
  percentOf(value: string): number | null;
  /** Round values from the low end to the high end, evenly spaced, as plain decimal text. */
  readonly ticks: readonly string[];
}

/**
 * @param options.fromZero whether the axis holds zero: bars must, lines need not.
 */
export function scale(values: readonly string[], options: { readonly fromZero: boolean }): Scale {
  const numbers = values.flatMap((value) => numberOf(value) ?? []);
  const anchors = options.fromZero ? [0] : [];
  const lowest = Math.min(...numbers, ...anchors);
  const highest = Math.max(...numbers, ...anchors);
  const { low, high, ticks } = options.fromZero
    ? { low: lowest, high: highest, ticks: [] }
    : roundAxis(lowest, highest);
  return {
    ticks,
    percentOf(value) {
      const number = numberOf(value);
      if (number === null || !(high > low)) return number === null ? null : 0;
      return ((number - low) / (high - low)) * 100;
    },
  };
}

const STEPS = 2;

/** Widens a range to two even steps of 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten. */
function roundAxis(
  lowest: number,
  highest: number,
): { low: number; high: number; ticks: readonly string[] } {
  if (!Number.isFinite(lowest) || !Number.isFinite(highest)) return roundAxis(0, 1);
  if (lowest === highest) {
    const room = Math.max(Math.abs(lowest) / 100, 1);
    return roundAxis(lowest - room, highest + room);
  }
  const power = 10 ** Math.floor(Math.log10((highest - lowest) / STEPS));
  for (const factor of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 25]) {
    const step = factor * power;
    const low = Math.floor(lowest / step) * step;
    if (low + STEPS * step < highest) continue;
    const digits = Math.max(0, 1 - Math.floor(Math.log10(step)));
    const ticks = Array.from({ length: STEPS + 1 }, (_, index) =>
      (low + index * step).toFixed(Math.min(digits, 20)),
    );
    return { low, high: low + STEPS * step, ticks: ticks.map(withoutTrailingZeros) };
  }
  return { low: lowest, high: highest, ticks: [] };
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function numberOf(value: string): number | null {
  return DECIMAL_TEXT.test(value) ? Number(value) : null;
}

/** How many digits follow a plain decimal's point. */
export function fractionDigits(value: string): number {
  return DECIMAL_TEXT.test(value) ? (value.split('.')[1]?.length ?? 0) : 0;
}

/**
 * `38.1%`, `$217,412.08`, `12 shares`; what is no plain decimal is shown as it is.
 * @param digits how many fraction digits to show at least.
 */
export function formatValue(value: string, unit: string, digits = 0): string {
  if (!DECIMAL_TEXT.test(value)) return value;
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const shown = fraction.padEnd(digits, '0');
  const number = shown === '' ? grouped : `${grouped}.${shown}`;
  const sign = value.startsWith('-') ? '−' : '';
  if (unit === '') return `${sign}${number}`;
  if (unit === '%') return `${sign}${number}%`;
  if (/^\p{Sc}$/u.test(unit)) return `${sign}${unit}${number}`;
  return `${sign}${number} ${unit}`;
}
