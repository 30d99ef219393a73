// Reads failures as the server describes them, which the SDK leaves as they are.
import type { LoadedDataConverter } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';

type ProtoFailure = NonNullable<Parameters<typeof decodeOptionalFailureToOptionalError>[1]>;

/** The message of a failure; '' if it has none. */
export type ReadFailure = (failure: ProtoFailure) => Promise<string>;

/** What cannot be decrypted says so instead. */
export function failureReader(converter: LoadedDataConverter): ReadFailure {
  return async (failure) => {
    if (!failure.encodedAttributes) return failure.message ?? '';
    try {
      return (await decodeOptionalFailureToOptionalError(converter, failure))?.message ?? '';
    } catch (error) {
      return (error as Error).message;
    }
  };
}
