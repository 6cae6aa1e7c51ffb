import { allowedAtLeast, allowedAtMost, compare, shortfall } from './lot-line.ts';
import type { PreparedLine } from './lot-line.ts';

/** Lots of some lines together: what they cost and how good they are (less is better). */
interface Combination {
  readonly cost: bigint;
  readonly rank: bigint;
  readonly lots: readonly bigint[];
}

/**
 * The best lots for a few lines within a window around the present ones, found exactly by meeting in
 * the middle: all combinations of one half of the lines are matched with the best affordable
 * combination of the other half. Best is the least shortfall, then the least distance to the goals.
 * @param capacity what the lines may cost together.
 * @param limit the largest number of combinations of a half.
 * @returns lots in the order of the lines, or null when nothing is better than the present lots.
 */
export function exchangeLots(
  lines: readonly PreparedLine[],
  present: readonly bigint[],
  capacity: bigint,
  limit: number,
): readonly bigint[] | null {
  const half = lines.length >> 1;
  const weight = rankWeight(lines);
  const left = combine(lines.slice(0, half), present.slice(0, half), weight, limit);
  const right = combine(lines.slice(half), present.slice(half), weight, limit);
  left.sort((a, b) => compare(b.cost, a.cost));
  right.sort((a, b) => compare(a.cost, b.cost));

  let bestRank = lines.reduce(
    (total, { line }, index) => total + rankOf(line, present[index] ?? 0n, weight),
    0n,
  );
  let best: readonly bigint[] | null = null;
  let next = 0;
  let partner: Combination | null = null;
  // The left side gets cheaper, so the right side may cost more: its best only ever improves.
  for (const combination of left) {
    for (
      let candidate = right[next];
      candidate !== undefined && combination.cost + candidate.cost <= capacity;
      candidate = right[next]
    ) {
      if (partner === null || candidate.rank < partner.rank) partner = candidate;
      next += 1;
    }
    if (partner !== null && combination.rank + partner.rank < bestRank) {
      bestRank = combination.rank + partner.rank;
      best = [...combination.lots, ...partner.lots];
    }
  }
  return best;
}

/** All combinations of the lines' lots within a window that keeps their number below the limit. */
function combine(
  lines: readonly PreparedLine[],
  present: readonly bigint[],
  weight: bigint,
  limit: number,
): Combination[] {
  if (lines.length === 0) return [{ cost: 0n, rank: 0n, lots: [] }];
  const choices = Math.floor(limit ** (1 / lines.length));
  const reach = BigInt(Math.max(1, (choices - 1) >> 1));
  let combinations: Combination[] = [{ cost: 0n, rank: 0n, lots: [] }];
  for (const [index, prepared] of lines.entries()) {
    const { line } = prepared;
    const options = window(prepared, present[index] ?? 0n, reach).map((lots) => ({
      lots,
      cost: lots * line.lotValue,
      rank: rankOf(line, lots, weight),
    }));
    combinations = combinations.flatMap((combination) =>
      options.map((option) => ({
        cost: combination.cost + option.cost,
        rank: combination.rank + option.rank,
        lots: [...combination.lots, option.lots],
      })),
    );
  }
  return combinations;
}

/** The allowed lots around the present ones. */
function window({ line, low, high }: PreparedLine, present: bigint, reach: bigint): bigint[] {
  const lots: bigint[] = [];
  const top = present > high ? present : high;
  let lot = allowedAtMost(line, present + reach < top ? present + reach : top);
  while (lot !== null && lot >= low && lot >= present - reach) {
    lots.push(lot);
    lot = allowedAtMost(line, lot - 1n);
  }
  // A minimum trade may lie between the present lots and the next ones.
  const [above, below] = [allowedAtLeast(line, present + 1n), allowedAtMost(line, present - 1n)];
  if (above !== null && above <= top && above > present + reach) lots.unshift(above);
  if (below !== null && below < present - reach) lots.push(below);
  return lots;
}

function rankOf(line: PreparedLine['line'], lots: bigint, weight: bigint): bigint {
  const off = line.deviation + lots * line.lotValue - line.goal;
  return shortfall(line, lots) * weight + (off < 0n ? -off : off);
}

/** More than all distances to the goals together can be, so that a shortfall always counts for more. */
function rankWeight(lines: readonly PreparedLine[]): bigint {
  let most = 1n;
  for (const { line, low, high } of lines) {
    for (const lots of [low, high, 0n]) {
      const off = line.deviation + lots * line.lotValue - line.goal;
      most += off < 0n ? -off : off;
    }
  }
  return most;
}
