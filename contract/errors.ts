// The errors that the programmatic API throws or a workflow fails with, each with a code for programs.

/** Code -> meaning, in one line. */
export const CLIENT_ERRORS = {
  manifest_invalid: 'The manifest has problems; none of its clips was submitted.',
  request_invalid: 'The request for a batch is not valid for this version.',
  manifest_unreadable: 'The manifest cannot be read: it is missing, refused, or not a manifest.',
  clips_unreachable: 'Clips lie where the vendor cannot fetch them, and no way is configured.',
  batch_id_invalid: 'The batch id cannot be used as the name of a folder and of a workflow.',
  batch_not_found: 'Neither Temporal nor the output folder knows the batch.',
  batch_running: 'The batch is still running.',
  batch_ended: 'The batch has ended already.',
  batch_stopped: 'The batch stopped before all its clips had an outcome.',
  batch_mismatch: 'The batch id belongs to another manifest or account.',
  results_gone: 'The output folder of the batch does not exist (any more).',
  results_elsewhere: 'The results of the batch are not where this can be done with them.',
  store_taken: 'The output folder belongs to another batch.',
  correction_unclear: 'It is unclear which rows of the batch the corrected manifest refers to.',
  marks_invalid: 'The file of marks cannot be read, or is not of this batch.',
  mixing_stopped: 'The mixing of finished videos stopped before its end.',
  nothing_to_retry: 'No clip of the batch is left to be retried.',
  account_idle: 'No batch uses the account, so there are no limits to change.',
  eviction_refused: 'The batch cannot be evicted from its account.',
  tuning_refused: 'The account cannot have these limits.',
  worker_silent: 'No worker responds for the account.',
  schedule_name_invalid:
    'The name cannot be used for a schedule, whose batches are named after it.',
  schedule_exists: 'A schedule with this name already exists.',
  schedule_not_found: 'No schedule has this name.',
  schedule_invalid: 'An option of the schedule is missing or cannot be used.',
  payload_unreadable: 'A payload in Temporal is encrypted with a key that is not configured here.',
  temporal_unreachable: 'The Temporal server does not answer.',
  temporal_refused: 'The Temporal server refused a request.',
} as const;

export type ReelscoreErrorCode = keyof typeof CLIENT_ERRORS;

/** `message` states the place, the fault and what to do; `code` is for programs. */
export class ReelscoreError extends Error {
  override readonly name: string = 'ReelscoreError';

  constructor(
    readonly code: ReelscoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The error for a batch whose workflow ended without a summary. */
export function stoppedError(batch: string, why: string): ReelscoreError {
  return new ReelscoreError(
    'batch_stopped',
    `batch ${batch} stopped before all its clips had an outcome: ${why} (go on with: reelscore retry ${batch})`,
  );
}
