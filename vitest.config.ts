import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    testTimeout: 20_000,
    // Most tests wait for answers over loopback; by default one processor would be left idle.
    maxWorkers: availableParallelism() + 1,
  },
});
