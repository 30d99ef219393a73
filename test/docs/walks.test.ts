// The walks in docs/architecture.md: each arrow leads down, along imports that are there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { textOf } from './pages.js';

const section = textOf('docs/architecture.md').split('Three walks')[1]?.split('\n## ')[0] ?? '';
const arrows = [...section.matchAll(/`([\w/-]+\.ts)`(?=\s(->|=>)\s+`([\w/-]+\.ts)`)/g)].map(
  ([, from = '', arrow = '', to = '']) => ({ from, arrow, to }),
);

/** All that a file imports, and what that imports. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  const text = readFileSync(join(PACKAGE_ROOT, file), 'utf8');
  for (const [, path = ''] of text.matchAll(/(?:from |import\()'(\.[^']+)\.js'/g)) {
    const imported = `${join(dirname(file), path)}.ts`;
    if (reached.has(imported)) continue;
    reached.add(imported);
    reachedFrom(imported, reached);
  }
  return reached;
}

describe('the walks in docs/architecture.md', () => {
  test('are there', () => {
    expect(arrows.length).toBeGreaterThan(15);
  });

  test.each(arrows)('$from $arrow $to', ({ from, arrow, to }) => {
    expect(existsSync(join(PACKAGE_ROOT, to))).toBe(true);
    const down = reachedFrom(from);
    if (arrow === '->') expect(down).toContain(to);
    else expect(down).not.toContain(to); // a workflow imports no activity
    expect(reachedFrom(to)).not.toContain(from); // no step back
  });
});
