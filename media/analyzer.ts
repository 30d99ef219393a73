// Owns the parsers: a few threads, each with one. A thread is taken for a file only while the bytes
// that it is to read are here, and a file can harm none but the thread that reads it.
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { Analysis, AnalysisInput, NeedsBlock } from './analysis.js';
import { startParserThread, type ParserThread } from './thread.js';

/** A parser never gives memory back; above this it is replaced. */
const GROWN_BYTES = 64 * 1_048_576;

/** A parser's memory limit: real files take some 20 MB. */
const MAX_MEMORY_BYTES = 256 * 1_048_576;

/** The parser itself broke on a file, or took more time or memory for it than it may. */
export class MediaParserError extends Error {
  override readonly name = 'MediaParserError';
}

/** A parser begins anew with each block it lacked, so that time counts for all readings of a clip. */
export interface ParserTime {
  leftMs: number;
}

export interface MediaAnalyzer {
  /**
   * The facts of a file, or the block without which the parser cannot continue. Waits for a
   * parser that is free.
   *
   * @param time what the clip may still use of a parser; lessened by what this reading took
   * @param signal ends the waiting; the promise then rejects with its reason
   * @throws MediaParserError
   */
  analyze(
    input: AnalysisInput,
    time: ParserTime,
    signal?: AbortSignal,
  ): Promise<Analysis | NeedsBlock>;
  /** Ends the parsers; a later `analyze` makes new ones. */
  close(): void;
}

export interface AnalyzerOptions {
  /** Path of the built `media/parser-thread.js`: threads run no TypeScript. */
  threadFile: string;
  /** How many files are read at the same time; more calls wait. */
  parsers?: number;
  maxMemoryBytes?: number;
}

/** One busy parser leaves another for its neighbours; more than there are processors would not help. */
function defaultParsers(): number {
  return Math.min(4, Math.max(2, availableParallelism()));
}

export function createMediaAnalyzer(options: AnalyzerOptions): MediaAnalyzer {
  const { threadFile, parsers = defaultParsers(), maxMemoryBytes = MAX_MEMORY_BYTES } = options;
  const idle = new Set<ParserThread>();
  const limit = pLimit(parsers);
  let closings = 0;

  async function take(): Promise<ParserThread> {
    for (const thread of idle) {
      idle.delete(thread);
      return thread;
    }
    return startParserThread(threadFile, maxMemoryBytes);
  }

  async function analyze(input: AnalysisInput, time: ParserTime): Promise<Analysis | NeedsBlock> {
    if (time.leftMs <= 0) throw new Error('the parser took too long');
    const opened = closings;
    const thread = await take();
    const begun = performance.now();
    try {
      return await thread.ask(input, time.leftMs);
    } finally {
      time.leftMs -= performance.now() - begun;
      const fit = !thread.ended && thread.memoryBytes < GROWN_BYTES && opened === closings;
      if (fit) idle.add(thread);
      else thread.end();
    }
  }

  return {
    analyze: (input, time, signal) =>
      new Promise((resolve, reject) => {
        const abandon = (): void => reject(signal?.reason as Error);
        if (signal?.aborted === true) {
          abandon();
          return;
        }
        signal?.addEventListener('abort', abandon, { once: true });
        const forget = (): void => signal?.removeEventListener('abort', abandon);
        const fail = (cause: unknown): void =>
          reject(new MediaParserError('the media parser failed on this file', { cause }));
        const turn = async (): Promise<void> => {
          if (signal?.aborted !== true) resolve(await analyze(input, time));
        };
        limit(turn).catch(fail).finally(forget);
      }),
    close() {
      closings += 1;
      for (const thread of idle) thread.end();
      idle.clear();
    },
  };
}
