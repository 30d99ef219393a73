// The result of probing a clip.
import type { NetCode } from '../net/errors.js';
import type { MediaCode } from './codes.js';
import type { MediaFacts } from './facts.js';

/** A finding that does not stop the clip. */
export interface MediaNote {
  code: MediaCode;
  message: string;
}

/** Codes are those of MEDIA_CODES and, for refused links and addresses, of NET_CODES. */
export type ProbeCode = MediaCode | NetCode;

export type ProbeVerdict =
  /** It can be submitted. */
  | { verdict: 'ok'; warnings: MediaNote[]; media?: MediaFacts }
  /** The vendor can never take this clip. */
  | { verdict: 'rejected'; code: ProbeCode; message: string; media?: MediaFacts }
  /** The clip could not be probed; `retryable`: it may work later. */
  | { verdict: 'unreachable'; code: ProbeCode; message: string; retryable: boolean };
