// Reads manifests in threads: a hostile or long one blocks nothing else and can be terminated.
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import type { Clip } from '../contract/clip.js';
import { KeyIndex, type KeyData } from './key-index.js';
import { ManifestError } from './problems.js';
import type { Reading, ReadManifest } from './read.js';
import type { ReadOptions } from './read-options.js';
import type { ReadingMessage, ReadingTask } from './reading.js';

export interface ReaderOptions {
  /** Path of the built `manifests/reader-thread.js`: threads run no TypeScript. */
  threadFile: string;
  /** Longest time that a thread may be at work on one manifest. A gigabyte of CSV takes some 2 minutes. */
  maxMs?: number;
  /** MB of V8's heap that it may hold: of 100,000 rows it holds some 60, of 24 MB of YAML 400. */
  maxHeapMb?: number;
  /** How many manifests are read at the same time; more calls wait. */
  readers?: number;
}

const MAX_MS = 5 * 60_000;
const MAX_HEAP_MB = 1_024;

/** `readManifest` in a thread, within bounds; exceeding them is a ManifestError. */
export function createThreadReader(options: ReaderOptions): ReadManifest {
  const { threadFile, maxMs = MAX_MS, maxHeapMb = MAX_HEAP_MB, readers = 2 } = options;
  const limit = pLimit(readers);
  return (path, onClips, given) =>
    limit(() => readWithin(path, onClips, given, { threadFile, maxMs, maxHeapMb }));
}

async function readWithin(
  path: string,
  onClips: (clips: Clip[]) => void | Promise<void>,
  { avoid, label = path, signal, ...options }: ReadOptions = {},
  { threadFile, maxMs, maxHeapMb }: Required<Omit<ReaderOptions, 'readers'>>,
): Promise<Reading> {
  signal?.throwIfAborted();
  const task: ReadingTask = { path, label, ...(avoid && { avoid: avoid.data }), ...options };
  const thread = new ReaderThread(threadFile, task, maxHeapMb);
  const refused = (fault: string, cause?: unknown) =>
    new ManifestError([{ file: label, fault, remedy: 'split it, or write it as CSV' }], 1, {
      cause,
    });
  let leftMs = maxMs;
  try {
    for (;;) {
      const begun = performance.now();
      const message = await thread.next(leftMs, signal);
      leftMs -= performance.now() - begun;
      switch (message.kind) {
        case 'clips':
          await onClips(message.clips);
          thread.goOn();
          break;
        case 'read':
          return { report: message.report, ids: clashOf(message.keys) };
        case 'refused':
          throw new ManifestError(message.problems, message.problemCount);
        case 'broken':
          throw message.error;
        case 'late':
          throw refused(`it takes longer than ${maxMs / 1_000} s to read`);
        case 'ended':
          if (!isOutOfMemory(message.error)) throw message.error;
          throw refused(`it takes more than ${maxHeapMb} MB of memory to read`, message.error);
      }
    }
  } finally {
    await thread.end();
  }
}

function clashOf(data?: KeyData): Reading['ids'] {
  return { clashed: data !== undefined, keys: new KeyIndex(data) };
}

function isOutOfMemory(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** The result of waiting for a thread. */
type Word = ReadingMessage | { kind: 'late' } | { kind: 'ended'; error: Error };

class ReaderThread {
  readonly #worker: Worker;
  /** Messages not taken yet. The thread's exit is reported after its last message. */
  readonly #words: Word[] = [];
  #heard: (() => void) | undefined;

  constructor(file: string, task: ReadingTask, maxHeapMb: number) {
    this.#worker = new Worker(file, {
      workerData: task,
      // It needs none, and the environment holds keys.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    let failure: Error | undefined;
    this.#worker.on('message', (message: ReadingMessage) => this.#hear(message));
    this.#worker.on('error', (error) => (failure = error));
    this.#worker.on('exit', () => {
      const error = failure ?? new Error('the thread that read the manifest ended');
      this.#hear({ kind: 'ended', error });
    });
  }

  /** Its next message, or that none came in time. One call at a time. */
  async next(withinMs: number, signal?: AbortSignal): Promise<Word> {
    let timer: NodeJS.Timeout | undefined;
    let abandon = (): void => undefined;
    await new Promise<void>((resolve) => {
      this.#heard = abandon = resolve;
      timer = setTimeout(resolve, withinMs);
      signal?.addEventListener('abort', abandon);
      if (this.#words.length > 0 || signal?.aborted) resolve();
    });
    clearTimeout(timer);
    signal?.removeEventListener('abort', abandon);
    this.#heard = undefined;
    signal?.throwIfAborted();
    return this.#words.shift() ?? { kind: 'late' };
  }

  goOn(): void {
    this.#worker.postMessage(undefined);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #hear(word: Word): void {
    this.#words.push(word);
    this.#heard?.();
  }
}
