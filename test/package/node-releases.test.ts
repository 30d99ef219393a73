// The product on the releases of Node that `engines` allows, besides the one that runs the tests: .ci/run brings
// them and names them by REELSCORE_TEST_NODE_<release>.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { distFile, PACKAGE_ROOT } from '../../config/paths.js';
import { built } from '../support/built.js';
import { readRows } from '../support/rig.js';

await built();

/** Tests that need no server and no build. */
const UNIT_TESTS = [
  'test/config',
  'test/media',
  'test/net',
  'test/outcomes/ledger',
  'test/workflows/pacing',
];
/** They try ffmpeg more than Node, and take long. */
const NOT_THESE = ['test/media/mix/**', 'test/media/fit/**', 'test/media/join/**'];

describe.each(['22', '24'])('Node %s', (release) => {
  const node = process.env[`REELSCORE_TEST_NODE_${release}`];

  test.skipIf(node === undefined)('scores the sample library', async () => {
    const { stdout: version } = await execa(node!, ['--version']);
    expect(version).toMatch(new RegExp(`^v${release}\\.`));
    const folder = await mkdtemp(join(tmpdir(), 'reelscore-node-'));
    try {
      const manifest = join(PACKAGE_ROOT, 'examples/sample.csv');
      const args = ['run', manifest, '--simulate', '--out', join(folder, 'out')];
      const { stderr } = await execa(node!, [distFile('cli/main.js'), ...args], {
        ...{ cwd: folder, reject: false },
        env: { REELSCORE_HOME: join(folder, 'home') },
      });
      expect(stderr).not.toMatch(/Warning/);
      const statuses = (await readRows(join(folder, 'out'))).map(({ status }) => status);
      expect(statuses).toContain('succeeded');
      expect(statuses).not.toContain('cancelled');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test.skipIf(node === undefined)('passes the unit tests', async () => {
    const vitest = join(PACKAGE_ROOT, 'node_modules/vitest/vitest.mjs');
    const args = ['run', ...UNIT_TESTS, ...NOT_THESE.map((folder) => `--exclude=${folder}`)];
    const { all, exitCode } = await execa(node!, [vitest, ...args], {
      ...{ cwd: PACKAGE_ROOT, reject: false, all: true },
      env: { NO_COLOR: '1' },
    });
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/Tests +\d{3,} passed/);
  });
});
