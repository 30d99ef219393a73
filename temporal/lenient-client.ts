import { WorkflowClient, type Client } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { PayloadDecryptionError } from './payloads/codec.js';

/**
 * A client for which what cannot be decrypted is `undefined`. For who asks about many executions, and needs no payload
 * of them: one whose key is gone must not hide the others.
 */
export function lenientClient({ connection, options }: Client): WorkflowClient {
  const { namespace, loadedDataConverter } = options;
  const payloadCodecs = loadedDataConverter.payloadCodecs.map(lenient);
  return new WorkflowClient({ connection, namespace, dataConverter: { payloadCodecs } });
}

/** As the SDK's payload converter writes `undefined`. */
const UNDEFINED: Payload = { metadata: { encoding: Buffer.from('binary/null') } };

function lenient(codec: PayloadCodec): PayloadCodec {
  return {
    ...codec,
    async decode(payloads, ...context) {
      const decoded = payloads.map(async (payload) => {
        try {
          return await codec.decode([payload], ...context);
        } catch (error) {
          if (error instanceof PayloadDecryptionError) return [UNDEFINED];
          throw error;
        }
      });
      return (await Promise.all(decoded)).flat();
    },
  };
}
