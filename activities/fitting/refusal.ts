// Why a clip cannot be fitted.
import type { OwnCode } from '../../contract/error-codes.js';
import type { MediaCode } from '../../media/codes.js';
import { FfmpegError, FfmpegMissingError } from '../../media/ffmpeg/ffmpeg.js';
import { NoProxyError } from '../../media/fit/make-proxy.js';
import { NetError, type NetCode } from '../../net/errors.js';

/** What the disk says, by way of ffmpeg: no fault of the clip. */
const DISK_FULL = /no space left|disk quota|input\/output error/i;

export function isDiskFault(error: unknown): boolean {
  return error instanceof Error && DISK_FULL.test(error.message);
}

/** `failed` may pass, `rejected` does not. */
export class FitRefusal extends Error {
  override readonly name = 'FitRefusal';

  constructor(
    readonly code: OwnCode | MediaCode | NetCode,
    message: string,
    readonly status: 'rejected' | 'failed' = 'rejected',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Trying again soon may help. */
  get passing(): boolean {
    return this.cause instanceof NetError && this.cause.retryable;
  }
}

/** @throws the error itself if it is no fault of the clip */
export function refusalOf(error: unknown): FitRefusal {
  if (error instanceof FitRefusal) return error;
  const options = { cause: error };
  if (error instanceof FfmpegMissingError) {
    return new FitRefusal('fit_unavailable', error.message, 'failed', options);
  }
  if (error instanceof NetError) {
    const status = error.retryable ? 'failed' : 'rejected';
    return new FitRefusal(error.code, error.message, status, options);
  }
  const ofClip = error instanceof FfmpegError || error instanceof NoProxyError;
  if (!ofClip || isDiskFault(error)) throw error;
  return new FitRefusal('fit_failed', `it cannot be fitted: ${error.message}`, 'rejected', options);
}
