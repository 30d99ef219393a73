// The codes that Reelscore itself sets as `error_code` or as the code of a warning. The vendor's own codes
// appear in results unchanged; the transport's are in tomoviee/errors.ts, media/codes.ts, net/errors.ts.

/** Code -> meaning, in one line. docs/errors.md lists the same, with what to do. */
export const OWN_CODES = {
  manifest_row: 'The row of the manifest has a fault; it was left out with --skip-invalid.',
  clip_changed: 'The file of the clip was changed after the batch was started.',
  clip_gone: 'The file of the clip cannot be read any more.',
  clip_expired: 'The signed link of the clip expired before the clip was submitted.',
  fit_failed: 'The clip cannot be made into one that the vendor takes.',
  fit_unavailable: 'The clip has to be fitted, and ffmpeg is not there.',
  submit_unknown:
    'It is unknown whether the submission was accepted, and no callback arrived for it.',
  worker_stalled: 'The worker stalled before the submission; nothing was sent.',
  task_mismatch: 'The task named by a callback belongs to another submission.',
  task_failed: 'The vendor ended the task as failed (status 4), and no resubmission is left.',
  task_cancelled: 'The vendor ended the task as cancelled (status 5).',
  task_timed_out: 'The vendor timed the task out (status 6), and no resubmission is left.',
  task_timeout: 'The task did not end within the task timeout (taskTimeout).',
  download_failed: 'The soundtrack could not be downloaded.',
  batch_cancelled: 'The batch was cancelled before the clip was done.',
  already_scored: 'An earlier batch scored the clip; `output` points to that soundtrack.',
  max_submissions_reached: 'The run reached its limit of submissions (maxSubmissions).',
  budget_reached: 'Another submission would have cost more than the budget.',
  etag_missing:
    'The server reports no version of the clip, so the clip is identified by its link alone.',
  link_changed:
    'An earlier batch scored a clip with this id and another link, so this one is scored as new.',
  link_ignored:
    'An earlier batch scored a clip with this id and another link; only the id counts, so it is skipped.',
  link_unclear:
    "The link differs from another row's only in a token, so it is unclear which was scored before.",
  xlsx_not_written: 'results.xlsx could not be written; the other results are there.',
  soundtrack_gone: 'An earlier batch scored the clip, but its soundtrack is gone.',
} as const;

/** One of Reelscore's own codes. */
export type OwnCode = keyof typeof OWN_CODES;

/** The codes of ledger findings about a row. */
export type LedgerCode = Extract<OwnCode, `link_${string}` | 'soundtrack_gone'>;
