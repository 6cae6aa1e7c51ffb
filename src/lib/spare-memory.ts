import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';

/**
 * Runs the work of starting without the optimizing compilers, and gives its garbage back at the end.
 * What runs once is not worth optimizing: doing so takes tens of megabytes that a process never returns.
 */
export async function sparingMemory<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
  try {
    return await work();
  } finally {
    setFlagsFromString('--opt');
    setFlagsFromString('--maglev');
    collectGarbage();
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  z.function({ input: [] }).parse(runInNewContext('gc'))();
}
