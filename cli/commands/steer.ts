// reelscore pause, resume, cancel.
import type { Reelscore } from '../../client/reelscore.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo } from '../io.js';

interface Flags {
  json?: boolean;
}

export function pause(batch: string, flags: Flags): Promise<number> {
  return steer(batch, flags, {
    act: async (api) => {
      await api.pause(batch);
      return `Batch ${batch} is paused; tasks at the vendor are still waited for. Go on: reelscore resume ${batch}`;
    },
    state: 'paused',
  });
}

export function resume(batch: string, flags: Flags): Promise<number> {
  return steer(batch, flags, {
    act: async (api) => {
      const { progress } = await api.status(batch);
      await api.resume(batch);
      return progress?.accountPaused
        ? `Batch ${batch} goes on, and with it every batch of its account.`
        : `Batch ${batch} goes on.`;
    },
    state: 'running',
  });
}

export function cancel(batch: string, flags: Flags): Promise<number> {
  return steer(batch, flags, {
    act: async (api) => {
      await api.cancel(batch);
      return `Batch ${batch} is being cancelled; its results are written when that is done: reelscore status ${batch}`;
    },
    state: 'cancelling',
  });
}

/** @param act returns what is to be said of it */
async function steer(
  batch: string,
  flags: Flags,
  { act, state }: { act: (api: Reelscore) => Promise<string>; state: string },
): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    const said = await act(api);
    const { state: now, workerAnswering } = await api.status(batch);
    io.say(said);
    if (workerAnswering === false) {
      io.say(
        'No worker is running; it takes effect when one is: `reelscore serve` or `reelscore run`',
      );
    }
    // The signal was taken; without a worker the batch has not acted on it yet.
    io.document({ batch, state: workerAnswering === false ? state : now, workerAnswering });
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
