// What the programmatic API throws.
import { ReelscoreError } from '../contract/errors.js';
import type { ManifestReport } from '../manifests/read.js';

export {
  CLIENT_ERRORS,
  ReelscoreError,
  stoppedError,
  type ReelscoreErrorCode,
} from '../contract/errors.js';

/** A manifest with problems; `report` holds them. */
export class ManifestInvalidError extends ReelscoreError {
  override readonly name = 'ManifestInvalidError';

  constructor(readonly report: ManifestReport) {
    const { path, problemCount } = report;
    super(
      'manifest_invalid',
      `${path} has ${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}` +
        (report.complete ? ' (correct them, or leave such rows out with --skip-invalid)' : ''),
    );
  }
}
