// Which form a manifest at a URL has: by its path, else by what its server says it is.
import { extname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openManifest, readOptionsOf } from '../../intake/manifest-file.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';

test.each([
  ['/library.csv', 'application/octet-stream', '.csv'],
  ['/library.JSONL?sig=x', 'text/plain', '.jsonl'],
  ['/export', 'text/csv; charset=utf-8', '.csv'],
  ['/export', 'text/tab-separated-values', '.csv'],
  ['/library.xlsx?sig=x', 'application/octet-stream', '.xlsx'],
  ['/export', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '.xlsx'],
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

test('a sheet is looked for where there may be one', async () => {
  const { origin } = await serve((_, response) => {
    response.end('x');
  });
  const fetch = () => createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  const sheetOf = async (manifest: Parameters<typeof openManifest>[0]) => {
    const file = await openManifest(manifest, { fetch, sheet: 'Autumn' });
    onTestFinished(() => file.remove());
    return readOptionsOf(file).sheet;
  };
  expect(await sheetOf(`${origin}/a.xlsx`)).toBe('Autumn');
  expect(await sheetOf('library.xlsx')).toBe('Autumn');
  expect(await sheetOf({ clips: [{ file_link: 'https://cdn.example/a.mp4' }] })).toBeUndefined();
});
