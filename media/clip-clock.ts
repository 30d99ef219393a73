// The time limit of a clip's server. It is paused while the clip waits for us.

export interface ClipClock {
  /** Aborted when the time is over. */
  signal: AbortSignal;
  /** Runs work whose time does not count. */
  stoppedFor<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

/** @param ms until the signal is aborted, but for what is not counted */
export function startClipClock(ms: number): ClipClock {
  const control = new AbortController();
  let left = ms;
  let since = 0;
  let timer: NodeJS.Timeout;
  const run = (): void => {
    since = performance.now();
    timer = setTimeout(() => control.abort(new Error('the time for the clip is over')), left);
  };
  run();
  return {
    signal: control.signal,
    async stoppedFor(work) {
      clearTimeout(timer);
      left = Math.max(0, left - (performance.now() - since));
      try {
        return await work();
      } finally {
        run();
      }
    },
    end: () => clearTimeout(timer),
  };
}
