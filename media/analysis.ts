// The messages to and from a parser's thread. Small and plain, because they are copied.
import type { MediaReport } from './report.js';

/** What a parser may see of a file. */
export interface AnalysisInput {
  /** Length of what the parser takes for the file, in bytes. */
  size: number;
  /** Bytes that may be read of it in all; a parser that jumps is given a few times as many. */
  maxBytes: number;
  /** Parts of BLOCK_BYTES by number; undefined: this one cannot be had. */
  blocks: ReadonlyMap<number, Uint8Array | undefined>;
}

/** The result of one reading. */
export interface Analysis {
  report: MediaReport;
  /** Something the parser asked for could not be had. */
  cut: boolean;
  /** The parser read the file's last block. */
  sawEnd: boolean;
}

/** The parser cannot go on without this block: give it, or say that it cannot be had, and ask again. */
export interface NeedsBlock {
  needs: number;
}

export type ThreadMessage =
  | { kind: 'ready' }
  /** `memoryBytes`: of the parser, which never gives any back. */
  | { kind: 'answer'; answer: Analysis | NeedsBlock; memoryBytes: number }
  /** The parser failed on the file and must be replaced. */
  | { kind: 'broken'; message: string };
