// What a worker's process keeps of memory and threads. Each test looks at a process of its own.
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import { built } from '../support/built.js';

await built();

const urlOf = (file: string): string => JSON.stringify(pathToFileURL(distFile(file)).href);

/** Runs a module's code in a Node process and returns the JSON that it prints. */
async function run(code: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', code], { env });
  return JSON.parse(stdout);
}

/** Keeps some 60 MB, and has young objects grow old before they are let go. */
const CHURN = `
  import { getHeapStatistics } from 'node:v8';
  const usedMb = () => getHeapStatistics().used_heap_size / 1e6;
  const some = () => Array.from({ length: 1000 }, (_, n) => ({ n, more: [n] }));
  const kept = Array.from({ length: 600 }, some);
  let peakMb = 0;
  /** Held long enough to count as old. */
  const passing = new Array(200);
  function churn(rounds) {
    for (let n = 0; n < rounds; n += 1) {
      passing[n % passing.length] = some();
      peakMb = Math.max(peakMb, usedMb());
    }
  }
`;

describe('the heap', () => {
  test('grows by half of what is in use, and a little, before it is collected', async () => {
    const { inUse, peakMb } = (await run(`
      ${CHURN}
      import { collectEarly } from ${urlOf('workers/heap.js')};
      churn(passing.length);
      collectEarly();
      const inUse = usedMb();
      churn(5000);
      console.log(JSON.stringify({ inUse, peakMb, kept: kept.length }));
    `)) as { inUse: number; peakMb: number };
    // New objects have a space of their own, and old ones come while the collection is under way.
    expect(peakMb).toBeLessThan(inUse * 1.5 + 60);
  });

  test('is rid at once of the garbage that was there before', async () => {
    const { before, after } = (await run(`
      ${CHURN}
      import { collectEarly } from ${urlOf('workers/heap.js')};
      kept.length = 0;
      const before = usedMb();
      collectEarly();
      console.log(JSON.stringify({ before, after: usedMb() }));
    `)) as { before: number; after: number };
    expect(after).toBeLessThan(before / 3);
  });

  test('cannot be collected from a context made later, such as that of workflows', async () => {
    const code = `
      import { runInNewContext } from 'node:vm';
      import { collectEarly } from ${urlOf('workers/heap.js')};
      collectEarly();
      console.log(JSON.stringify(runInNewContext('typeof gc')));
    `;
    expect(await run(code)).toBe('undefined');
  });
});

describe.runIf(process.platform === 'linux')("the SDK's core", () => {
  const count = `
    import { readdirSync, readFileSync } from 'node:fs';
    import { installRuntime } from ${urlOf('workers/runtime.js')};
    import { createLogger } from ${urlOf('workers/logger.js')};
    installRuntime(createLogger({ level: 'error' }));
    const count = () => readdirSync('/proc/self/task')
      .map((id) => readFileSync('/proc/self/task/' + id + '/comm', 'utf8'))
      .filter((name) => name.startsWith('tokio')).length;
    // A thread gives itself its name, after a moment.
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    while (count() === 0) await wait(20);
    await wait(300);
    const threads = count();
    console.log(JSON.stringify({ threads, variable: process.env.TOKIO_WORKER_THREADS ?? null }));
    process.exit();
  `;

  test('has one thread, and child processes inherit nothing of it', async () => {
    expect(await run(count)).toEqual({ threads: 1, variable: null });
  });

  test('has as many threads as the environment says', async () => {
    const answer = await run(count, { TOKIO_WORKER_THREADS: '3' });
    expect(answer).toEqual({ threads: 3, variable: '3' });
  });
});
