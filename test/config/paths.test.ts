import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPackageRoot, PACKAGE_ROOT } from '../../config/paths.js';

test('the package is found from its sources, and from builds of them below other packages', () => {
  const root = join(import.meta.dirname, '../..');
  expect(PACKAGE_ROOT).toBe(root);
  for (const folder of ['dist/config', 'bench/out/build/config', 'bench']) {
    expect(findPackageRoot(join(root, folder))).toBe(root);
  }
  expect(() => findPackageRoot('/')).toThrow('no package.json of reelscore in any folder above it');
});
