// What clients and workers are given when payloads are encrypted.
import type { DataConverter } from '@temporalio/common';
import { distFile } from '../../config/paths.js';
import type { PayloadKeys } from '../../config/payload-keys.js';
import { createPayloadCodec } from './codec.js';

/**
 * Without keys what is encrypted is refused by its name: workflows would take it for a faulty value, and drop a signal.
 * Errors' messages and stacks become payloads while there is a key that encrypts.
 */
export function dataConverterOf(keys: PayloadKeys = { all: [] }): DataConverter {
  return {
    payloadCodecs: [createPayloadCodec(keys)],
    ...(keys.current && { failureConverterPath: distFile('workflows/failure-converter.js') }),
  };
}
