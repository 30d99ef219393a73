// The request with which a schedule or a program in any language starts a batch; a worker reads its manifest.
// docs/programs.md describes it for other languages, intake/batch-request.schema.json as JSON Schema.

/** A value of a manifest's field. */
export type FieldValue = string | number | boolean | null;

/** A manifest in the request itself, in the form of a YAML or JSON manifest. */
export interface InlineManifest {
  /** Names the batch for people. */
  name?: string;
  /** Values for fields that a clip leaves out. */
  defaults?: Record<string, FieldValue>;
  clips: Record<string, FieldValue>[];
}

/** Settings of one batch, named as in reelscore.yaml; the worker's own apply where one is left out. */
export type RequestSettings = Partial<Record<RequestSettingName, string | number | boolean>>;

export const REQUEST_SETTINGS = [
  'rate',
  'burst',
  'maxInFlight',
  'priority',
  'maxFailures',
  'maxSubmissions',
  'budget',
  'pricePerClip',
  'prompt',
  'map',
  'takes',
  'fit',
  'long',
  'mix',
  'audio',
  'loudness',
  'fade',
  'sheet',
  'identity',
  'signatureParams',
  'ledger',
  'notify',
  'probe',
  'xlsx',
  'pollInterval',
  'callbackGrace',
  'taskTimeout',
  'maxRetries',
  'maxFailedResubmissions',
  'maxTimedOutResubmissions',
  'retryBackoff',
  'historyBound',
] as const;

export type RequestSettingName = (typeof REQUEST_SETTINGS)[number];

/** The one argument of `scoreBatch` when other programs start it. The batch's id is the workflow id. */
export interface BatchRequest {
  version: 1;
  /**
   * Path on the worker's machine, http(s) URL (if signed: sealed or a reference, see secret-link.ts),
   * or the clips themselves.
   */
  manifest: string | InlineManifest;
  /** Leave out rows with problems instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** Score clips again that have already been scored. */
  again?: boolean;
  /**
   * Absolute path, or s3://bucket/prefix, in which a folder for the batch's results is created; default: `results`
   * in the worker's working directory.
   */
  results?: string;
  settings?: RequestSettings;
}
