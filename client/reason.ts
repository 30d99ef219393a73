// Why a batch stopped before its end.
import type { BareExecution } from './execution.js';
import type { TemporalClient } from './temporal.js';

/** In words, of an execution that is closed; a failed workflow carries why. */
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

function deepest(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}
