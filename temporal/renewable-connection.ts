// A connection whose key and certificates change while it is used, as they are changed in the files that name them.
//
// N1. What is in use stays in use until a connection with what is new has come about.
import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { ConnectionLike, Metadata } from '@temporalio/client';
import type { TemporalConnectionOptions, TemporalServer } from './connection.js';

/** Some small files are read. Old and new keys are valid side by side for longer than this. */
export const LOOK_EVERY_MS = 10_000;
/** Calls that began on the old connection end on it; a worker's poll is the longest. */
const OLD_CLOSES_MS = 90_000;

interface Options<C> {
  /** Rejects if the server cannot be reached, or refuses the key. */
  connect: (options: TemporalConnectionOptions) => Promise<C>;
  /** Takes the new connection into use elsewhere, if it is used by itself. */
  onRenewed?: (connection: C) => void;
  /** What was to be used cannot be read or does not connect; it is tried again. */
  onFault?: (error: unknown) => void;
}

/** Clients and callers keep this one, and each call goes to the newest connection. */
export class RenewableConnection<C extends ConnectionLike> implements ConnectionLike {
  readonly #calls = new AsyncLocalStorage<C>();
  readonly #old = new Map<C, NodeJS.Timeout>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(
    private readonly server: TemporalServer,
    private readonly options: Options<C>,
    private used: TemporalConnectionOptions,
    private newest: C,
  ) {
    this.#lookLater();
  }

  /** @throws what `connect` rejects with */
  static async open<C extends ConnectionLike>(
    server: TemporalServer,
    options: Options<C>,
  ): Promise<RenewableConnection<C>> {
    const used = server.connection;
    return new RenewableConnection(server, options, used, await options.connect(used));
  }

  /** The newest; within `withDeadline` and its like the one that it began with. */
  get current(): C {
    return this.#calls.getStore() ?? this.newest;
  }

  get workflowService(): C['workflowService'] {
    return this.current.workflowService;
  }

  get operatorService(): C['operatorService'] {
    return this.current.operatorService;
  }

  get plugins(): C['plugins'] {
    return this.current.plugins;
  }

  ensureConnected(): Promise<void> {
    return this.current.ensureConnected();
  }

  withDeadline<R>(deadline: number | Date, call: () => Promise<R>): Promise<R> {
    return this.#within((connection) => connection.withDeadline(deadline, call));
  }

  withMetadata<R>(metadata: Metadata, call: () => Promise<R>): Promise<R> {
    return this.#within((connection) => connection.withMetadata(metadata, call));
  }

  withAbortSignal<R>(signal: AbortSignal, call: () => Promise<R>): Promise<R> {
    return this.#within((connection) => connection.withAbortSignal(signal, call));
  }

  /** Looks at the files no more; what is connected stays so until `close`. */
  stopLooking(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async close(): Promise<void> {
    this.stopLooking();
    const old = [...this.#old.keys()];
    for (const timer of this.#old.values()) clearTimeout(timer);
    this.#old.clear();
    await Promise.all([...old, this.newest].map((one) => one.close()));
  }

  /** A deadline is kept by the connection that it was given to. */
  #within<R>(call: (connection: C) => Promise<R>): Promise<R> {
    const connection = this.current;
    return this.#calls.run(connection, () => call(connection));
  }

  #lookLater(): void {
    if (!this.server.optionsNow || this.#closed) return;
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      const now = this.server.optionsNow?.();
      if (now && !isDeepStrictEqual(now, this.used)) await this.#renew(now);
    } catch (error) {
      this.options.onFault?.(error);
    }
    this.#lookLater();
  }

  /** N1. */
  async #renew(options: TemporalConnectionOptions): Promise<void> {
    const connection = await this.options.connect(options);
    if (this.#closed) {
      await connection.close();
      return;
    }
    const old = this.newest;
    this.newest = connection;
    this.used = options;
    this.options.onRenewed?.(connection);
    const timer = setTimeout(() => {
      this.#old.delete(old);
      old.close().catch((error: unknown) => this.options.onFault?.(error));
    }, OLD_CLOSES_MS);
    timer.unref();
    this.#old.set(old, timer);
  }
}
