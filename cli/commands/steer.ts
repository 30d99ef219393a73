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
    act: (api) => api.pause(batch),
    state: 'paused',
    said: `Batch ${batch} is paused; tasks at the vendor are still waited for. Go on: reelscore resume ${batch}`,
  });
}

export function resume(batch: string, flags: Flags): Promise<number> {
  return steer(batch, flags, {
    act: (api) => api.resume(batch),
    state: 'running',
    said: `Batch ${batch} goes on.`,
  });
}

export function cancel(batch: string, flags: Flags): Promise<number> {
  return steer(batch, flags, {
    act: (api) => api.cancel(batch),
    state: 'cancelling',
    said: `Batch ${batch} is being cancelled; its results are written when that is done: reelscore status ${batch}`,
  });
}

async function steer(
  batch: string,
  flags: Flags,
  { act, state, said }: { act: (api: Reelscore) => Promise<void>; state: string; said: string },
): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    await act(api);
    const { state: now, workerAnswering } = await api.status(batch);
    io.say(said);
    if (workerAnswering === false) {
      io.say(
        'No worker is running; it takes effect when one is: `reelscore serve` or `reelscore run`',
      );
    }
    // The signal was taken; a batch that nobody works on has not acted on it yet.
    io.document({ batch, state: workerAnswering === false ? state : now, workerAnswering });
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
