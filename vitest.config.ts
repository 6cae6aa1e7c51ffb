import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { placeForTemporaryFiles } from './test/temporary-files.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: LongestFirst },
    restoreMocks: true,
    testTimeout: 20_000,
    // Node itself loads the modules, as it does for the program: nothing is transformed before.
    experimental: { viteModuleRunner: false },
    // Child processes find compiled what the ones before them ran. Beside the program's own folder, which
    // `evenkeel compile` empties.
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/evenkeel-tests'),
      TMPDIR: placeForTemporaryFiles(),
    },
    // Nothing that changes lives in a module's variables or a process's environment, so that files can share a
    // process, and each of the heavy libraries is loaded once a worker.
    isolate: false,
    // Most tests wait for answers over loopback; by default one processor would be left idle.
    maxWorkers: availableParallelism() + 1,
  },
});
