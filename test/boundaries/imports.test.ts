// .dependency-cruiser.cjs fires: each rule is shown a violation planted in a small copy of the tree.
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { scratchFolder } from '../support/scratch.js';

const scratch = scratchFolder('imports');
let trees = 0;

/** Cruises a tree that holds only these files; returns `rule: from → to` of each violation. */
async function violations(files: Record<string, string>): Promise<string[]> {
  const tree = join(scratch, String((trees += 1)));
  for (const [path, code] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), code);
  }
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(PACKAGE_ROOT, name), join(tree, name));
  }
  symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(tree, 'node_modules'));
  const cruiser = join(PACKAGE_ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(PACKAGE_ROOT, '.dependency-cruiser.cjs');
  const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0]!))];
  const { stdout } = await execa({
    cwd: tree,
    reject: false,
  })`node ${cruiser} --config ${config} --output-type json ${folders}`;
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

const EMPTY = 'export const nothing = 0;\n';
const imports = (path: string) => `export * from '${path}';\n`;

test('what is allowed passes', async () => {
  const found = await violations({
    'contract/a.ts': EMPTY,
    'workflows/a.ts': `${imports('../contract/a.js')}${imports('@temporalio/workflow')}${imports('p-limit')}`,
    'activities/a.ts': imports('../contract/a.js'),
    'cli/a.ts': `${imports('../activities/b.js').replace('activities', 'client')}${imports('node:fs')}`,
    'client/b.ts': EMPTY,
  });
  expect(found).toEqual([]);
});

/** A room, what one of its files imports, and the rule that forbids it. */
const FORBIDDEN: [room: string, target: string, rule: string][] = [
  ['contract', '../store/a.js', 'contract-imports'],
  ['contract', 'zod', 'contract-packages'],
  ['contract', 'node:fs', 'contract-packages'],
  ['workflows', '../tomoviee/a.js', 'workflows-imports'],
  ['workflows/account', '../batch/a.js', 'workflows/account-imports'],
  ['workflows/pacing', '../batch/a.js', 'workflows/pacing-imports'],
  ['workflows', 'node:fs', 'workflows-packages'],
  ['workflows/batch', 'node:fs', 'workflows-packages'],
  ['workflows', 'ms', 'workflows-packages'],
  ['workflows', '@temporalio/activity', 'workflows-packages'],
  ['workflows', '@temporalio/interceptors-opentelemetry', 'workflows-packages'],
  ['workflows/batch', '../traces/a.js', 'workflows/batch-imports'],
  ['workflows/traces', 'p-limit', 'workflows/traces-packages'],
  ['temporal/traces', '../a.js', 'temporal/traces-imports'],
  ['net', '../contract/a.js', 'net-imports'],
  ['store', '../manifests/a.js', 'store-imports'],
  ['tomoviee', '../store/a.js', 'tomoviee-imports'],
  ['tomoviee', './simulator/a.js', 'tomoviee-imports'],
  ['tomoviee/simulator', '../a.js', 'tomoviee/simulator-imports'],
  ['tomoviee/callbacks', '../../activities/a.js', 'tomoviee/callbacks-imports'],
  ['media', '../store/a.js', 'media-imports'],
  ['manifests', '../workers/a.js', 'manifests-imports'],
  ['activities', '../workflows/a.js', 'activities-imports'],
  ['outcomes', '../activities/a.js', 'outcomes-imports'],
  ['outcomes', './ledger/a.js', 'outcomes-imports'],
  ['config', '../workers/a.js', 'config-imports'],
  ['temporal', '../client/a.js', 'temporal-imports'],
  ['workers', '../client/a.js', 'workers-imports'],
  ['client', '../cli/a.js', 'client-imports'],
  ['client', '../workers/a.js', 'client-imports'],
  ['page', '../cli/a.js', 'page-imports'],
  ['page', '../workers/a.js', 'page-imports'],
  ['client', '../page/a.js', 'client-imports'],
  ['cli', '../workflows/a.js', 'cli-imports'],
  ['client', '../test/a.js', 'nothing-imports-tests'],
  ['client', '../bench/a.js', 'nothing-imports-tests'],
  ['client', '../newcomer/a.js', 'unlisted-folder'],
  ['tomoviee', '@temporalio/client', 'temporal-in-its-places'],
  ['client', 'fast-check', 'declared-packages'],
  ['client', 'no-such-package', 'resolvable'],
];

/** All of them at once, each in a file of its own. */
const planted: Record<string, string> = {};
for (const [index, [room, target]] of FORBIDDEN.entries()) {
  planted[`${room}/from-${index}.ts`] = imports(target);
  if (target.startsWith('.')) planted[join(room, target).replace(/\.js$/, '.ts')] = EMPTY;
}
const found = await violations(planted);

test.each(FORBIDDEN.map(([room, target, rule], index) => ({ room, target, rule, index })))(
  '$room may not import $target ($rule)',
  ({ room, rule, index }) => {
    expect(found).toContainEqual(expect.stringMatching(`^${rule}: ${room}/from-${index}\\.ts → `));
  },
);

test('an import of types alone counts', async () => {
  const found = await violations({
    'contract/a.ts': `import type { B } from '../store/b.js';\nexport type A = B;\n`,
    'store/b.ts': 'export type B = string;\n',
  });
  expect(found).toEqual(['contract-imports: contract/a.ts → store/b.ts']);
});

test.each(['import', 'import type'])('files that need each other are found: %s', async (form) => {
  const found = await violations({
    'net/a.ts': `${form} { b } from './b.js';\nexport const a = () => typeof ({} as typeof b);\n`,
    'net/b.ts': `${form} { a } from './a.js';\nexport const b = () => typeof ({} as typeof a);\n`,
  });
  expect(found).toContainEqual(expect.stringMatching(/^no-cycles: /));
});

test('a heavy package is found behind other files of the supervisor', async () => {
  const found = await violations({
    'temporal/embedded/supervisor-main.ts': imports('./deep.js'),
    'temporal/embedded/deep.ts': imports('undici'),
  });
  expect(found).toEqual([expect.stringMatching(/^light-supervisor: .*supervisor-main\.ts → /)]);
});
