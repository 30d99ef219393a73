// Which form a manifest at a URL has: by its path, else by what its server says it is.
import { extname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openManifest } from '../../intake/manifest-file.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';

test.each([
  ['/library.csv', 'application/octet-stream', '.csv'],
  ['/library.JSONL?sig=x', 'text/plain', '.jsonl'],
  ['/export', 'text/csv; charset=utf-8', '.csv'],
  ['/export', 'text/tab-separated-values', '.csv'],
  ['/export', 'application/yaml', '.yaml'],
  ['/export', 'application/json', '.json'],
  ['/export', 'application/x-ndjson', '.jsonl'],
  ['/export', 'application/jsonl', '.jsonl'],
])('a manifest at %s of type %s is read as %s', async (path, type, extension) => {
  const { origin } = await serve((_, response) => {
    response.writeHead(200, { 'content-type': type }).end('x');
  });
  const file = await openManifest(`${origin}${path}`, {
    fetch: () => createGuardedFetch({ allowHosts: ['127.0.0.1'] }),
  });
  onTestFinished(() => file.remove());
  expect(extname(file.path)).toBe(extension);
});
