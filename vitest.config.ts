import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: LongestFirst },
    restoreMocks: true,
    testTimeout: 20_000,
    // Nothing here lives in a module's variables or a process's environment, so that files can share a
    // process, and each of the heavy libraries is loaded once a worker.
    isolate: false,
    // Most tests wait for answers over loopback; by default one processor would be left idle.
    maxWorkers: availableParallelism() + 1,
  },
});
