/** One line of what `npm run bench` measures. */
export interface BenchRow {
  readonly name: string;
  /** The figure as it is printed. */
  readonly value: string;
  readonly unit: string;
  /** What was promised, in words: `>= 60`. Empty when nothing is. */
  readonly bound: string;
  /** Whether the promise is kept; null where there is none. */
  readonly met: boolean | null;
}
