// How long `status` takes to answer while a batch runs. Asked from this process, which is not the one
// that scores: through the programmatic API, and now and then through the command line.
import { setTimeout as sleep } from 'node:timers/promises';
import { Reelscore, ReelscoreError } from '../../client/index.js';
import { cleanEnv, runProduct } from './product.js';

export interface StatusTimes {
  /** Of `Reelscore.status`, in ms. */
  api: number[];
  /** Of `reelscore status BATCH --json` from the start of the process to its exit, in ms. */
  commandLine: number[];
}

export interface StatusWatch {
  /** @throws what a `status` threw; Error if no worker ever answered */
  stop(): Promise<StatusTimes>;
}

const EVERY_MS = 2000;
/** Until it answers: short batches are over soon. */
const FIRST_EVERY_MS = 100;
/** A process of its own takes half a second of CPU: seldom, so that it does not slow the batch. */
const COMMAND_LINE_EVERY = 10;

/** Asks for a batch, which need not have started, until it is stopped. */
export async function watchStatus(batch: string, home: string, cwd: string): Promise<StatusWatch> {
  const api = await Reelscore.connect({ env: cleanEnv(home), cwd });
  const times: StatusTimes = { api: [], commandLine: [] };
  const stopped = new AbortController();

  const ask = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const from = performance.now();
      if (await answered(api, batch)) {
        times.api.push(performance.now() - from);
        if (times.api.length % COMMAND_LINE_EVERY === 0) {
          const { seconds } = await runProduct(['status', batch, '--json'], { home, cwd });
          times.commandLine.push(seconds * 1000);
        }
      }
      const wait = times.api.length > 0 ? EVERY_MS : FIRST_EVERY_MS;
      await sleep(wait, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const asking = ask();
  asking.catch(() => undefined); // told by stop()

  return {
    async stop() {
      stopped.abort();
      try {
        await asking;
      } finally {
        await api.close();
      }
      if (times.api.length === 0) throw new Error(`${batch}: no worker ever answered for it`);
      return times;
    },
  };
}

/** Whether the batch itself answered: before it runs and after its end there is nobody to wait for. */
async function answered(api: Reelscore, batch: string): Promise<boolean> {
  try {
    return (await api.status(batch)).workerAnswering === true;
  } catch (error) {
    if (error instanceof ReelscoreError && error.code === 'batch_not_found') return false;
    throw error;
  }
}
