import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { expect, test } from 'vitest';
import { payloadKeys } from '../../../config/payload-keys.js';
import { createPayloadCodec } from '../../../temporal/payloads/codec.js';
import { dataConverterOf } from '../../../temporal/payloads/data-converter.js';

const A = `a:${randomBytes(32).toString('base64')}`;
const B = `b:${randomBytes(32).toString('base64')}`;
const codecOf = (keys: string) => createPayloadCodec(payloadKeys(keys));
const plain = defaultPayloadConverter.toPayload({ prompt: 'CANARY' });
const valueOf = (payload: Payload | undefined): unknown =>
  defaultPayloadConverter.fromPayload(payload!);

async function sealed(keys = A): Promise<Payload> {
  return (await codecOf(keys).encode([plain]))[0]!;
}

test('what is encrypted shows only cipher and key id', async () => {
  const { metadata, data } = await sealed();
  expect(Object.fromEntries(Object.entries(metadata!).map(([k, v]) => [k, String(v)]))).toEqual({
    encoding: 'binary/encrypted',
    'encryption-cipher': 'AES-256-GCM',
    'encryption-key-id': 'a',
  });
  expect(Buffer.from(data!).toString('latin1')).not.toMatch(/CANARY|json\/plain/);
  expect(Buffer.from((await sealed()).data!).equals(Buffer.from(data!))).toBe(false);
});

test('E1: any configured key decrypts, and plain payloads pass', async () => {
  for (const keys of [A, `${B},${A}`, `plain,${A}`]) {
    const read = await codecOf(keys).decode([await sealed(), plain, {}]);
    expect(valueOf(read[0])).toEqual({ prompt: 'CANARY' });
    expect(read[1]).toBe(plain);
    expect(read).toHaveLength(3);
  }
  expect(String((await sealed(`${B},${A}`)).metadata!['encryption-key-id'])).toBe('b');
});

test('behind "plain" nothing is encrypted', async () => {
  expect(await codecOf(`plain,${A}`).encode([plain])).toEqual([plain]);
});

test('a key that is not there is named, with what to do', async () => {
  await expect(codecOf(B).decode([await sealed()])).rejects.toThrow(
    'encrypted with the key "a", which is not here (add it to REELSCORE_PAYLOAD_KEYS',
  );
});

test('without any key what is encrypted is refused, not taken for a value', async () => {
  const [codec] = dataConverterOf().payloadCodecs!;
  expect(await codec!.encode([plain])).toEqual([plain]);
  expect(await codec!.decode([plain])).toEqual([plain]);
  await expect(codec!.decode([await sealed()])).rejects.toThrow('the key "a", which is not here');
});

test('what was changed is refused: content, tag, nonce, key id, cipher, length', async () => {
  const good = await sealed();
  const flip = (at: number): Payload => {
    const data = Buffer.from(good.data!);
    data[at < 0 ? data.length + at : at]! ^= 1;
    return { ...good, data };
  };
  const named = (name: string, value: string): Payload => ({
    ...good,
    metadata: { ...good.metadata, [name]: Buffer.from(value) },
  });
  const sameKey = `b:${A.slice(2)}`;
  for (const changed of [
    ...[flip(0), flip(20), flip(-1), named('encryption-key-id', 'b')],
    ...[named('encryption-cipher', 'AES-128-GCM'), { ...good, data: Buffer.alloc(3) }],
  ]) {
    await expect(codecOf(`${A},${sameKey}`).decode([changed])).rejects.toThrow(
      'cannot be decrypted',
    );
  }
});
