// The checks besides the tests: each counts as one test.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, tool } from './paths.mjs';
import { SOURCE_DIRS } from './sources.mjs';

const sources = SOURCE_DIRS.filter((dir) => existsSync(join(ROOT, dir)));

/** Young garbage may grow to this, in MiB: it is collected less often, which saves 7%. */
const ROOM = '--max-semi-space-size=32';

/** Name, and arguments of node. */
export const CHECKS = [
  ['format', ROOM, tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['lint', ROOM, tool('eslint/bin/eslint.js'), '.'],
  ['types', ROOM, tool('typescript/bin/tsc'), '-p', 'tsconfig.json'],
  ['types of workflows', tool('typescript/bin/tsc'), '-p', 'workflows'],
  [
    'boundaries',
    tool('dependency-cruiser/bin/dependency-cruise.mjs'),
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
    ...sources,
  ],
];
