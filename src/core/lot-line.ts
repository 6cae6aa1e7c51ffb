/**
 * One symbol as the lot rounding sees it: how far its value is from the target, and in which steps it
 * can be moved. Amounts are integers in one common unit; `lots` are signed, sells are negative.
 */
export interface LotLine {
  /** Value minus target value when nothing is traded. */
  readonly deviation: bigint;
  /** What one lot costs; more than zero. */
  readonly lotValue: bigint;
  /** The most that may be sold (zero or negative; negative ranges make selling mandatory). */
  readonly fewestLots: bigint;
  /** The most that may be bought. */
  readonly mostLots: bigint;
  /** The deviation aimed at where the targets themselves are out of reach; decides between equal roundings. */
  readonly goal: bigint;
  /** No trade has fewer lots than this: 1 unless there is a minimum trade. */
  readonly smallestTrade: bigint;
}

/** How much value the line lacks after trading so many lots. */
export function shortfall(line: LotLine, lots: bigint): bigint {
  const after = line.deviation + lots * line.lotValue;
  return after < 0n ? -after : 0n;
}

/** The largest number of lots within the line's rules that is not above `lots`; null when there is none. */
export function allowedAtMost(line: LotLine, lots: bigint): bigint | null {
  let candidate = lots < line.mostLots ? lots : line.mostLots;
  if (candidate > 0n && candidate < line.smallestTrade) candidate = 0n;
  else if (candidate < 0n && -candidate < line.smallestTrade) candidate = -line.smallestTrade;
  return candidate < line.fewestLots ? null : candidate;
}

/** The smallest number of lots within the line's rules that is not below `lots`; null when there is none. */
export function allowedAtLeast(line: LotLine, lots: bigint): bigint | null {
  let candidate = lots > line.fewestLots ? lots : line.fewestLots;
  if (candidate > 0n && candidate < line.smallestTrade) candidate = line.smallestTrade;
  else if (candidate < 0n && -candidate < line.smallestTrade) candidate = 0n;
  return candidate > line.mostLots ? null : candidate;
}

/** A line with what every search asks of it. */
export interface PreparedLine {
  readonly line: LotLine;
  /** The fewest lots that the rules allow. */
  readonly low: bigint;
  /** The fewest lots that leave nothing short, or the most that the rules allow: more is never of use. */
  readonly high: bigint;
  /** The most lots that do not take it over its target, from `low` upwards. */
  readonly floor: bigint;
  /** What is still short at `floor`, when one more lot is allowed; it costs `lotValue`, which is more. */
  readonly lastGain: bigint;
  /** `lastGain` / `lotValue` in units of 2^-53, rounded down: for sorting. */
  readonly gainPerCost: number;
}

/** @returns null when the rules allow no number of lots at all. */
export function prepare(line: LotLine): PreparedLine | null {
  const low = allowedAtLeast(line, line.fewestLots);
  if (low === null) return null;
  const whole = floorDivide(-line.deviation, line.lotValue);
  const enough = whole * line.lotValue === -line.deviation ? whole : whole + 1n;
  const high = allowedAtLeast(line, enough) ?? allowedAtMost(line, line.mostLots) ?? low;
  let floor = whole < line.mostLots ? whole : line.mostLots;
  if (floor < low) floor = low;
  const crosses = floor === whole && enough > whole && enough <= line.mostLots;
  const lastGain = crosses ? shortfall(line, floor) : 0n;
  return {
    line,
    low,
    high: high < low ? low : high,
    floor,
    lastGain,
    gainPerCost: Number((lastGain << 53n) / line.lotValue),
  };
}

/** Indexes of the lines, those whose last lot gains most for its cost first. */
export function byGainPerCost(lines: readonly PreparedLine[]): number[] {
  const gains = Float64Array.from(lines, ({ gainPerCost }) => gainPerCost);
  return lines
    .map((_, index) => index)
    .toSorted((a, b) => {
      const difference = (gains[b] ?? 0) - (gains[a] ?? 0);
      if (difference !== 0) return difference;
      const [one, other] = [lines[a], lines[b]];
      if (one === undefined || other === undefined) return a - b;
      return (
        compare(other.lastGain * one.line.lotValue, one.lastGain * other.line.lotValue) || a - b
      );
    });
}

/** What the lots from `low` to `floor` cost. Every unit of it lowers the shortfall by one. */
export function fullValue({ line, low, floor }: PreparedLine): bigint {
  return (floor - low) * line.lotValue;
}

/** For sorting from small to large. */
export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Division that rounds down, for a positive divisor. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return quotient * divisor > dividend ? quotient - 1n : quotient;
}

/** Division that rounds up, for a positive divisor. */
export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return -floorDivide(-dividend, divisor);
}
