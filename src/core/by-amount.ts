import { compare } from './lot-line.ts';

/**
 * Some indexes in the order of their amounts, the smallest first, and of equals the lowest index: whatever
 * order they came in.
 */
export function byAmount(
  indexes: readonly number[],
  amountOf: (index: number) => bigint,
): readonly number[] {
  // Rounding to a float never turns two amounts around; only equals need the exact comparison.
  const rough = Float64Array.from(indexes, (index) => Number(amountOf(index)));
  return Array.from(indexes, (_, position) => position)
    .toSorted((a, b) => {
      const difference = (rough[a] ?? 0) - (rough[b] ?? 0);
      if (difference !== 0) return difference;
      const [one, other] = [indexes[a] ?? 0, indexes[b] ?? 0];
      return compare(amountOf(one), amountOf(other)) || one - other;
    })
    .map((position) => indexes[position] ?? 0);
}
