import type { ExecutionRun } from './executor.ts';

/** What one run remembers by clientOrderId; empty at first. */
export function remembered<T>(
  memory: WeakMap<ExecutionRun, Map<string, T>>,
  run: ExecutionRun,
): Map<string, T> {
  const known = memory.get(run);
  if (known !== undefined) return known;
  const fresh = new Map<string, T>();
  memory.set(run, fresh);
  return fresh;
}
