// reelscore schedule create.
import { readConfig } from '../../config.js';
import { connect } from '../../connect.js';
import { EXIT } from '../../exit-codes.js';
import { createIo } from '../../io.js';
import { settingsOf } from '../../run-flags.js';
import { specOf, type CreateFlags } from './flags.js';
import { savedLines } from './lines.js';

export async function createSchedule(name: string, flags: CreateFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { simulate = false, manifest } = flags;
  const config = readConfig(settingsOf(flags));
  const api = await connect(io, { config, simulate });
  try {
    const saved = await api.schedules.create(name, { ...specOf(flags), manifest });
    const embedded = api.server.embedded;
    for (const line of savedLines(saved, { verb: 'made', embedded })) io.say(line);
    io.document(saved);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
