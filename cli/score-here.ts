// Scores a batch in this process: worker, receiver, progress, and the end.
import type { Reelscore } from '../client/reelscore.js';
import type { EndedBatch } from '../client/wait.js';
import type { ResolvedConfig } from '../workers/config.js';
import { quieter } from './config.js';
import type { Interrupts } from './interrupts.js';
import type { Io } from './io.js';
import { startDisplay } from './progress/display.js';
import { startReceiver, startSimulatedReceiver } from './receiver.js';

export interface ScoreHereOptions {
  api: Reelscore;
  /** As resolved, before any change for the simulator. */
  config: ResolvedConfig;
  batch: string;
  io: Io;
  interrupts: Interrupts;
}

/** Returns how the batch ended, or undefined when the user detached from it. */
export async function scoreHere(options: ScoreHereOptions): Promise<EndedBatch | undefined> {
  const { api, batch, io, interrupts } = options;
  const { startWorker } = await import('../workers/worker.js');
  interrupts.beginOrderly();
  const { receiver, config } = await openReceiver(options);
  const display = startDisplay(batch, io);
  try {
    const worker = await startWorker({ config, temporal: api.server });
    try {
      const waiting = api.wait(batch, {
        onProgress: (progress) => display.update(progress),
        signal: interrupts.signal,
      });
      return await Promise.race([waiting, worker.failed]);
    } catch (error) {
      if (!interrupts.signal.aborted) throw error;
      display.stop();
      io.note('Detaching; submissions under way are let finish (Ctrl-C again to leave at once)...');
      return undefined;
    } finally {
      display.stop();
      await worker.stop();
    }
  } finally {
    display.stop();
    await receiver?.close();
  }
}

async function openReceiver({ api, config: given, io }: ScoreHereOptions) {
  const config = quieter(given);
  const { simulatorUrl: url } = api.server;
  if (url !== undefined) return await startSimulatedReceiver(config, api.server, { url });
  const receiver = config.callbacks.publicUrl
    ? await startReceiver(config, api.server, (line) => io.note(line))
    : undefined;
  return { receiver, config };
}
