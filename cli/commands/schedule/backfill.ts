// reelscore schedule backfill.
import { readConfig } from '../../config.js';
import { connect } from '../../connect.js';
import { EXIT } from '../../exit-codes.js';
import { createIo } from '../../io.js';
import { overlapFlag } from './flags.js';
import { shortIso } from './lines.js';

export interface BackfillFlags {
  from: string;
  to: string;
  overlap: string;
  json?: boolean;
}

export async function backfillSchedule(name: string, flags: BackfillFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    const { from, to } = flags;
    const asked = overlapFlag(flags.overlap);
    const span = await api.schedules.backfill(name, { from, to, ...(asked && { overlap: asked }) });
    const [first, last] = [span.from.toISOString(), span.to.toISOString()];
    const shown = `${shortIso(first)} to ${shortIso(last)}`;
    io.say(`The batches of ${name} from ${shown} are started (overlap: ${flags.overlap})`);
    io.say(`How they stand: reelscore schedule describe ${name}`);
    io.document({ schedule: name, from: first, to: last, overlap: span.overlap });
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
