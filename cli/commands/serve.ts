// reelscore serve, worker, callbacks: the parts that run all day.
import { needKeys, readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo } from '../io.js';
import { taskQueueOf } from '../../contract/names.js';
import type { Serves } from '../../workers/serves.js';

const WORK: Record<Serves, string> = {
  all: 'taking batches',
  scoring: 'taking all but the look into clips',
  probing: 'looking into the clips',
};

/** Runs until a signal; what is under way is let finish. */
export async function serve(parts: { worker?: Serves; receiver: boolean }): Promise<number> {
  const io = createIo(false);
  const config = readConfig();
  const serves = parts.worker;
  if (serves === 'all' || serves === 'scoring') needKeys(config);
  const interrupts = new Interrupts();
  const api = await connect(io, { config });
  const temporal = api.server;
  try {
    interrupts.beginOrderly();
    const { startCallbackReceiver } = await import('../../workers/receiver.js');
    const receiver = parts.receiver ? await startCallbackReceiver({ config, temporal }) : undefined;
    try {
      if (receiver) {
        const { listen, publicUrl } = config.callbacks;
        const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
        const reached = publicUrl ?? 'REELSCORE_CALLBACK_URL is not set';
        io.say(`Callbacks: listening on http://${host}:${receiver.port} (public URL: ${reached})`);
      }
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
