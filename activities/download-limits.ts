// How long downloads may take, and how slow they may be.

/** Bytes that must come in on average, looked at again and again after so long. */
export interface LeastRate {
  bytesPerSecond: number;
  overMs: number;
}

export interface DownloadLimits {
  /** For one file, from asking for it to its end. */
  timeoutMs: number;
  /** In a group of 50: a slower file is started again in a group of slow ones, where it delays no fast one. */
  brisk: LeastRate;
  /** Among slow ones: a slower file fails this try. */
  slow: LeastRate;
}

const KIB = 1024;

export const DOWNLOAD_LIMITS: DownloadLimits = {
  timeoutMs: 20 * 60_000,
  // 24 files at a time come at this rate through a line of 3 Mbit/s.
  brisk: { bytesPerSecond: 16 * KIB, overMs: 15_000 },
  // A soundtrack of a minute and a half has some 1.5 MB.
  slow: { bytesPerSecond: KIB, overMs: 20_000 },
};
