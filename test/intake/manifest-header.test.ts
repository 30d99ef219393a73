import { describe, expect, test } from 'vitest';
import { goesTo, openManifest } from '../../intake/manifest-file.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';

const header = { name: 'authorization', value: 'Bearer HEADER-SECRET' };

describe('the header for manifests', () => {
  test.each([
    ['files.example', 'https://files.example/a.csv', true],
    ['files.example', 'https://files.example:443/a.csv', true],
    ['files.example', 'https://FILES.example./a.csv', true],
    ['files.example:443', 'https://files.example/a.csv', true],
    ['files.example', 'https://files.example:8443/a.csv', false],
    ['files.example', 'http://files.example/a.csv', false],
    ['files.example', 'http://files.example:443/a.csv', false],
    ['files.example:8443', 'https://files.example:8443/a.csv', true],
    ['files.example:8443', 'https://files.example/a.csv', false],
    ['files.example:80', 'http://files.example/a.csv', false],
    ['files.example', 'https://files.example.evil.example/a.csv', false],
    ['files.example', 'https://a.files.example/a.csv', false],
    ['[2001:db8::1]', 'https://[2001:db8::1]/a.csv', true],
    ['127.0.0.1', 'http://127.0.0.1/a.csv', false],
  ])('for %s, to %s: %s', (host, link, goes) => {
    expect(goesTo({ host, ...header }, new URL(link))).toBe(goes);
  });

  test('does not go over plain http, and whoever is refused for that is told', async () => {
    const sent: (string | undefined)[] = [];
    const { origin } = await serve((request, response) => {
      sent.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    const host = new URL(origin).host;
    const opened = openManifest(`${origin}/a.csv`, {
      fetch: () => createGuardedFetch({ allowHosts: ['127.0.0.1'] }),
      header: { host, ...header },
    });
    await expect(opened).rejects.toThrow(
      `${origin}/a.csv: the server answers 401 (REELSCORE_MANIFEST_HEADER is sent to https://${host} only: use such a link, or name the port in it)`,
    );
    expect(sent).toEqual([undefined]);
  });
});
