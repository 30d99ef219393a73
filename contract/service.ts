// The vendor's service that makes the music [docs/vendor-api.md: Submit]. Its name is part of the path, of task
// ids, and of what the ledger knows clips by: another service's music is not this one's.

export const SERVICE = 'tm_video_scoring';

/** Auto BGM [V]. */
export const SUBMIT_PATH = `/v1/open/capacity/application/${SERVICE}`;
/** Result query [V]. */
export const TASK_PATH = '/v1/open/pub/task';
