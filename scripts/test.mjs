// npm test: installs and builds what is missing, then runs every check and every test.
// The last line is "N passed, N failed[, N skipped]"; the exit code is 0 only when none failed.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { ROOT, SCRATCH, tool } from './lib/paths.mjs';
import { run, say } from './lib/run.mjs';
import { countTests } from './lib/test-report.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };

async function timed(name, work) {
  const from = performance.now();
  const passed = await work();
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  say(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
}

async function check([name, ...args]) {
  await timed(name, async () => {
    const { code, output } = await run(process.execPath, args, { quiet: true });
    if (code !== 0) say(output.trimEnd());
    total[code === 0 ? 'passed' : 'failed'] += 1;
    return code === 0;
  });
}

async function checkAll(checks) {
  for (const one of checks) await check(one);
}

async function test(filters) {
  const report = join(SCRATCH, 'vitest.json');
  await mkdir(SCRATCH, { recursive: true });
  await rm(report, { force: true });
  await timed('tests', async () => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const vitest = tool('vitest/vitest.mjs');
    const { code } = await run(process.execPath, [vitest, 'run', ...reporters, ...filters]);
    const counts = countTests(report, code);
    for (const note of counts.notes) say(note);
    for (const kind of ['passed', 'failed', 'skipped']) total[kind] += counts[kind];
    return counts.failed === 0;
  });
}

/** Getting the Temporal server can take minutes, once: not the time of whichever test comes first. */
async function getServer() {
  const module = join(ROOT, 'dist', 'temporal', 'embedded', 'find-binary.js');
  const { findTemporalBinary } = await import(pathToFileURL(module).href);
  await findTemporalBinary(process.env, say);
}

try {
  await installDependencies();
  await build();
  await getServer();
  const { CHECKS } = await import('./lib/checks.mjs');
  // Tests with a real server mostly wait: the checks, one after the other, fit in between.
  await Promise.all([test(process.argv.slice(2)), checkAll(CHECKS)]);
} catch (error) {
  say(error.message);
  total.failed += 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.exitCode = total.failed === 0 ? 0 : 1;
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
