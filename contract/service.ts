// The vendor's service that makes the music [docs/vendor-api.md: Submit]. Its name is part of the path, of
// task ids, and of the ledger's digests, because another service makes different music.

export const SERVICE = 'tm_video_scoring';

/** Auto BGM [V]. */
export const SUBMIT_PATH = `/v1/open/capacity/application/${SERVICE}`;
/** Result query [V]. */
export const TASK_PATH = '/v1/open/pub/task';
