// The simulator's append-only file. A line is with the kernel before an answer that depends on it
// leaves, so a killed process loses nothing it answered; power cuts are not covered.
import { closeSync, createReadStream, mkdirSync, openSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskRecord } from './task.js';

/** One line of the journal. Times are epoch ms. */
export type SimulatorRecord =
  /** First line: the key that signs result links. */
  | { e: 'open'; version: 1; signingKey: string }
  | { e: 'accept'; task: TaskRecord }
  | { e: 'start'; id: string; at: number }
  | { e: 'end'; id: string; at: number; status: number; reason?: string }
  /** Nothing more will be sent to the callback URL; `at` tells when the first callback left. */
  | { e: 'notified'; id: string; sent: number; delivered: boolean; at?: number }
  /** A submission that was not accepted; `answer` as in `Arrival`. */
  | { e: 'refuse'; at: number; answer: number }
  | { e: 'strike'; key: string; seen: number; struck: number }
  | { e: 'keys'; revoked: boolean };

export interface SimulatorJournal {
  /** Queues one line; lines queued in one turn of the event loop are written together. */
  append(record: SimulatorRecord): void;
  /**
   * Resolves when everything queued so far is in the file.
   * @throws Error when it could not be written; nothing is written after that.
   */
  written(): Promise<void>;
  close(): void;
}

/** For a simulator without a state directory: nothing outlives the process. */
export const noJournal: SimulatorJournal = {
  append() {},
  written: () => Promise.resolve(),
  close() {},
};

class FileJournal implements SimulatorJournal {
  #lines: string[] = [];
  #pending: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #closed = false;

  constructor(
    private readonly file: string,
    private readonly fd: number,
  ) {}

  append(record: SimulatorRecord): void {
    if (this.#closed) return;
    this.#lines.push(JSON.stringify(record));
    if (this.#lines.length > 1) return;
    this.#pending = new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#write();
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      });
    });
    // A line that is not awaited must not end the process.
    this.#pending.catch(() => undefined);
  }

  written(): Promise<void> {
    return this.#pending;
  }

  close(): void {
    if (this.#closed) return;
    this.#write();
    this.#closed = true;
    closeSync(this.fd);
  }

  /** Synchronous: into the page cache it takes microseconds, less than a turn through the pool. */
  #write(): void {
    if (this.#lines.length === 0 || this.#closed) return;
    let rest = Buffer.from(this.#lines.join('\n') + '\n');
    this.#lines = [];
    if (this.#failure !== undefined) return;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.fd, rest));
    } catch (cause) {
      this.#failure = new Error(
        `${this.file}: the simulator's state cannot be written (free some space and restart it)`,
        { cause },
      );
    }
  }
}

/**
 * Opens the journal of a state directory (made if absent), giving each record it holds to `replay`
 * first. A last line that a kill cut short is removed: nothing that depended on it was answered.
 * @throws Error naming file and line when the file is not a journal.
 */
export async function openJournal(
  stateDir: string,
  replay: (record: SimulatorRecord) => void,
): Promise<SimulatorJournal> {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, 'simulator.jsonl');
  // The signing key is in it.
  const fd = openSync(file, 'a', 0o600);
  try {
    truncateSync(file, await replayLines(file, replay));
  } catch (cause) {
    closeSync(fd);
    throw cause;
  }
  return new FileJournal(file, fd);
}

/** Returns the length in bytes of the whole lines. */
async function replayLines(
  file: string,
  replay: (record: SimulatorRecord) => void,
): Promise<number> {
  let length = 0;
  let number = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      number++;
      try {
        replay(JSON.parse(bytes.toString('utf8', from, end)) as SimulatorRecord);
      } catch (cause) {
        throw new Error(
          `${file}:${number}: not a line of a simulator's journal (move the file away to begin anew)`,
          { cause },
        );
      }
      from = end + 1;
    }
    length += from;
    rest = bytes.subarray(from);
  }
  return length;
}
