// What clients and workers are given when payloads are encrypted.
import type { DataConverter } from '@temporalio/common';
import { distFile } from '../../config/paths.js';
import type { PayloadKeys } from '../../config/payload-keys.js';
import { createPayloadCodec } from './codec.js';

/** Undefined without keys: the SDK's own. Errors' messages and stacks become payloads while there is a key that encrypts. */
export function dataConverterOf(keys: PayloadKeys | undefined): DataConverter | undefined {
  if (!keys) return undefined;
  return {
    payloadCodecs: [createPayloadCodec(keys)],
    ...(keys.current && { failureConverterPath: distFile('workflows/failure-converter.js') }),
  };
}
