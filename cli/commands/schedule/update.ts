// reelscore schedule update.
import type { ScheduleChanges } from '../../../client/schedules/spec.js';
import { type RequestSettingName, REQUEST_SETTINGS } from '../../../contract/request.js';
import { connect } from '../../connect.js';
import { EXIT } from '../../exit-codes.js';
import { createIo } from '../../io.js';
import { settingsGiven, specOf, type UpdateFlags } from './flags.js';
import { savedLines } from './lines.js';

export async function updateSchedule(name: string, flags: UpdateFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { config, settings } = settingsGiven(flags);
  const changes: ScheduleChanges = { ...specOf(flags), settings, unset: unsetOf(flags) };
  const given = Object.keys(specOf(flags)).length + Object.keys(settings).length;
  if (given + unsetOf(flags).length === 0) {
    throw new Error('nothing to change (see: reelscore schedule update --help)');
  }
  const api = await connect(io, { config });
  try {
    const saved = await api.schedules.update(name, changes);
    const embedded = api.server.embedded;
    for (const line of savedLines(saved, { verb: 'changed', embedded })) io.say(line);
    io.document(saved);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}

function unsetOf({ unset = [] }: UpdateFlags): RequestSettingName[] {
  return unset.map((word) => {
    const name = REQUEST_SETTINGS.find((candidate) => candidate === word);
    if (name === undefined) {
      throw new Error(`--unset: ${word} is no setting (use ${REQUEST_SETTINGS.join(', ')})`);
    }
    return name;
  });
}
