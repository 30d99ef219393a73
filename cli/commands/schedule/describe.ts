// reelscore schedule describe.
import { readConfig } from '../../config.js';
import { connect } from '../../connect.js';
import { EXIT } from '../../exit-codes.js';
import { createIo } from '../../io.js';
import { describedLines } from './lines.js';

export async function describeSchedule(name: string, flags: { json?: boolean }): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    const status = await api.schedules.describe(name);
    io.document(status);
    if (io.asJson) return EXIT.ok;
    for (const line of describedLines(status)) io.say(line);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
