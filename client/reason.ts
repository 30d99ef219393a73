// Why a batch stopped before its end.
import { CLIENT_ERRORS } from '../contract/errors.js';
import type { BareExecution } from './execution.js';
import type { TemporalClient } from './temporal.js';

/** The reason in words, for a closed execution; a failed workflow carries its own. */
export async function reasonOf(
  temporal: TemporalClient,
  { batch, status }: Pick<BareExecution, 'batch' | 'status'>,
): Promise<string> {
  const word = status.toLowerCase().replace('_', ' ');
  if (status !== 'FAILED') return word;
  try {
    await temporal.result(batch);
    return word;
  } catch (error) {
    return deepest(error);
  }
}

/** Of a chain of causes the last, or the first that is written for people. */
function deepest(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error && !isTold(at)) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}

function isTold(error: Error): boolean {
  return 'type' in error && typeof error.type === 'string' && error.type in CLIENT_ERRORS;
}
