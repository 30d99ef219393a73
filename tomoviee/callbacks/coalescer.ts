// Callbacks of one batch that arrive close together travel as one signal: a signal costs history and
// a workflow task however many callbacks it carries.
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskCallback } from '../../contract/callback.js';
import type { DeliverCallbacks } from './delivery.js';

/** How long callbacks of a batch may wait for others, in ms, beyond what they wait anyway. */
export type CallbackWait = (batch: string) => number;

interface Group {
  /** By content. */
  callbacks: Map<string, TaskCallback>;
  /** Ends the wait for others. */
  send: () => void;
  /** Settles when the delivery does. */
  done: Promise<void>;
}

/** Callbacks in one signal; at about 100 bytes each this stays far below Temporal's 2 MB. */
const MAX_GROUP = 500;
/** A batch asks about so many tasks at once: more need not wait for others. */
const ENOUGH = 20;

/** A batch without a callback for so many windows skips the batching window: a slot may wait for it. */
const QUIET_WINDOWS = 4;

export class Coalescer {
  /** The group of a batch that still takes callbacks. */
  readonly #pending = new Map<string, Group>();
  /** The last delivery of a batch, under way or scheduled. */
  readonly #delivering = new Map<string, Promise<void>>();

  /** Batches that had a callback recently. */
  readonly #busy = new Map<string, NodeJS.Timeout>();

  /** @param windowMs how long callbacks wait for others while many arrive */
  constructor(
    private readonly deliver: DeliverCallbacks,
    private readonly windowMs: number,
    private readonly waitOf: CallbackWait = () => 0,
  ) {}

  /** Resolves once the callback is durable; rejects as `deliver` does. Equal callbacks count once. */
  add(batch: string, callback: TaskCallback): Promise<void> {
    let group = this.#pending.get(batch);
    if (!group || group.callbacks.size >= MAX_GROUP) {
      group = this.#open(batch);
      this.#pending.set(batch, group);
    }
    group.callbacks.set(JSON.stringify(callback), callback);
    if (group.callbacks.size >= ENOUGH) group.send();
    return group.done;
  }

  #open(batch: string): Group {
    const callbacks = new Map<string, TaskCallback>();
    const before = this.#delivering.get(batch) ?? Promise.resolve();
    const windowMs = this.#busy.has(batch) ? this.windowMs : 0;
    const windowOver = sleep(windowMs);
    const sent = new AbortController();
    const waited = sleep(this.waitOf(batch), undefined, { signal: sent.signal });
    this.#noteBusy(batch);
    const group: Group = {
      callbacks,
      send: () => sent.abort(),
      // One signal of a batch at a time: under load the groups grow instead of the queue.
      done: Promise.all([
        windowOver,
        waited.catch(() => undefined),
        before.catch(() => undefined),
      ]).then(() => {
        if (this.#pending.get(batch) === group) this.#pending.delete(batch);
        return this.deliver(batch, [...callbacks.values()]);
      }),
    };
    this.#delivering.set(batch, group.done);
    const forget = (): void => {
      if (this.#delivering.get(batch) === group.done) this.#delivering.delete(batch);
    };
    group.done.then(forget, forget);
    return group;
  }

  #noteBusy(batch: string): void {
    clearTimeout(this.#busy.get(batch));
    const quiet = setTimeout(() => this.#busy.delete(batch), QUIET_WINDOWS * this.windowMs);
    quiet.unref();
    this.#busy.set(batch, quiet);
  }
}
