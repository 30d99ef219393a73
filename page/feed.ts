// What several watch at once is read once for all of them, and only while anybody watches.
import { setTimeout as delay } from 'node:timers/promises';

export interface FeedOptions<Update> {
  /** Each is called again and again, by itself; undefined: nothing has changed. They do not throw. */
  reads: { read: () => Promise<Update | undefined>; everyMs: number }[];
  /** What a new watcher is told first. */
  first: () => Update | undefined;
  /** What a watcher has not taken yet, and what has come since, in one. */
  merge: (before: Update, next: Update) => Update;
}

interface Watcher<Update> {
  pending: Update | undefined;
  wake: () => void;
}

export class Feed<Update> {
  readonly #watchers = new Set<Watcher<Update>>();
  #stop: AbortController | undefined;

  constructor(private readonly options: FeedOptions<Update>) {}

  get watchers(): number {
    return this.#watchers.size;
  }

  /**
   * Updates as they come, until the signal.
   * @param idleMs undefined comes when nothing has for so long
   */
  async *watch(signal: AbortSignal, idleMs: number): AsyncGenerator<Update | undefined> {
    const watcher: Watcher<Update> = { pending: this.options.first(), wake: () => undefined };
    this.#watchers.add(watcher);
    this.#begin();
    try {
      while (!signal.aborted) {
        yield take(watcher);
        const silence = AbortSignal.any([signal, AbortSignal.timeout(idleMs)]);
        await woken(watcher, silence);
      }
    } finally {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#stop?.abort();
    }
  }

  #begin(): void {
    if (this.#stop && !this.#stop.signal.aborted) return;
    const { signal } = (this.#stop = new AbortController());
    for (const { read, everyMs } of this.options.reads) void this.#repeat(read, everyMs, signal);
  }

  async #repeat(
    read: () => Promise<Update | undefined>,
    everyMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const update = await read();
      if (update) this.#tell(update);
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #tell(update: Update): void {
    for (const watcher of this.#watchers) {
      const { pending } = watcher;
      watcher.pending = pending ? this.options.merge(pending, update) : update;
      watcher.wake();
    }
  }
}

function take<Update>(watcher: Watcher<Update>): Update | undefined {
  const { pending } = watcher;
  watcher.pending = undefined;
  return pending;
}

/** Returns when there is something to take, or at the signal. */
async function woken(watcher: Watcher<unknown>, signal: AbortSignal): Promise<void> {
  if (watcher.pending !== undefined || signal.aborted) return;
  await new Promise<void>((resolve) => {
    watcher.wake = resolve;
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
