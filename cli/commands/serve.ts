// reelscore serve, worker, callbacks, page: the parts that run all day.
import { needKeys, readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo } from '../io.js';
import { isInUse, startSimulatedReceiver } from '../own-receiver.js';
import type { Reelscore } from '../../client/reelscore.js';
import { taskQueueOf } from '../../contract/names.js';
import { ConfigError, type ConfigOptions, type ResolvedConfig } from '../../config/config.js';
import type { RunningPage } from '../../page/server.js';
import { createLogger } from '../../workers/logger.js';
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
  page?: boolean;
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
  const opened: { close: () => Promise<void> }[] = [api];
  try {
    interrupts.beginOrderly();
    if (temporal.simulatorUrl !== undefined) {
      io.say(`Simulator: at ${temporal.simulatorUrl}; nothing is paid for`);
    }
    const { receiver, config } = await openReceiver(parts, api);
    if (receiver) {
      opened.push(receiver);
      io.say(callbacksText(config, receiver.port));
    }
    if (parts.page === true) {
      const page = await openPage(api);
      opened.push(page);
      io.say(`Page: ${page.url}`);
      io.say('      whoever opens this link may do what this page can, until the command ends');
    }
    if (!serves) {
      await interrupts.happened();
      return EXIT.ok;
    }
    const { startWorker } = await import('../../workers/worker.js');
    const worker = await startWorker({ config, temporal, serves });
    opened.push({ close: () => worker.stop() });
    const queue = taskQueueOf(config.account);
    const { address } = temporal.connection;
    io.say(`Worker: ${WORK[serves]} of ${queue}, from Temporal at ${address}`);
    await Promise.race([interrupts.happened(), worker.failed]);
    io.note('Stopping; submissions under way are let finish (Ctrl-C again to leave at once)...');
    return EXIT.ok;
  } finally {
    await closeAll(opened);
    interrupts.dispose();
  }
}

/** What was opened last first; each, whatever becomes of the others. */
async function closeAll(opened: { close: () => Promise<void> }[]): Promise<void> {
  const faults: unknown[] = [];
  for (const one of opened.reverse()) {
    await one.close().catch((error: unknown) => faults.push(error));
  }
  if (faults.length > 0) throw faults[0];
}

async function openReceiver(
  { receiver, worker }: ServedParts,
  { server: temporal, config }: Reelscore,
): Promise<{ receiver: RunningReceiver | undefined; config: WorkerOptions['config'] }> {
  if (!receiver) return { receiver: undefined, config };
  const { simulatorUrl: url } = temporal;
  if (url !== undefined) return await startSimulatedReceiver(config, temporal, { url });
  const { startCallbackReceiver } = await import('../../workers/callback-receiver.js');
  const alone = worker === undefined;
  return { receiver: await startCallbackReceiver({ config, temporal, alone }), config };
}

async function openPage(api: Reelscore): Promise<RunningPage> {
  const { startPage } = await import('../../page/server.js');
  const { page, logLevel: level } = api.config;
  try {
    return await startPage({ api, config: page, logger: createLogger({ level }) });
  } catch (error) {
    if (!isInUse(error)) throw error;
    const { host, port } = page.listen;
    throw new ConfigError([
      `REELSCORE_PAGE_LISTEN: ${host}:${port} is in use (end what listens there, or name another port)`,
    ]);
  }
}

function callbacksText({ callbacks: { listen, publicUrl } }: ResolvedConfig, port: number): string {
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const reached = publicUrl ?? 'REELSCORE_CALLBACK_URL is not set';
  return `Callbacks: listening on http://${host}:${port} (public URL: ${reached})`;
}
