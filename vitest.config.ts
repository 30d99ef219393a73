import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // The SDK's native module belongs to a process, not to a thread.
    pool: 'forks',
    // Tests with a real server mostly wait, so more files run than there are cores.
    maxWorkers: 2 * Math.max(2, availableParallelism()),
    // Against tests that hang; none is about time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 20_000,
  },
});
