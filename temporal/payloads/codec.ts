// Encrypts the payloads that Temporal keeps. The form is that of Temporal's own samples, so that their tools know it.
//
// E1. What is encrypted is decrypted by any configured key, and what is plain stays as it is.
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { PayloadKeys } from '../../config/payload-keys.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

export const ENCRYPTED = 'binary/encrypted';
const CIPHER = 'AES-256-GCM';
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Past what Temporal takes as one payload. */
const MOST_BYTES = 8 * 1024 * 1024;

/** A payload cannot be decrypted. The message holds no content and no key. */
export class PayloadDecryptionError extends Error {
  override readonly name = 'PayloadDecryptionError';
}

/**
 * A codec for clients, workers and the codec server.
 * Its `decode` throws PayloadDecryptionError.
 */
export function createPayloadCodec({ current, all }: PayloadKeys): PayloadCodec {
  const keys = new Map(
    all.map(({ id, key }) => [id, createSecretKey(Buffer.from(key.reveal(), 'base64'))]),
  );
  const own = current && { id: current.id, key: keys.get(current.id) as KeyObject };
  return {
    encode: (payloads) =>
      Promise.resolve(own ? payloads.map((payload) => encrypt(payload, own)) : payloads),
    async decode(payloads) {
      return await Promise.resolve(
        payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, keys) : payload)),
      );
    },
  };
}

function encrypt(payload: Payload, { id, key }: { id: string; key: KeyObject }): Payload {
  if (isEncrypted(payload)) return payload; // the codec server may be given what is encrypted
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(id));
  const plain = PayloadMessage.encode(payload).finish();
  return {
    metadata: {
      encoding: Buffer.from(ENCRYPTED),
      'encryption-cipher': Buffer.from(CIPHER),
      'encryption-key-id': Buffer.from(id),
    },
    data: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

function decrypt(payload: Payload, keys: ReadonlyMap<string, KeyObject>): Payload {
  const id = metadataOf(payload, 'encryption-key-id');
  const cipherName = metadataOf(payload, 'encryption-cipher');
  const key = keys.get(id);
  const shown = JSON.stringify(id.slice(0, 64));
  if (!key) {
    throw new PayloadDecryptionError(
      `a payload is encrypted with the key ${shown}, which is not here (add it to REELSCORE_PAYLOAD_KEYS; the first of the list encrypts)`,
    );
  }
  const data = Buffer.from(payload.data ?? []);
  const faulty = `a payload that names the key ${shown} cannot be decrypted`;
  const advice = 'it was changed, or another key has this id: compare REELSCORE_PAYLOAD_KEYS';
  if (
    cipherName !== CIPHER ||
    data.length < NONCE_BYTES + TAG_BYTES ||
    data.length > MOST_BYTES + NONCE_BYTES + TAG_BYTES
  ) {
    throw new PayloadDecryptionError(`${faulty}: its cipher or its length is not ours (${advice})`);
  }
  try {
    const decipher = createDecipheriv(ALGORITHM, key, data.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundTo(id));
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    const boxed = data.subarray(NONCE_BYTES, -TAG_BYTES);
    const plain = Buffer.concat([decipher.update(boxed), decipher.final()]);
    return PayloadMessage.decode(plain);
  } catch (cause) {
    throw new PayloadDecryptionError(`${faulty} (${advice})`, { cause });
  }
}

/** What a box is bound to besides its content: a payload that names another key does not open. */
function boundTo(id: string): Buffer {
  return Buffer.from(`${CIPHER}\0${id}`);
}

function isEncrypted(payload: Payload): boolean {
  return metadataOf(payload, 'encoding') === ENCRYPTED;
}

function metadataOf(payload: Payload, name: string): string {
  return Buffer.from(payload.metadata?.[name] ?? []).toString();
}
