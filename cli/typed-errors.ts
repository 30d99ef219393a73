import { ReelscoreError, type ReelscoreErrorCode } from '../client/errors.js';

export function isReelscoreError(
  error: unknown,
  code: ReelscoreErrorCode,
): error is ReelscoreError {
  return error instanceof ReelscoreError && error.code === code;
}
