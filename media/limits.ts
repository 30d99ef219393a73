// The vendor's limits for clips, and the bounds of a probe.

/**
 * Source of the limits: the API document ("at most 120 MB, at most 95 s, 15-60 FPS, 360p-1080p").
 * Each has a margin for rounding; within the margin a clip is submitted.
 */
export interface ClipLimits {
  /** Bytes up to which a file surely fits: 120 MB of 1,000,000 bytes. */
  sureBytes: number;
  /** Bytes past which it surely does not: 120 MB of 1,048,576 bytes. Between the two: a warning. */
  maxBytes: number;
  maxSeconds: number;
  /** Containers round up to the end of a frame or audio packet: 95.04 s is a 95 s clip. */
  secondsMargin: number;
  minFrameRate: number;
  maxFrameRate: number;
  /** Share of the limit: 14.985 is NTSC's 15, 60.002 is 60 with rounded timestamps. */
  frameRateMargin: number;
  /** The same for the average of a rate that varies: phones' 60 FPS may be 60.4 on average. */
  variableRateMargin: number;
  /** Pixels of the shorter side. */
  minSide: number;
  maxSide: number;
  /** Pixels: some files tell the coded height, 1088, for 1080 (whole blocks of 16). */
  sideMargin: number;
}

export const VENDOR_LIMITS: ClipLimits = {
  sureBytes: 120_000_000,
  maxBytes: 125_829_120,
  maxSeconds: 95,
  secondsMargin: 0.1,
  minFrameRate: 15,
  maxFrameRate: 60,
  frameRateMargin: 0.002,
  variableRateMargin: 0.05,
  minSide: 360,
  maxSide: 1080,
  sideMargin: 8,
};

/** Bounds of one probe. */
export interface ProbeBounds {
  /** Bytes read from a clip that does not tell enough in its first and last parts. */
  maxReadBytes: number;
  /** Requests for parts of one clip in one attempt. */
  maxRequests: number;
  /** For one clip, repetitions and waiting included. */
  clipTimeoutMs: number;
  /**
   * Parser time for one clip, over all readings. Real clips take some ms, the worst
   * known 0.5 s.
   */
  parserMs: number;
  /** Until the headers of an answer are there. */
  headersTimeoutMs: number;
  /** Longest silence within an answer. */
  bodyTimeoutMs: number;
  /** Attempts at a clip that is out of reach. */
  attempts: number;
  /** Before the second attempt; doubles. A longer Retry-After is obeyed. */
  retryDelayMs: number;
}

export const PROBE_BOUNDS: ProbeBounds = {
  maxReadBytes: 16 * 1_048_576,
  maxRequests: 80,
  clipTimeoutMs: 30_000,
  parserMs: 5_000,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 5_000,
  attempts: 3,
  retryDelayMs: 500,
};
