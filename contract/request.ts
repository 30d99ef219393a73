// What a schedule, or a program in any language, starts a batch with: the worker that takes it reads the
// manifest. docs/programs.md describes it for other languages, intake/batch-request.schema.json as JSON
// Schema.

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

/** Settings of one batch by their names in reelscore.yaml; those left out are the worker's own. */
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
  'identity',
  'signatureParams',
  'ledger',
  'notify',
  'probe',
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

/** The one argument of `scoreBatch` from outside. The batch's id is the workflow id. */
export interface BatchRequest {
  version: 1;
  /**
   * Path on the worker's machine, http(s) URL (in a form for secrets, see secret-link.ts, if it is signed),
   * or the clips themselves.
   */
  manifest: string | InlineManifest;
  /** Leave out rows with problems instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** Score clips that have been scored already. */
  again?: boolean;
  /**
   * Absolute path of the folder in which the batch gets a folder of its own for its results; default:
   * `results` in the worker's working folder.
   */
  results?: string;
  settings?: RequestSettings;
}
