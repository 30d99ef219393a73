import type { FailureNote } from '../contract/failure.js';
import type { Outcome } from '../contract/clip.js';
import type { Snapshot } from '../manifests/snapshot.js';

const MAX_NOTES = 5;
/** Enough to recognise it; the whole message is in the results. */
const MAX_MESSAGE = 200;

/** The last few unsuccessful outcomes, with the clips' ids, for users who watch. */
export async function failureNotes(
  snapshot: Pick<Snapshot, 'clip'>,
  outcomes: Outcome[],
): Promise<FailureNote[]> {
  const bad = outcomes.filter(({ status }) => status === 'failed' || status === 'rejected');
  return await Promise.all(
    bad.slice(-MAX_NOTES).map(async ({ row, errorCode, errorMessage }) => ({
      row,
      id: (await snapshot.clip(row)).id,
      code: errorCode ?? 'unknown',
      message: (errorMessage ?? '').slice(0, MAX_MESSAGE),
    })),
  );
}
