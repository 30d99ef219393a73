// The codes Reelscore itself gives as `error_code`, or as the code of a warning. The vendor's own codes stand in results as the
// vendor gave them; those of the transport are in tomoviee/errors.ts, media/codes.ts, net/errors.ts.

/** Code -> meaning, in one line. docs/errors.md lists the same, with what to do. */
export const OWN_CODES = {
  manifest_row: 'The row of the manifest has a fault; it was left out with --skip-invalid.',
  submit_unknown:
    'No answer told whether the submission was accepted, and no callback came for it.',
  worker_stalled: 'The worker stood still before the submission; nothing was sent.',
  task_mismatch: 'The task that a callback named belongs to another submission.',
  task_failed: 'The vendor ended the task as failed (status 4), as often as was allowed.',
  task_cancelled: 'The vendor ended the task as cancelled (status 5).',
  task_timed_out: 'The vendor timed the task out (status 6), as often as was allowed.',
  task_timeout: 'The task did not end within the task timeout (taskTimeout).',
  download_failed: 'The soundtrack could not be downloaded.',
  batch_cancelled: 'The batch was cancelled before the clip was done.',
  already_scored: 'An earlier batch scored the clip; `output` leads to that soundtrack.',
  max_submissions_reached: 'The run had made as many submissions as it may (maxSubmissions).',
  budget_reached: 'Another submission would have cost more than the budget.',
  etag_missing:
    'The server names no version of the clip, so its link alone tells which clip it is.',
  link_changed:
    'An earlier batch scored a clip of this id with another link, so this one is scored anew.',
  link_ignored:
    'An earlier batch scored a clip of this id with another link; the id alone counts, so it is skipped.',
  link_unclear:
    "Only a token tells the link from another row's, so it is unclear which was scored before.",
  soundtrack_gone: 'An earlier batch scored the clip, but its soundtrack is gone.',
} as const;

/** One of Reelscore's own codes. */
export type OwnCode = keyof typeof OWN_CODES;

/** Those that tell how a row stands against the ledger. */
export type LedgerCode = Extract<OwnCode, `link_${string}` | 'soundtrack_gone'>;
