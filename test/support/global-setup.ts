// One folder per test run for what its files share, removed at the end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Home of the Temporal server that test files share; see `testServer`. */
    sharedHome: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'reelscore-test-'));
  project.provide('sharedHome', join(dir, 'home'));
  return () => rm(dir, { recursive: true, force: true });
}
