// The checks besides the tests: each counts as one test.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, tool } from './paths.mjs';
import { SOURCE_DIRS } from './sources.mjs';

const sources = SOURCE_DIRS.filter((dir) => existsSync(join(ROOT, dir)));

/** Name, and arguments of node. */
export const CHECKS = [
  ['format', tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['lint', tool('eslint/bin/eslint.js'), '.'],
  ['types', tool('typescript/bin/tsc'), '-p', 'tsconfig.json'],
  ['types of workflows', tool('typescript/bin/tsc'), '-p', 'workflows'],
  [
    'boundaries',
    tool('dependency-cruiser/bin/dependency-cruise.mjs'),
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
    ...sources,
  ],
];
