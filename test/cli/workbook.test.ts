// Workbooks on the command line: as manifests, and as results.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readManifest } from '../../manifests/index.js';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { clips } from '../support/rig.js';
import { ownServer } from '../support/temporal.js';
import { type Cell, workbook } from '../support/xlsx.js';
import { reelscore } from './cli.js';

const { home } = await ownServer();
// Held so that not every command has to start it.
const lease = await acquireHome({ home, services: ['simulator'] });
afterAll(() => lease.release());
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-workbook-'));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const cli = (...args: string[]) => reelscore(args, { cwd, env: { REELSCORE_HOME: home } });
const FAST = ['--simulate', '--again', '--no-probe', '--rate', '50', '--max-in-flight', '50'];

/** A workbook whose second sheet has the clips. */
async function library(name: string, rows: Record<string, unknown>[]): Promise<string> {
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((key): Cell => String(row[key])));
  const sheets = [
    { name: 'Read me', rows: [['Our clips']] },
    { name: 'Autumn', rows: [names, ...cells] },
  ];
  await writeFile(join(cwd, name), workbook({ sheets }));
  return name;
}

test('problems name cells, and --sheet the sheet', async () => {
  const path = await library('faulty.xlsx', [{ file_link: '', prompt: 'Calm' }]);
  const { stdout, exitCode } = await cli('validate', path, '--sheet', 'autumn');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('faulty.xlsx:Autumn!A2: file_link is empty');
  const asJson = await cli('validate', path, '--sheet', '2', '--json');
  expect(JSON.parse(asJson.stdout)).toMatchObject({ problems: [{ line: 2, cell: 'Autumn!A2' }] });
  const unknown = await cli('plan', path, '--sheet', 'Winter');
  expect(unknown.stderr).toContain('the workbook has 1: "Read me", 2: "Autumn"');
});

test('a workbook is scored, its results are one too, and a retry takes them corrected', async () => {
  const path = await library(
    'library.xlsx',
    clips(5, (n) => (n === 2 ? 'fail' : '')).map((row) => ({ ...row })),
  );
  const args = ['--sheet', 'Autumn', '--xlsx', '--out', 'scored'];
  const first = await cli('run', path, ...FAST, ...args);
  expect(first.stdout).toMatch(/succeeded +4\n.*failed +1\n/);
  expect(first.stdout).toContain('results.csv, results.xlsx, results.jsonl');
  const batch = /Batch (\S+):/.exec(first.stdout)?.[1] ?? '';
  const results = join('scored', 'results.xlsx');
  const { report } = await readManifest(join(cwd, results), () => undefined);
  expect(report).toMatchObject({ valid: 5, ownResults: true });

  // What was deleted is written again, the workbook too.
  for (const name of ['results.xlsx', 'summary.json']) await rm(join(cwd, 'scored', name));
  const again = await cli('run', path, ...FAST, ...args);
  expect(`${again.stdout}${again.stderr}`).toContain('have been written again');
  expect(existsSync(join(cwd, results))).toBe(true);

  const retried = await cli('retry', batch, results, '--rate', '50');
  expect(retried.stdout).toContain('1 of 5 clips again');
  expect(retried.stdout).not.toContain('Note:');

  const written = await cli('results', batch, '--status', 'succeeded', '--xlsx', 'some.xlsx');
  expect(written).toMatchObject({ exitCode: 0, stdout: '' });
  const some = await readManifest(join(cwd, 'some.xlsx'), () => undefined);
  expect(some.report.total).toBe(4);

  await mkdir(join(cwd, 'folder.xlsx'));
  const refused = await cli('results', batch, '--xlsx', 'folder.xlsx');
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toContain('folder.xlsx cannot be written');
  expect((await readdir(cwd)).filter((name) => name.endsWith('.part'))).toEqual([]);
});
