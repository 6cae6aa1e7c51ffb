import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Runs the work of starting without the optimizing compilers. What runs once is not worth optimizing:
 * doing so takes tens of megabytes that a process never returns.
 */
export async function sparingMemory<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
  try {
    return await work();
  } finally {
    spareNoMore();
  }
}

/** What begins to run a thousand times is worth optimizing, even within `sparingMemory`. */
export function spareNoMore(): void {
  setFlagsFromString('--opt');
  setFlagsFromString('--maglev');
}

/**
 * Gives what a start leaves behind back to the operating system: garbage, and heap pages that are only
 * partly used. V8 itself does so only when memory gets short, so a bot that idles would keep it for good.
 */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (isCollector(collect)) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function isCollector(value: unknown): value is NodeJS.GCFunction {
  return typeof value === 'function';
}
