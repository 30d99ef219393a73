// Scores a batch in this process: worker, receiver, progress, and the end.
import type { Reelscore } from '../client/reelscore.js';
import type { EndedBatch } from '../client/wait.js';
import type { ResolvedConfig } from '../config/config.js';
import { quieter } from './config.js';
import type { Interrupts } from './interrupts.js';
import type { Io } from './io.js';
import type { EndedMixing } from '../client/videos.js';
import { startDisplay } from './progress/display.js';
import { startMixDisplay } from './progress/mixing.js';
import { startOwnReceiver, startSimulatedReceiver } from './own-receiver.js';

/** How long the notification of the end may take; one that takes longer needs another worker. */
const NOTIFY_MS = 10_000;
const SLOW_MS = 1000;

export interface ScoreHereOptions {
  api: Reelscore;
  /** As resolved, before any change for the simulator. */
  config: ResolvedConfig;
  batch: string;
  io: Io;
  interrupts: Interrupts;
}

/** How a batch ended, and its finished videos if any were mixed. */
export interface ScoredBatch extends EndedBatch {
  videos?: EndedMixing;
}

/** Returns how the batch ended, or undefined when the user detached from it. */
export async function scoreHere(options: ScoreHereOptions): Promise<ScoredBatch | undefined> {
  const { api, batch, io, interrupts } = options;
  const { startWorker } = await import('../workers/worker.js');
  interrupts.beginOrderly();
  const { receiver, config } = await openReceiver(options);
  const display = startDisplay(batch, io);
  try {
    const worker = await startWorker({ config: unversioned(config), temporal: api.server });
    try {
      const waiting = api.wait(batch, {
        onProgress: (progress) => display.update(progress),
        signal: interrupts.signal,
      });
      const ended = await Promise.race([waiting, worker.failed]);
      display.stop();
      await Promise.race([waitForReceiver(options), worker.failed]);
      if (ended.state === 'cancelled') return ended;
      const videos = await Promise.race([waitForVideos(options), worker.failed]);
      return { ...ended, ...(videos && { videos }) };
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

/** Mixes the videos of a batch that has ended; undefined when the user detached. */
export async function mixHere(
  options: Pick<ScoreHereOptions, 'api' | 'batch' | 'io' | 'interrupts'>,
): Promise<EndedMixing | undefined> {
  const { api, batch, io, interrupts } = options;
  const { startWorker } = await import('../workers/worker.js');
  interrupts.beginOrderly();
  const config = quieter(api.config);
  const worker = await startWorker({
    config: unversioned(config),
    temporal: api.server,
    serves: 'mixing',
  });
  try {
    await api.mix(batch);
    return await Promise.race([waitForVideos(options), worker.failed]);
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    io.note('Detaching; videos that are being mixed are begun again at the next time...');
    return undefined;
  } finally {
    await worker.stop();
  }
}

async function waitForVideos({
  api,
  batch,
  io,
  interrupts,
}: Pick<ScoreHereOptions, 'api' | 'batch' | 'io' | 'interrupts'>) {
  const display = startMixDisplay(io);
  try {
    return await api.videos(batch, {
      onProgress: (progress) => display.update(progress),
      signal: interrupts.signal,
    });
  } finally {
    display.stop();
  }
}

/** The worker that delivers the notification of the batch's end is this process's. */
async function waitForReceiver({ api, batch, io, interrupts }: ScoreHereOptions): Promise<void> {
  const slow = setTimeout(() => io.note('Waiting for the receiver of notifications...'), SLOW_MS);
  try {
    await api.notified(batch, { withinMs: NOTIFY_MS, signal: interrupts.signal });
  } finally {
    clearTimeout(slow);
  }
}

async function openReceiver({ api, config: given, io }: ScoreHereOptions) {
  const config = quieter(given);
  const { simulatorUrl: url } = api.server;
  if (url !== undefined) return await startSimulatedReceiver(config, api.server, { url });
  const receiver = config.callbacks.publicUrl
    ? await startOwnReceiver(config, api.server, (line) => io.note(line))
    : undefined;
  return { receiver, config };
}

/** A worker that ends with its batch would leave a version behind that nothing serves. */
function unversioned<Config extends ResolvedConfig>(config: Config): Config {
  const plain = { ...config };
  delete plain.deployment;
  return plain;
}
