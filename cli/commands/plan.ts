// reelscore plan: what a run would do and cost, before anything does.
import { Reelscore } from '../../client/reelscore.js';
import { checkForRun } from '../check-manifest.js';
import { readConfig } from '../config.js';
import { EXIT } from '../exit-codes.js';
import { createIo } from '../io.js';
import { planLines } from '../plan-lines.js';
import { probeManifest } from '../probe-manifest.js';
import { settingsOf, type RunFlags } from '../run-flags.js';

export type PlanFlags = Pick<
  RunFlags,
  | 'simulate'
  | 'again'
  | 'prompt'
  | 'map'
  | 'takes'
  | 'fit'
  | 'long'
  | 'sheet'
  | 'identity'
  | 'rate'
  | 'maxInFlight'
  | 'maxSubmissions'
  | 'budget'
  | 'skipInvalid'
  | 'json'
>;

export async function plan(manifest: string, flags: PlanFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { simulate = false, again = false, skipInvalid = false } = flags;
  const config = readConfig(settingsOf(flags));
  const checked = await checkForRun(manifest, config, skipInvalid, io);
  if (!checked) return EXIT.failed;
  try {
    // Which clips are fitted, and in how many parts, is found by a look into each.
    const probe = config.fit && (await probeManifest(checked.file, config, () => undefined));
    const tasks = new Map(probe?.fits.map(({ id, tasks: count }) => [id, count]));
    const planned = await Reelscore.plan(checked, { config, simulate, again, skipInvalid, tasks });
    for (const line of planLines(planned, probe)) io.say(line);
    io.document({ ok: true, ...planned, ...(probe && { probe }) });
    return EXIT.ok;
  } finally {
    await checked.file.remove();
  }
}
