// reelscore schedule list.
import { readConfig } from '../../config.js';
import { connect } from '../../connect.js';
import { EXIT } from '../../exit-codes.js';
import { createIo } from '../../io.js';
import { table } from '../../table.js';
import { listRow } from './lines.js';

export async function listSchedules(flags: { json?: boolean }): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    const all = await api.schedules.list();
    io.document(all);
    if (io.asJson) return EXIT.ok;
    if (all.length === 0) {
      io.say('There are no schedules yet (make one: reelscore schedule create --help)');
      return EXIT.ok;
    }
    const head = ['SCHEDULE', 'FIRES', 'NEXT', 'STATE', 'LAST'];
    for (const line of table([head, ...all.map(listRow)])) io.say(line);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
