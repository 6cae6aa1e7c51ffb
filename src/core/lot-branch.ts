import {
  allowedAtMost,
  byGainPerCost,
  ceilDivide,
  compare,
  fullValue,
  shortfall,
} from './lot-line.ts';
import type { PreparedLine } from './lot-line.ts';

/** Lots for each line, in the order of the lines. */
export interface Rounding {
  readonly lots: readonly bigint[];
  readonly shortfall: bigint;
}

/**
 * Branch and bound over the lots of all lines: the roundings with the least total shortfall whose cost
 * is within `capacity`. The bound is the linear relaxation, as for a knapsack: lots below the target
 * lower the shortfall by what they cost, the last lot (which crosses the target) by less, so the last
 * lots are taken by falling gain per cost, the final one in part.
 * @param start the best rounding known; only better ones replace it.
 * @param nodeLimit after so many nodes the best that was found is returned.
 * @returns the best rounding, and whether it is proven that there is none with less shortfall.
 */
export function branchAndBound(
  unordered: readonly PreparedLine[],
  capacity: bigint,
  start: Rounding,
  nodeLimit: number,
): Rounding & { readonly proven: boolean } {
  const order = byLotValue(unordered);
  const lines = order.map((index) => unordered[index]).filter((line) => line !== undefined);
  const bounds = lines.map((_, depth) => {
    const rest = lines.slice(depth);
    return relaxation(rest, byGainPerCost(rest));
  });
  const boundFrom = (depth: number, room: bigint): bigint => bounds[depth]?.(room) ?? 0n;
  const lots = lines.map((line) => line.low);
  let best: bigint[] | null = null;
  let least = start.shortfall;
  let nodes = 0;
  let complete = true;

  /** `room` is what may still be spent when this line and all after it are at their lowest. */
  const visit = (depth: number, room: bigint, short: bigint): void => {
    const prepared = lines[depth];
    if (prepared === undefined) {
      least = short;
      best = [...lots];
      return;
    }
    const { line, low, high, floor } = prepared;
    const branches: Branch[] = [];
    const affordable = low + room / line.lotValue;
    let choice = allowedAtMost(line, affordable < high ? affordable : high);
    while (choice !== null) {
      nodes += 1;
      const shortNow = short + shortfall(line, choice);
      const roomLeft = room - (choice - low) * line.lotValue;
      const bound = shortNow + boundFrom(depth + 1, roomLeft);
      if (bound < least) branches.push({ lots: choice, short: shortNow, room: roomLeft, bound });
      // Below the target a lot less costs as much shortfall as the room it gives could ever win back.
      else if (choice <= floor) break;
      // Nothing comes after the last line: the most that is affordable is best.
      if (depth === lines.length - 1) break;
      if (branches.length === MOST_BRANCHES) {
        complete = false;
        break;
      }
      choice = allowedAtMost(line, choice - 1n);
    }
    branches.sort((a, b) => compare(a.bound, b.bound));
    for (const branch of branches) {
      if (branch.bound >= least) return;
      if (nodes >= nodeLimit) {
        complete = false;
        return;
      }
      lots[depth] = branch.lots;
      visit(depth + 1, branch.room, branch.short);
    }
  };

  const room = lines.reduce((left, { line, low }) => left - low * line.lotValue, capacity);
  if (room >= 0n && boundFrom(0, room) < least) visit(0, room, 0n);
  if (best === null) return { ...start, proven: complete };
  const found: readonly bigint[] = best;
  const restored = [...start.lots];
  for (const [position, index] of order.entries()) restored[index] = found[position] ?? 0n;
  return { lots: restored, shortfall: least, proven: complete };
}

/** A line is tried with at most so many numbers of lots, the ones that cost most first. */
const MOST_BRANCHES = 64;

interface Branch {
  readonly lots: bigint;
  readonly short: bigint;
  readonly room: bigint;
  readonly bound: bigint;
}

/**
 * The least shortfall that the rules allow at all, fractions of last lots included.
 * @param order by falling gain per cost.
 */
export function leastShortfall(
  lines: readonly PreparedLine[],
  order: readonly number[],
  capacity: bigint,
): bigint {
  const room = lines.reduce((left, { line, low }) => left - low * line.lotValue, capacity);
  return relaxation(lines, order)(room);
}

function byLotValue(lines: readonly PreparedLine[]): number[] {
  return lines
    .map((_, index) => index)
    .toSorted(
      (a, b) => compare(lines[b]?.line.lotValue ?? 0n, lines[a]?.line.lotValue ?? 0n) || a - b,
    );
}

/** A lower bound of the shortfall of some lines, given what may be spent above their lowest lots. */
type Bound = (room: bigint) => bigint;

function relaxation(lines: readonly PreparedLine[], order: readonly number[]): Bound {
  let short = 0n;
  let full = 0n;
  // Cost and gain of the last lots, summed up by falling gain per cost.
  const costs = [0n];
  const gains = [0n];
  for (const index of order) {
    const prepared = lines[index];
    if (prepared === undefined) continue;
    short += shortfall(prepared.line, prepared.low);
    full += fullValue(prepared);
    costs.push((costs.at(-1) ?? 0n) + (prepared.lastGain > 0n ? prepared.line.lotValue : 0n));
    gains.push((gains.at(-1) ?? 0n) + prepared.lastGain);
  }
  return (room) => {
    if (room <= full) return short - room;
    const reach = room - full;
    let below = 0;
    let above = order.length;
    while (below < above) {
      const middle = (below + above + 1) >> 1;
      if ((costs[middle] ?? 0n) <= reach) below = middle;
      else above = middle - 1;
    }
    const next = lines[order[below] ?? -1];
    const part =
      next === undefined
        ? 0n
        : ceilDivide((reach - (costs[below] ?? 0n)) * next.lastGain, next.line.lotValue);
    return short - full - (gains[below] ?? 0n) - part;
  };
}
