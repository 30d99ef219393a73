// A payload that cannot be decoded would fail the workflow task, which Temporal retries for ever. Here it is read
// as a value that every check refuses (guarded.ts): a signal is dropped, a start fails at once.
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** The name that the SDK looks for. */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload: ((payload: Payload): unknown => {
    try {
      return defaultPayloadConverter.fromPayload(payload);
    } catch {
      return { undecodable: true };
    }
  }) as PayloadConverter['fromPayload'],
};
