// How long downloads may take, and how slow they may be.

/** Minimum average rate, checked after every `overMs`. */
export interface LeastRate {
  bytesPerSecond: number;
  overMs: number;
}

export interface DownloadLimits {
  /** For one file, from the request to the last byte. */
  timeoutMs: number;
  /** In a group of 50: a slower file is restarted in a group of slow files, where it delays no fast one. */
  brisk: LeastRate;
  /** In a group of slow files: a slower file fails this try. */
  slow: LeastRate;
}

const KIB = 1024;

export const DOWNLOAD_LIMITS: DownloadLimits = {
  timeoutMs: 20 * 60_000,
  // 24 files at a time reach this rate over a connection of 3 Mbit/s.
  brisk: { bytesPerSecond: 16 * KIB, overMs: 15_000 },
  // A soundtrack of a minute and a half has about 1.5 MB.
  slow: { bytesPerSecond: KIB, overMs: 20_000 },
};
