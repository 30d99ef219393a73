import { describe, expect, test } from 'vitest';
import { readAllowList } from '../../net/allow-list.js';

describe('readAllowList', () => {
  const rows: [entry: string, host: string, port: number, address: string, allowed: boolean][] = [
    ['media.test', 'media.test', 80, '10.0.0.1', true],
    ['Media.Test.', 'media.test', 8080, '10.0.0.1', true],
    ['media.test', 'sub.media.test', 80, '10.0.0.1', false],
    ['media.test', 'media.test.evil', 80, '10.0.0.1', false],
    ['media.test:8080', 'media.test', 8080, '10.0.0.1', true],
    ['media.test:8080', 'media.test', 80, '10.0.0.1', false],
    ['10.0.0.7', '10.0.0.7', 80, '10.0.0.7', true],
    ['10.0.0.7', 'any.test', 80, '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.7', 80, '10.0.0.8', false],
    ['10.0.0.7:81', 'any.test', 80, '10.0.0.7', false],
    ['127.1', 'any.test', 80, '127.0.0.1', true],
    ['127.0.0.1', 'any.test', 80, '::ffff:127.0.0.1', false],
    ['::1', '::1', 80, '::1', true],
    ['[::1]', '::1', 80, '::1', true],
    ['[0:0::1]:81', '::1', 81, '::1', true],
    ['[::1]:81', '::1', 80, '::1', false],
    ['10.0.0.0/8', 'any.test', 80, '10.200.0.1', true],
    ['10.0.0.0/8', 'any.test', 80, '11.0.0.1', false],
    ['fd00::/8', 'any.test', 80, 'fd12::1', true],
    ['fd00::/8', 'any.test', 80, '10.0.0.1', false],
  ];
  test.each(rows)('%s and %s:%d at %s: %s', (entry, host, port, address, allowed) => {
    expect(readAllowList([entry])(host, port, address)).toBe(allowed);
  });

  test('blank entries are skipped, and an empty list allows nothing', () => {
    expect(readAllowList(['', '  '])('', 80, '127.0.0.1')).toBe(false);
  });

  test.each([
    '*.media.test',
    'http://media.test',
    'user@media.test',
    'media.test:',
    'media.test:0',
    'media.test:99999',
    'media.test:http',
    '10.0.0.0/33',
    'media test',
    '[::1',
    '300.1.1.1',
  ])('%s is refused by name', (entry) => {
    expect(() => readAllowList([entry])).toThrow(`REELSCORE_ALLOW_HOSTS: "${entry}"`);
  });
});
