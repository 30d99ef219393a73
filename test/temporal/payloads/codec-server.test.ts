import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { payloadKeys } from '../../../config/payload-keys.js';
import { Secret } from '../../../config/secret.js';
import { createPayloadCodec } from '../../../temporal/payloads/codec.js';
import { startCodecServer } from '../../../temporal/payloads/codec-server.js';

const token = randomBytes(16).toString('hex');
const origin = 'http://ui.example:8233';
const keyOf = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const other = createPayloadCodec(payloadKeys(keyOf('gone')));
const server = await startCodecServer({
  codec: createPayloadCodec(payloadKeys(keyOf('a'))),
  listen: { host: '127.0.0.1', port: 0 },
  origins: [origin],
  token: new Secret(token),
});
afterAll(() => server.close());

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = { metadata: { encoding: base64('json/plain') }, data: base64('"CANARY"') };

async function ask(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'x-namespace': 'default',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const read = (await response.json()) as { payloads?: (typeof plain)[]; error?: string };
  return { status: response.status, headers: response.headers, ...read };
}

test.each(['', '/default'])('encodes, and decodes again, below "%s"', async (namespace) => {
  const { payloads = [] } = await ask(`${namespace}/encode`, { payloads: [plain, plain] });
  expect(payloads).toHaveLength(2);
  expect(payloads[0]?.metadata.encoding).toBe(base64('binary/encrypted'));
  const decoded = await ask(`${namespace}/decode`, { payloads: [...payloads, plain] });
  expect(decoded).toMatchObject({ status: 200, payloads: [plain, plain, plain] });
});

test('E2: without the token there is no answer', async () => {
  for (const authorization of ['', 'Bearer x', `Bearer ${token}x`, `Basic ${token}`]) {
    for (const path of ['/encode', '/decode', '/default/decode', '/elsewhere']) {
      expect(await ask(path, { payloads: [plain] }, { authorization })).toMatchObject({
        status: 401,
      });
    }
  }
});

test('pages of listed origins alone may read answers', async () => {
  const asked = (from: string) =>
    fetch(`http://127.0.0.1:${server.port}/default/decode`, {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'POST' },
    });
  const { status, headers } = await asked(origin);
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(origin);
  expect(headers.get('access-control-allow-headers')).toMatch(/authorization.*x-namespace/);
  const foreign = await asked('http://evil.example');
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  const read = await ask('/decode', { payloads: [] }, { origin });
  expect(read.headers.get('access-control-allow-origin')).toBe(origin);
  // So that a page can show why.
  const refused = await ask('/decode', { payloads: [] }, { origin, authorization: '' });
  expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
});

test('what it cannot take is refused in clear words', async () => {
  expect(await ask('/decode', '{')).toMatchObject({ status: 400 });
  expect(await ask('/decode', {})).toMatchObject({
    status: 400,
    error: expect.stringContaining('payloads') as string,
  });
  expect(await ask('/decode', { payloads: [{ ...plain, data: '%' }] })).toMatchObject({
    status: 400,
    error: expect.stringContaining('payloads.0.data') as string,
  });
  const [sealed] = await other.encode([{ data: Buffer.from('x') }]);
  const json = {
    metadata: Object.fromEntries(
      Object.entries(sealed!.metadata!).map(([k, v]) => [k, Buffer.from(v).toString('base64')]),
    ),
    data: Buffer.from(sealed!.data!).toString('base64'),
  };
  expect(await ask('/decode', { payloads: [json] })).toMatchObject({
    status: 422,
    error: expect.stringContaining('the key "gone"') as string,
  });
  const large = { payloads: [{ ...plain, data: 'A'.repeat(16 * 1024 * 1024) }] };
  expect(await ask('/decode', large)).toMatchObject({ status: 413 });
});
