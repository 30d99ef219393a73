// reelscore serve, worker, callbacks: the parts that run all day.
import { needKeys, readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo } from '../io.js';
import { startSimulatedReceiver } from '../own-receiver.js';
import type { Reelscore } from '../../client/reelscore.js';
import { taskQueueOf } from '../../contract/names.js';
import type { ConfigOptions, ResolvedConfig } from '../../config/config.js';
import type { RunningReceiver } from '../../workers/callback-receiver.js';
import type { Serves } from '../../workers/serves.js';
import type { WorkerOptions } from '../../workers/worker.js';

const WORK: Record<Serves, string> = {
  all: 'taking batches',
  scoring: 'taking all but probing',
  probing: 'probing, fitting and mixing clips',
  mixing: 'mixing videos',
};

export interface ServedParts {
  worker?: Serves;
  receiver: boolean;
  /** For the batches of the simulator, which is started too. */
  simulate?: boolean;
}

/** Runs until a signal; what is under way is let finish. */
export async function serve(parts: ServedParts, settings: ConfigOptions = {}): Promise<number> {
  const io = createIo(false);
  const given = readConfig(settings);
  const { worker: serves, simulate = false } = parts;
  if (!simulate && (serves === 'all' || serves === 'scoring')) needKeys(given);
  const interrupts = new Interrupts();
  const api = await connect(io, { config: given, simulate });
  const temporal = api.server;
  try {
    interrupts.beginOrderly();
    const { receiver, config } = await openReceiver(parts, api);
    try {
      if (temporal.simulatorUrl !== undefined) {
        io.say(`Simulator: at ${temporal.simulatorUrl}; nothing is paid for`);
      }
      if (receiver) io.say(callbacksText(config, receiver.port));
      if (!serves) {
        await interrupts.happened();
        return EXIT.ok;
      }
      const { startWorker } = await import('../../workers/worker.js');
      const worker = await startWorker({ config, temporal, serves });
      try {
        const queue = taskQueueOf(config.account);
        const { address } = temporal.connection;
        io.say(`Worker: ${WORK[serves]} of ${queue}, from Temporal at ${address}`);
        await Promise.race([interrupts.happened(), worker.failed]);
        io.note(
          'Stopping; submissions under way are let finish (Ctrl-C again to leave at once)...',
        );
        return EXIT.ok;
      } finally {
        await worker.stop();
      }
    } finally {
      await receiver?.close();
    }
  } finally {
    await api.close();
    interrupts.dispose();
  }
}

async function openReceiver(
  { receiver }: ServedParts,
  { server: temporal, config }: Reelscore,
): Promise<{ receiver: RunningReceiver | undefined; config: WorkerOptions['config'] }> {
  const { simulatorUrl: url } = temporal;
  if (url !== undefined) return await startSimulatedReceiver(config, temporal, { url });
  if (!receiver) return { receiver: undefined, config };
  const { startCallbackReceiver } = await import('../../workers/callback-receiver.js');
  return { receiver: await startCallbackReceiver({ config, temporal }), config };
}

function callbacksText({ callbacks: { listen, publicUrl } }: ResolvedConfig, port: number): string {
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const reached = publicUrl ?? 'REELSCORE_CALLBACK_URL is not set';
  return `Callbacks: listening on http://${host}:${port} (public URL: ${reached})`;
}
