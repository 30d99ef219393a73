// The names that results and manifests must agree on.

/** The fixed columns; the manifest's own follow. Scripts depend on these names and this order. */
export const RESULT_COLUMNS = [
  'id',
  'status',
  'file_link',
  'prompt',
  'task_id',
  'attempts',
  'error_code',
  'error_message',
  'output',
  'possible_duplicate',
  'outputs',
  'video',
  'video_error',
  'approved',
] as const;

export type ResultColumn = (typeof RESULT_COLUMNS)[number];

/** Fields in addition to the columns, in JSON lines only: what the vendor's result states, and what it got. */
export const RESULT_NOTES = [
  'model_version',
  'translate_prompt',
  'fitted',
  'takes',
  'review_note',
] as const;
