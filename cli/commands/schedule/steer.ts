// reelscore schedule pause, resume, delete.
import type { Schedules } from '../../../client/schedules/schedules.js';
import { readConfig } from '../../config.js';
import { connect } from '../../connect.js';
import { EXIT } from '../../exit-codes.js';
import { createIo } from '../../io.js';
import { nextText } from './lines.js';

export interface NoteFlags {
  note?: string;
  json?: boolean;
}

/** What is said, and what the document holds. */
interface Done {
  said: string;
  document: object;
}

export function pauseSchedule(name: string, flags: NoteFlags): Promise<number> {
  return steer(flags, async (schedules) => {
    await schedules.pause(name, flags.note);
    const said = `Schedule ${name} is paused; a batch that runs goes on. Go on: reelscore schedule resume ${name}`;
    return { said, document: await schedules.describe(name) };
  });
}

export function resumeSchedule(name: string, flags: NoteFlags): Promise<number> {
  return steer(flags, async (schedules) => {
    await schedules.resume(name, flags.note);
    const status = await schedules.describe(name);
    return { said: `Schedule ${name} goes on. Next: ${nextText(status)}`, document: status };
  });
}

export function deleteSchedule(name: string, flags: { json?: boolean }): Promise<number> {
  return steer(flags, async (schedules) => {
    await schedules.delete(name);
    const said = `Schedule ${name} is deleted; its batches stay as they are: reelscore status`;
    return { said, document: { schedule: name, deleted: true } };
  });
}

async function steer(
  flags: { json?: boolean },
  act: (schedules: Schedules) => Promise<Done>,
): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    const { said, document } = await act(api.schedules);
    io.say(said);
    io.document(document);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
