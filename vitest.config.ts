import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files with a real server or a command first: they take the longest, and one at the end would run alone. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      /support\/(rig|temporal|built)|\/cli\.js'/.test(readFileSync(moduleId, 'utf8'));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/runtime.ts'],
    // A file in a process of its own takes a second to import what all import. What a file changes for
    // its tests it puts back.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    // The SDK's native module belongs to a process, not to a thread.
    pool: 'forks',
    // Tests with a real server mostly wait, so more files run than there are cores.
    sequence: { sequencer: LongFirst },
    maxWorkers: 2 * Math.max(2, availableParallelism()),
    // Against tests that hang; none is about time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    teardownTimeout: 20_000,
  },
});
