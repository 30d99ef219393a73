// The verdict on a clip after a failed request. Pure.
import { NetError, type NetCode } from '../net/errors.js';
import type { ProbeBounds } from './limits.js';
import { LocalClipError } from './local-clip.js';
import { ClipStatusError } from './remote-clip.js';
import type { ProbeVerdict } from './verdict.js';

export interface ClipFailure {
  verdict: ProbeVerdict;
  /** From Retry-After. */
  retryAfterMs?: number;
}

/** The link itself is at fault, and stays so. */
const REFUSED: ReadonlySet<NetCode> = new Set<NetCode>([
  'link_invalid',
  'address_blocked',
  'redirect_refused',
]);

/** Statuses below 500 that pass by themselves. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

function ofStatus({ status, message }: ClipStatusError): ProbeVerdict {
  if (status === 404 || status === 410) {
    return { verdict: 'rejected', code: 'clip_not_found', message: `${message} (check the link)` };
  }
  if (status === 401 || status === 403) {
    // Not for good: the link may have expired, or be open to the vendor's addresses only.
    const hint = 'the vendor needs a link that works without signing in and has not expired';
    const text = `${message} (${hint})`;
    return { verdict: 'unreachable', code: 'clip_forbidden', message: text, retryable: false };
  }
  const retryable = status >= 500 || PASSING_STATUSES.has(status);
  return { verdict: 'unreachable', code: 'clip_http_error', message, retryable };
}

function ofRequest({ code, message, retryable }: NetError): ProbeVerdict {
  if (REFUSED.has(code)) return { verdict: 'rejected', code, message };
  if (code === 'redirect_insecure') {
    // The vendor may follow it; we do not.
    return { verdict: 'ok', warnings: [{ code: 'media_not_checked', message }] };
  }
  return { verdict: 'unreachable', code: 'clip_unreachable', message, retryable };
}

/**
 * @param clock the signal that ends a clip's time
 * @throws the error itself if it is none of a request's
 */
export function verdictOfFailure(
  error: unknown,
  clock: AbortSignal,
  bounds: ProbeBounds,
): ClipFailure {
  if (error instanceof ClipStatusError) {
    const { retryAfterMs } = error;
    return { verdict: ofStatus(error), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (error instanceof LocalClipError) {
    const { message, missing } = error;
    return {
      verdict: {
        verdict: 'rejected',
        code: missing ? 'clip_not_found' : 'clip_unreadable',
        message,
      },
    };
  }
  if (error instanceof NetError) return { verdict: ofRequest(error) };
  if (clock.aborted) {
    const message = `the clip's server took longer than ${bounds.clipTimeoutMs / 1_000} s`;
    return {
      verdict: { verdict: 'unreachable', code: 'clip_unreachable', message, retryable: true },
    };
  }
  throw error;
}
