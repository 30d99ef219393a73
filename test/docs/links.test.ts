// Every page is short enough to be read, named in the index, and links to what is there.
import { expect, test } from 'vitest';
import { brokenLinks, DOCS, PAGES, textOf } from './pages.js';

test('the README is at most 12 KB', () => {
  expect(Buffer.byteLength(textOf('README.md'))).toBeLessThanOrEqual(12 * 1024);
});

test.each(PAGES)('the links of %s lead somewhere', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

test('the index of docs/ names every page', () => {
  const index = textOf('docs/README.md');
  const pages = DOCS.filter((page) => page !== 'docs/README.md');
  expect(pages.filter((page) => !index.includes(`(${page.replace('docs/', '')})`))).toEqual([]);
  expect(pages.length).toBeGreaterThan(10);
});

test('examples/README.md and the pictures are linked', () => {
  expect(textOf('README.md')).toContain('(docs/README.md)');
  expect(textOf('README.md')).toContain('(docs/run.svg)');
  expect(textOf('docs/README.md')).toContain('(../examples/README.md)');
});
