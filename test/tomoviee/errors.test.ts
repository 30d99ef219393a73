import { CLIENT_ERRORS } from '../../client/errors.js';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OWN_CODES } from '../../contract/error-codes.js';
import { MEDIA_CODES } from '../../media/codes.js';
import { NET_CODES } from '../../net/errors.js';
import { createErrorTable, ERROR_TABLE } from '../../tomoviee/errors.js';

const CLASSES = ['retry', 'throttled', 'rejected', 'denied'];

describe('the table', () => {
  const table = createErrorTable();

  test.each([
    ['http_400', 'rejected'],
    ['http_401', 'denied'],
    ['http_402', 'denied'],
    ['http_403', 'denied'],
    ['http_408', 'retry'],
    ['http_413', 'rejected'],
    ['http_418', 'retry'],
    ['http_422', 'rejected'],
    ['http_429', 'throttled'],
    ['http_302', 'denied'],
    ['http_500', 'retry'],
    ['http_599', 'retry'],
    ['network_refused', 'throttled'],
    ['680001', 'retry'],
    ['constructor', 'retry'],
  ] as const)('%s is %s', (code, expected) => {
    expect(table.classOf(code)).toBe(expected);
  });

  test('a vendor code nobody listed takes the class of its HTTP status', () => {
    expect(table.classOf('680001', 403)).toBe('denied');
    expect(table.classOf('680001', 200)).toBe('retry');
  });

  test("a user's classes come first, for vendor codes and HTTP statuses", () => {
    const own = createErrorTable({ '680001': 'rejected', http_402: 'retry', http_404: 'retry' });
    expect(own.classOf('680001', 403)).toBe('rejected');
    expect(own.classOf('http_402')).toBe('retry');
    expect(own.classOf('680002', 404)).toBe('retry');
    expect(own.classOf('http_401')).toBe('denied');
  });
});

describe('docs/errors.md', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  // `code` | class or status, where there is one | meaning | what to do
  const rows = [...text.matchAll(/^\| `([^`]+)` *\|(.*)\|$/gm)]
    .map(([, code = '', rest = '']) => [code, ...rest.split('|').map((cell) => cell.trim())])
    .filter(([code = '']) => !CLASSES.includes(code));
  const byCode = new Map(rows.map((row) => [row[0], row.slice(1)]));
  const meanings = Object.entries({
    ...OWN_CODES,
    ...MEDIA_CODES,
    ...NET_CODES,
    ...CLIENT_ERRORS,
  });

  test('lists every code once, and none that does not exist', () => {
    const known = [...Object.keys(ERROR_TABLE), ...meanings.map(([code]) => code)];
    expect(rows.map(([code]) => code).sort()).toEqual(known.sort());
  });

  test.each(Object.entries(ERROR_TABLE))('%s has its class and meaning', (code, rule) => {
    expect(byCode.get(code)?.slice(0, 2)).toEqual([rule.class, rule.meaning]);
  });

  test.each(meanings)('%s has its meaning', (code, meaning) => {
    expect(byCode.get(code)?.at(-2)).toBe(meaning);
  });

  test('says what to do about each', () => {
    expect(rows.filter((row) => !row.at(-1))).toEqual([]);
  });
});

test('no code stands in two registries', () => {
  const all = [ERROR_TABLE, OWN_CODES, MEDIA_CODES, NET_CODES, CLIENT_ERRORS].flatMap(Object.keys);
  expect(all).toHaveLength(new Set(all).size);
});
