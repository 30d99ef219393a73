// The guards of npm start and npm test: a run that went wrong must never look like a good one.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { scratchFolder } from '../support/scratch.js';

const dir = scratchFolder('scripts');

const lib = (name: string) => pathToFileURL(join(PACKAGE_ROOT, 'scripts', 'lib', name)).href;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  notes: string[];
}
const { countTests } = (await import(lib('test-report.mjs'))) as {
  countTests: (file: string, exitCode: number) => Counts;
};
const { commandLine } = (await import(lib('command-line.mjs'))) as {
  commandLine: (args: string[], now?: Date) => string[];
};

describe('counting tests', () => {
  function count(files: object[], exitCode: number): Counts {
    const report = join(dir, 'report.json');
    writeFileSync(report, JSON.stringify({ testResults: files }));
    return countTests(report, exitCode);
  }
  const file = (status: string, ...tests: string[]) => ({
    name: 'a.test.ts',
    status,
    message: 'why',
    assertionResults: tests.map((each) => ({
      status: each,
      fullName: `it ${each}`,
      failureMessages: each === 'failed' ? ['Error: why\n    at a stack'] : [],
    })),
  });

  test('passed, failed and all kinds of skipped tests are told apart', () => {
    const files = [file('failed', 'passed', 'failed', 'pending'), file('passed', 'passed', 'todo')];
    expect(count(files, 1)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 2,
      notes: ['a.test.ts: it failed: Error: why'],
    });
  });

  test('a file that cannot be loaded is a failure', () => {
    const counts = count([file('passed', 'passed'), file('failed')], 1);
    expect(counts).toMatchObject({ passed: 1, failed: 1, notes: ['a.test.ts: why'] });
  });

  test('a hook that fails is a failure though every test passed', () => {
    expect(count([file('failed', 'passed')], 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('an exit code without a failed test is a failure', () => {
    expect(count([file('passed', 'passed')], 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('a run without tests is a failure', () => {
    expect(count([], 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(count([file('passed', 'pending')], 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a run without a report is a failure', () => {
    expect(countTests(join(dir, 'none.json'), 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test('vitest itself writes what is counted here', async () => {
    const tests = mkdtempSync(join(tmpdir(), 'reelscore-planted-'));
    symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(tests, 'node_modules'));
    const vitest = "import { test, expect, afterAll } from 'vitest';\n";
    writeFileSync(
      join(tests, 'a.test.mjs'),
      `${vitest}test('a', () => {}); test('b', () => expect(1).toBe(2)); test.skip('c', () => {});`,
    );
    writeFileSync(join(tests, 'b.test.mjs'), `${vitest}import './none.mjs'; test('a', () => {});`);
    writeFileSync(
      join(tests, 'c.test.mjs'),
      `${vitest}test('a', () => {}); afterAll(() => { throw new Error('left running'); });`,
    );
    const report = join(dir, 'vitest.json');
    const { exitCode } = await execa(
      'node',
      [
        join(PACKAGE_ROOT, 'node_modules/vitest/vitest.mjs'),
        ...['run', '--root', tests, '--reporter=json', `--outputFile=${report}`],
      ],
      { reject: false },
    );
    rmSync(tests, { recursive: true });
    expect(countTests(report, exitCode!)).toMatchObject({ passed: 2, failed: 3, skipped: 1 });
  });
});

describe('npm start', () => {
  test('without arguments scores the sample as a new batch, against the simulator', () => {
    expect(commandLine([], new Date('2026-01-02T03:04:05.678Z'))).toEqual([
      ...['run', 'examples/sample.csv', '--simulate', '--again', '--rate', '5'],
      ...['--batch', 'sample-20260102-030405'],
    ]);
  });

  test('takes a manifest as one to run, and everything else as it is', () => {
    expect(commandLine(['library.csv', '--rate', '2'])).toEqual([
      'run',
      'library.csv',
      '--rate',
      '2',
    ]);
    for (const manifest of ['a/b.YAML', 'a.yml', 'a.tsv', 'a.json', 'a.jsonl']) {
      expect(commandLine([manifest])).toEqual(['run', manifest]);
    }
    expect(commandLine(['status', 'library.csv'])).toEqual(['status', 'library.csv']);
    expect(commandLine(['--help'])).toEqual(['--help']);
  });
});

test('processes that need the same lock take turns, and a killed one does not keep it', async () => {
  const lock = join(dir, 'lock');
  const steps = join(dir, 'steps');
  mkdirSync(steps);
  mkdirSync(lock);
  const { stdout: pid } = await execa('node', ['-e', 'console.log(process.pid)']);
  writeFileSync(join(lock, 'pid'), pid); // its owner has ended
  const code = `import { withLock } from ${JSON.stringify(lib('lock.mjs'))};
    import { existsSync, rmSync, writeFileSync } from 'node:fs';
    import { setTimeout as delay } from 'node:timers/promises';
    const busy = ${JSON.stringify(join(dir, 'busy'))};
    await withLock(${JSON.stringify(lock)}, async () => {
      if (existsSync(busy)) process.exit(1);
      writeFileSync(busy, '');
      await delay(50);
      rmSync(busy);
      writeFileSync(${JSON.stringify(steps)} + '/' + process.pid, '');
    });`;
  const turn = () => execa('node', ['--input-type=module', '-e', code]);
  await Promise.all(Array.from({ length: 8 }, turn));
  expect(readdirSync(steps)).toHaveLength(8);
});

test('a lock that is let go while others take it is lost to nobody', async () => {
  const lock = join(dir, 'another-lock');
  const code = `import { withLock } from ${JSON.stringify(lib('lock.mjs'))};
    for (let turn = 0; turn < 1000; turn += 1) await withLock(${JSON.stringify(lock)}, async () => {});`;
  const turns = () => execa('node', ['--input-type=module', '-e', code]);
  await Promise.all(Array.from({ length: 4 }, turns));
  expect(existsSync(lock)).toBe(false);
});
