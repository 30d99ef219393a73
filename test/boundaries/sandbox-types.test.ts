// `tsc -p workflows` refuses what does not exist in the workflow sandbox, or is not deterministic.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { scratchFolder } from '../support/scratch.js';

const dir = scratchFolder('sandbox');

function tsc(...args: string[]) {
  return execa({ cwd: PACKAGE_ROOT, reject: false })`node node_modules/typescript/bin/tsc ${args}`;
}

/** Compiles one file with the settings of workflows/tsconfig.json; returns the errors. */
async function compile(name: string, code: string): Promise<string> {
  writeFileSync(join(dir, `${name}.ts`), code);
  const project = join(dir, `${name}.json`);
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(PACKAGE_ROOT, 'workflows', 'tsconfig.json'),
      files: [`${name}.ts`],
      include: [],
    }),
  );
  return (await tsc('-p', project)).stdout;
}

test('ordinary workflow code compiles', async () => {
  const errors = await compile(
    'fine',
    `import { sleep } from '@temporalio/workflow';
     import pLimit from 'p-limit';
     import { taskQueueOf } from '${relative(dir, PACKAGE_ROOT)}/contract/names.js';
     export async function one(): Promise<string> {
       await pLimit(1)(() => sleep('1 second'));
       return taskQueueOf('a');
     }`,
  );
  expect(errors).toBe('');
});

test('the world outside does not compile, even next to an import of the SDK', async () => {
  const errors = await compile(
    'outside',
    `import { sleep } from '@temporalio/workflow';
     export const rest = sleep(1);
     export const a = process.env;
     export const b = Buffer.from('');
     export const c = fetch('http://example');
     export const d = setTimeout(() => undefined, 1);
     export const e = require('fs');
     export { readFileSync as f } from 'node:fs';
     export { readFileSync as g } from 'fs';
     console.log(a);`,
  );
  const refused = [...errors.matchAll(/outside\.ts\((\d+),/g)].map(([, line]) => Number(line));
  expect(new Set(refused)).toEqual(new Set([3, 4, 5, 6, 7, 8, 9, 10]));
});

test('the check covers every file of workflows/', async () => {
  const { stdout } = await tsc('-p', 'workflows', '--listFilesOnly');
  const { stdout: files } = await execa({ cwd: PACKAGE_ROOT })`find workflows -name *.ts`;
  expect(stdout.split('\n').map((path) => relative(PACKAGE_ROOT, path))).toEqual(
    expect.arrayContaining(files.split('\n')),
  );
});
