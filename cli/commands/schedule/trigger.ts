// reelscore schedule trigger.
import type { Triggered } from '../../../client/schedules/trigger.js';
import { readConfig } from '../../config.js';
import { connect } from '../../connect.js';
import { EXIT } from '../../exit-codes.js';
import { createIo } from '../../io.js';
import { overlapFlag } from './flags.js';
import { workerLine } from './lines.js';

export interface TriggerFlags {
  overlap?: string;
  json?: boolean;
}

export async function triggerBatch(name: string, flags: TriggerFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    const overlap = overlapFlag(flags.overlap);
    const triggered = await api.schedules.trigger(name, overlap && { overlap });
    io.say(triggeredText(name, triggered));
    const status = await api.schedules.describe(name);
    if (triggered.how !== 'skipped') for (const line of workerLine(status)) io.say(line);
    io.document({ schedule: name, ...triggered });
    return EXIT.ok;
  } finally {
    await api.close();
  }
}

function triggeredText(name: string, { how, batch = '' }: Triggered): string {
  switch (how) {
    case 'started':
      return `Batch ${batch} started. How it stands: reelscore schedule describe ${name}`;
    case 'skipped':
      return `Nothing was started: an earlier batch of ${name} still runs (see: reelscore schedule describe ${name}; otherwise: --overlap buffer-one)`;
    case 'waiting':
      return `A batch starts when the earlier one of ${name} has ended (see: reelscore schedule describe ${name})`;
    case 'unknown':
      return `The server took it, but no batch has started yet (see: reelscore schedule describe ${name})`;
  }
}
