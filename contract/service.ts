// The vendor's service that makes the music [docs/vendor-api.md: Submit]. Its name is part of the path, of
// task ids, and of the ledger's digests, because another service makes different music.

export const SERVICE = 'tm_video_scoring';

/** Auto BGM [V]. */
export const SUBMIT_PATH = `/v1/open/capacity/application/${SERVICE}`;
/** Result query [V]. */
export const TASK_PATH = '/v1/open/pub/task';

/** Who makes the music, for records of it. */
export const VENDOR = 'ToMoviee (Wondershare)';
/** The vendor's terms for its API [V]: where they are, and the day they were read. */
export const TERMS = {
  url: 'https://www.tomoviee.ai/developers/terms-of-use.html',
  read: '2026-11-28',
} as const;
