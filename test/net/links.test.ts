import { describe, expect, test } from 'vitest';
import { headersForHop, redirectTarget } from '../../net/links.js';

describe('redirectTarget', () => {
  test('a step from https to plain http is refused', () => {
    const from = new URL('https://cdn.test/clip.mp4?sig=SECRET');
    expect(() => redirectTarget(from, 'http://cdn.test/clip.mp4?sig=SECRET')).toThrow(
      expect.objectContaining({
        code: 'redirect_insecure',
        message:
          'https://cdn.test/clip.mp4: redirects from https to plain http (use a link that stays on https)',
      }),
    );
  });

  test.each([
    ['https://cdn.test/a/b', 'https://other.test/c', 'https://other.test/c'],
    ['http://cdn.test/a/b', 'https://cdn.test/c', 'https://cdn.test/c'],
    ['https://cdn.test/a/b', 'c?d=1', 'https://cdn.test/a/c?d=1'],
    ['https://cdn.test/a/b', '//other.test/c', 'https://other.test/c'],
  ])('%s to %s is %s', (from, location, target) => {
    expect(redirectTarget(new URL(from), location).href).toBe(target);
  });
});

describe('headersForHop', () => {
  const from = new URL('https://files.test/a');
  const headers = {
    Range: 'bytes=0-9',
    'if-match': '"tag"',
    'User-Agent': 'reelscore',
    Authorization: 'Bearer SECRET',
    Cookie: 'a=SECRET',
    'x-api-key': 'SECRET',
    'private-token': 'SECRET',
  };

  test('within an origin all go along', () => {
    expect(headersForHop(headers, from, new URL('https://files.test/b'))).toEqual(headers);
  });

  test.each(['https://other.test/a', 'https://files.test:8443/a', 'http://files.test/a'])(
    'to %s only those go along that can hold no secret',
    (to) => {
      expect(headersForHop(headers, from, new URL(to))).toEqual({
        Range: 'bytes=0-9',
        'if-match': '"tag"',
        'User-Agent': 'reelscore',
      });
    },
  );
});
