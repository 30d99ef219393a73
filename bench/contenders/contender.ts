// What the benchmarks against other tools compare: ways to score a manifest at the vendor's pace.

/** One manifest to be scored once. */
export interface Job {
  /** For what is made on the way; removed by the caller. */
  folder: string;
  /** CSV made by generateManifest. */
  manifest: string;
  rows: number;
  vendorUrl: string;
  /** The burst is 1. */
  ratePerSecond: number;
  /** Tasks at the vendor at one time. */
  maxInFlight: number;
}

export interface Attempt {
  /** Resolves when every clip has been dealt with; rejects when the worker ends otherwise. */
  done: Promise<void>;
}

/** An attempt in a process of its own. */
export interface KillableAttempt extends Attempt {
  /** SIGKILL; resolves when the process is gone. `done` never settles then. */
  kill(): Promise<void>;
}

/** What a job needs beside its worker is up. */
export interface Prepared<A extends Attempt = Attempt> {
  /** Folder that soundtracks/ is in. */
  out: string;
  /** Starts the worker; after a kill another one, which goes on. */
  start(): A;
  close(): Promise<void>;
}

export interface Contender<A extends Attempt = Attempt> {
  /** For programs. */
  id: 'reelscore' | 'temporal' | 'bullmq' | 'script';
  /** For people. */
  name: string;
  prepare(job: Job): Promise<Prepared<A>>;
}
