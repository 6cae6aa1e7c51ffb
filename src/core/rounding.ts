import { byAmount } from './by-amount.ts';
import { branchAndBound, leastShortfall } from './lot-branch.ts';
import { exchangeLots } from './lot-exchange.ts';
import {
  allowedAtLeast,
  allowedAtMost,
  byGainPerCost,
  ceilDivide,
  floorDivide,
  prepare,
  shortfall,
} from './lot-line.ts';
import type { LotLine, PreparedLine } from './lot-line.ts';

export type { LotLine } from './lot-line.ts';

/** How hard to search, by the number of lines: a fixed effort, so that the answer never depends on time. */
interface Effort {
  /** So many lines around the critical one are searched by branch and bound. */
  readonly core: number;
  readonly nodes: number;
  /** Combinations of each half when lots are exchanged between lines. */
  readonly combinations: number;
  readonly exchanges: number;
}
const FEW_LINES = 40;
const FEW: Effort = { core: FEW_LINES, nodes: 20_000, combinations: 1500, exchanges: 8 };
const MANY: Effort = { core: 16, nodes: 400, combinations: 30, exchanges: 1 };
/** Exchanges are between so many lines at once. */
const EXCHANGED_LINES = 8;

/**
 * Whole lots for each line with the least total shortfall, among those whose cost (buys less sells) is
 * at most `spendable`; between equals, close to the goals.
 *
 * Deviations add up to zero when cash is counted as a line, so the drift is the total shortfall (plus
 * what untraded lines lack) as long as cash does not fall below the buffer: the least shortfall is the
 * least drift. Few lines are solved to the optimum nearly always; for many lines the search is confined to
 * where the rounding is in doubt, and the result is within one lot of the optimum.
 * @returns signed lots in the order of the lines; null when no allowed lots fit.
 */
export function roundToLots(lines: readonly LotLine[], spendable: bigint): bigint[] | null {
  const prepared: PreparedLine[] = [];
  for (const line of lines) {
    const one = prepare(line);
    if (one === null) return null;
    prepared.push(one);
  }
  const draft = startAtGoals(prepared, spendable);
  if (draft === null) return null;
  fill(draft);
  improve(draft, spendable);
  giveBack(draft);
  return draft.lots;
}

/** Lots as they are chosen so far, and the money that is left. */
interface Draft {
  readonly lines: readonly PreparedLine[];
  /** Indexes of the lines by falling gain per cost of their last lots. */
  readonly order: readonly number[];
  readonly lots: bigint[];
  /** What the cheapest lot costs: with less than that left nothing more is bought. */
  readonly leastLotValue: bigint;
  room: bigint;
}

function change(draft: Draft, index: number, lots: bigint): void {
  const prepared = draft.lines[index];
  if (prepared === undefined) return;
  draft.room -= (lots - (draft.lots[index] ?? 0n)) * prepared.line.lotValue;
  draft.lots[index] = lots;
}

/** Every line just below its goal, which is affordable; where the rules forbid that, others give way. */
function startAtGoals(lines: readonly PreparedLine[], spendable: bigint): Draft | null {
  const draft: Draft = {
    lines,
    order: byGainPerCost(lines),
    lots: lines.map(({ line, low, floor }) => {
      const aim = floorDivide(line.goal - line.deviation, line.lotValue);
      return allowedAtMost(line, aim < floor ? aim : floor) ?? low;
    }),
    leastLotValue: lines.reduce(
      (least, { line }) => (line.lotValue < least ? line.lotValue : least),
      lines[0]?.line.lotValue ?? 0n,
    ),
    room: spendable,
  };
  draft.room -= lines.reduce(
    (cost, { line }, index) => cost + (draft.lots[index] ?? 0n) * line.lotValue,
    0n,
  );
  return giveWay(draft) ? draft : null;
}

/**
 * Lowers lines until the cost fits, the dearest lots first: as far as nothing is lowered for more than
 * what is lacking, and in the end the line with the least beyond that.
 * @returns false when the rules do not allow it.
 */
function giveWay(draft: Draft): boolean {
  for (const index of draft.room < 0n ? byFallingLotValue(draft.lines, draft.order) : []) {
    const prepared = draft.lines[index];
    if (prepared === undefined) continue;
    const { line, low } = prepared;
    const present = draft.lots[index] ?? 0n;
    const lowered = allowedAtLeast(line, present + draft.room / line.lotValue) ?? present;
    if (lowered < present) change(draft, index, lowered > low ? lowered : low);
  }
  while (draft.room < 0n) {
    const index = cheapestToLower(draft);
    const prepared = index === null ? undefined : draft.lines[index];
    if (index === null || prepared === undefined) return false;
    const { line, low } = prepared;
    const needed = (draft.lots[index] ?? 0n) + floorDivide(draft.room, line.lotValue);
    change(draft, index, allowedAtMost(line, needed) ?? low);
  }
  return true;
}

/** The line that makes up what is lacking with the least beyond it; else the one that gives the most. */
function cheapestToLower({ lines, lots, room }: Draft): number | null {
  let best: { index: number; enough: boolean; freed: bigint } | null = null;
  for (const [index, { line, low }] of lines.entries()) {
    const present = lots[index] ?? 0n;
    if (present <= low) continue;
    const needed = present + floorDivide(room, line.lotValue);
    const lowered = allowedAtMost(line, needed) ?? low;
    const freed = (present - lowered) * line.lotValue;
    const enough = freed + room >= 0n;
    const better =
      best === null ||
      (enough && (!best.enough || freed < best.freed)) ||
      (!enough && !best.enough && freed > best.freed);
    if (better) best = { index, enough, freed };
  }
  return best?.index ?? null;
}

/** Spends what is left: on what is furthest below its goal first, then wherever it still helps. */
function fill(draft: Draft): void {
  const { lines } = draft;
  const below = indexesWhere(lines, ({ floor }, index) => (draft.lots[index] ?? 0n) < floor);
  for (const index of byDistanceBelowGoal(draft, below)) {
    if (isSpent(draft)) return;
    raise(draft, index, 1n);
  }
  for (const index of byFallingLotValue(lines, below)) {
    if (isSpent(draft)) return;
    const lotValue = lines[index]?.line.lotValue;
    if (lotValue !== undefined && draft.room >= lotValue) {
      raise(draft, index, draft.room / lotValue);
    }
  }
  buyLastLots(draft);
}

function isSpent({ room, leastLotValue }: Draft): boolean {
  return room < leastLotValue;
}

function indexesWhere(
  lines: readonly PreparedLine[],
  isOne: (line: PreparedLine, index: number) => boolean,
): readonly number[] {
  return lines.flatMap((line, index) => (isOne(line, index) ? [index] : []));
}

/** Buys up to so many lots more, as far as there is money and without crossing the target. */
function raise(draft: Draft, index: number, lots: bigint): void {
  const prepared = draft.lines[index];
  if (prepared === undefined || draft.room <= 0n) return;
  const { line, floor } = prepared;
  const present = draft.lots[index] ?? 0n;
  const affordable = present + draft.room / line.lotValue;
  const wanted = present + lots < floor ? present + lots : floor;
  const raised = allowedAtMost(line, wanted < affordable ? wanted : affordable);
  if (raised !== null && raised > present) change(draft, index, raised);
}

/** Buys the last lots, which cross the targets, by falling gain per cost and as far as there is money. */
function buyLastLots(draft: Draft): void {
  const { lines, lots } = draft;
  // Worked out in the order in which the lines lie in memory: going to and fro takes several times as long.
  const costs = lines.map(({ line, high }, index) => (high - (lots[index] ?? 0n)) * line.lotValue);
  for (const index of draft.order) {
    const cost = costs[index] ?? 0n;
    if (cost <= 0n || cost > draft.room) continue;
    draft.room -= cost;
    lots[index] = lines[index]?.high ?? 0n;
    if (isSpent(draft)) return;
  }
}

/** Searches for less shortfall until it is proven least or the effort is spent. */
function improve(draft: Draft, spendable: bigint): void {
  const { lines } = draft;
  const isFew = lines.length <= FEW_LINES;
  const effort = isFew ? FEW : MANY;
  // Among many lines the last cent is never spent, and looking whether it was costs more than it saves.
  const least = isFew ? leastShortfall(lines, draft.order, spendable) : -1n;
  const isLeast = (): boolean => isFew && totalShortfall(draft) <= least;
  if (lines.length === 0 || isLeast()) return;
  const core = linesInDoubt(draft, effort.core);
  if (branch(draft, core, effort.nodes) && core.length === lines.length) return;
  let turn = 0;
  let idle = 0;
  const enoughIdle = lines.length <= EXCHANGED_LINES ? 1 : effort.exchanges;
  while (idle < enoughIdle && turn < 4 * effort.exchanges && !isLeast()) {
    const chosen = core.length <= EXCHANGED_LINES ? core : draw(core, turn);
    idle = exchange(draft, chosen, effort.combinations) ? 0 : idle + 1;
    turn += 1;
  }
}

/** @returns whether it is proven that these lines cannot be rounded better. */
function branch(draft: Draft, core: readonly number[], nodes: number): boolean {
  const { lines, lots, capacity } = part(draft, core);
  const short = lines.reduce(
    (total, { line }, index) => total + shortfall(line, lots[index] ?? 0n),
    0n,
  );
  const best = branchAndBound(lines, capacity, { lots, shortfall: short }, nodes);
  for (const [position, index] of core.entries()) change(draft, index, best.lots[position] ?? 0n);
  return best.proven;
}

function exchange(draft: Draft, chosen: readonly number[], combinations: number): boolean {
  const { lines, lots, capacity } = part(draft, chosen);
  const better = exchangeLots(lines, lots, capacity, combinations);
  if (better === null) return false;
  for (const [position, index] of chosen.entries()) change(draft, index, better[position] ?? 0n);
  return true;
}

/** Some lines with their present lots, and what they may cost together. */
function part(
  draft: Draft,
  indexes: readonly number[],
): { readonly lines: PreparedLine[]; readonly lots: bigint[]; readonly capacity: bigint } {
  const lines: PreparedLine[] = [];
  const lots: bigint[] = [];
  let capacity = draft.room;
  for (const index of indexes) {
    const prepared = draft.lines[index];
    if (prepared === undefined) continue;
    const present = draft.lots[index] ?? 0n;
    lines.push(prepared);
    lots.push(present);
    capacity += present * prepared.line.lotValue;
  }
  return { lines, lots, capacity };
}

/** The lines around the first whose last lot was not affordable: far from it the choice is clear. */
function linesInDoubt({ lines, order, lots }: Draft, count: number): readonly number[] {
  if (order.length <= count) return order;
  const critical = order.findIndex((index) => (lots[index] ?? 0n) < (lines[index]?.high ?? 0n));
  const first = Math.min(Math.max(0, critical - (count >> 1)), order.length - count);
  return order.slice(first, first + count);
}

/** Draws lines by turns: always the same ones for the same turn, and different ones each turn. */
function draw(indexes: readonly number[], turn: number): number[] {
  const pool = [...indexes];
  let state = 88_675_123 + turn;
  for (let position = 0; position < EXCHANGED_LINES; position += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = position + ((state >>> 8) % (pool.length - position));
    const [a, b] = [pool[position] ?? 0, pool[other] ?? 0];
    pool[position] = b;
    pool[other] = a;
  }
  return pool.slice(0, EXCHANGED_LINES);
}

/** What was sold for nothing goes back to the lines that are kept above their target on purpose. */
function giveBack(draft: Draft): void {
  if (isSpent(draft)) return;
  const above = indexesWhere(draft.lines, ({ line }) => line.goal > 0n);
  for (const index of byDistanceBelowGoal(draft, above)) {
    const line = draft.lines[index]?.line;
    if (line === undefined || draft.room < line.lotValue) continue;
    const present = draft.lots[index] ?? 0n;
    const aim = ceilDivide(line.goal - line.deviation, line.lotValue);
    const affordable = present + draft.room / line.lotValue;
    const raised = allowedAtMost(line, aim < affordable ? aim : affordable);
    if (raised !== null && raised > present) change(draft, index, raised);
  }
}

function byFallingLotValue(
  lines: readonly PreparedLine[],
  indexes: readonly number[],
): readonly number[] {
  return byAmount(indexes, (index) => -(lines[index]?.line.lotValue ?? 0n));
}

/** What is furthest below its goal first. */
function byDistanceBelowGoal(
  { lines, lots }: Draft,
  indexes: readonly number[],
): readonly number[] {
  return byAmount(indexes, (index) => {
    const line = lines[index]?.line;
    return line === undefined
      ? 0n
      : line.deviation + (lots[index] ?? 0n) * line.lotValue - line.goal;
  });
}

function totalShortfall({ lines, lots }: Draft): bigint {
  return lines.reduce((total, { line }, index) => total + shortfall(line, lots[index] ?? 0n), 0n);
}
