import type { Clip, Outcome } from '../contract/clip.js';

/** The outcome of a clip that never reaches the vendor. */
export function unsubmitted(
  { row }: Pick<Clip, 'row'>,
  status: 'rejected' | 'failed',
  { code, message }: { code: string; message: string },
): Outcome {
  return { row, status, attempts: 0, errorCode: code, errorMessage: message };
}
