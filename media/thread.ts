// Owns one parser's thread: asks it, waits no longer than the bound, and ends it.
import { Worker } from 'node:worker_threads';
import type { Analysis, AnalysisInput, NeedsBlock, ThreadMessage } from './analysis.js';

/** Loading takes 0.1 s; far more only on an overloaded machine. */
const START_MS = 30_000;

/** MB of V8's heap: a report of mediainfo's is JSON, which a file can make long. */
const HEAP_MB = 128;

export interface ParserThread {
  /**
   * One at a time.
   *
   * @param withinMs longest time for the answer
   * @throws Error: the parser broke, or took too long; the thread has ended then
   */
  ask(input: AnalysisInput, withinMs: number): Promise<Analysis | NeedsBlock>;
  /** What the parser held after its last answer, in bytes. */
  readonly memoryBytes: number;
  /** It no longer answers. */
  readonly ended: boolean;
  end(): void;
}

type Settle = (outcome: ThreadMessage | Error) => void;

/**
 * @param file the built parser-thread.js
 * @param maxMemoryBytes what the parser itself may hold
 * @throws Error if the thread cannot be started
 */
export async function startParserThread(
  file: string,
  maxMemoryBytes: number,
): Promise<ParserThread> {
  const worker = new Worker(file, {
    workerData: { maxMemoryBytes },
    // It needs none, and the environment holds keys.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let memoryBytes = 0;
  let settle: Settle | undefined;
  let gone: Error | undefined;
  // These listeners stay: Worker hears messages by listeners of its own, which removeAllListeners ends.
  worker.on('message', (message: ThreadMessage) => settle?.(message));
  const leave = (error: Error): void => settle?.((gone ??= error));
  worker.on('error', leave);
  worker.on('exit', () => leave(new Error('the parser ended')));

  function end(why: Error): void {
    gone ??= why;
    void worker.terminate();
  }

  async function next(withinMs: number, late: string): Promise<ThreadMessage> {
    if (gone !== undefined) throw gone;
    worker.ref();
    let timer: NodeJS.Timeout | undefined;
    const outcome = await new Promise<ThreadMessage | Error>((resolve) => {
      settle = resolve;
      timer = setTimeout(() => resolve(new Error(late)), withinMs);
    });
    settle = undefined;
    clearTimeout(timer);
    // A thread that waits for a file does not keep the process.
    worker.unref();
    if (!(outcome instanceof Error)) return outcome;
    end(outcome);
    throw outcome;
  }

  await next(START_MS, 'the parser did not start');
  return {
    async ask(input, withinMs) {
      worker.postMessage(input);
      const message = await next(withinMs, 'the parser took too long');
      if (message.kind === 'answer') {
        memoryBytes = message.memoryBytes;
        return message.answer;
      }
      const fault = new Error(
        message.kind === 'broken' ? message.message : 'the parser answered oddly',
      );
      end(fault);
      throw fault;
    },
    get memoryBytes() {
      return memoryBytes;
    },
    get ended() {
      return gone !== undefined;
    },
    end: () => end(new Error('the parser was ended')),
  };
}
