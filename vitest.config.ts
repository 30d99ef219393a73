import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // The SDK's native module belongs to a process, not to a thread.
    pool: 'forks',
    // Tests with a real server mostly wait, so a second file runs meanwhile even on one core.
    maxWorkers: Math.max(2, availableParallelism()),
    // Against tests that hang; none is about time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
