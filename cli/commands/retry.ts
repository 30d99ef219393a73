// reelscore retry: like run, for the clips of an ended batch that did not succeed.
import { checkForRun } from '../check-manifest.js';
import { needKeys, readConfig } from '../config.js';
import { connectFor } from '../connect-for.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo, shownPath } from '../io.js';
import { marksFor, mixChosen, showMarked } from '../marks.js';
import { settingsOf, type RunFlags } from '../run-flags.js';
import { scoreHere } from '../score-here.js';
import { showDetached, showEnd } from '../summary.js';
import { isReelscoreError } from '../typed-errors.js';

export type RetryFlags = Pick<
  RunFlags,
  | 'rate'
  | 'maxInFlight'
  | 'priority'
  | 'maxFailures'
  | 'maxSubmissions'
  | 'budget'
  | 'notify'
  | 'fit'
  | 'long'
  | 'sheet'
  | 'xlsx'
  | 'skipInvalid'
  | 'probe'
  | 'json'
> & { marks?: string };

export async function retry(
  batch: string,
  manifest: string | undefined,
  flags: RetryFlags,
): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { skipInvalid = false } = flags;
  const config = readConfig(settingsOf(flags));
  const marks =
    flags.marks === undefined ? undefined : await marksFor(batch, manifest, flags.marks);
  const checked =
    manifest === undefined ? undefined : await checkForRun(manifest, config, skipInvalid, io);
  if (manifest !== undefined && !checked) return EXIT.failed;
  const interrupts = new Interrupts();
  const api = await connectFor(batch, config, io);
  try {
    const marked = marks && (await api.mark(batch, marks));
    if (marked) showMarked(io, marked);
    if (marked?.redo.length === 0) return await mixChosen({ api, batch, io, interrupts }, marked);
    if (api.server.simulatorUrl === undefined) needKeys(config);
    const { rows, total, store, notes } = await api.retry(batch, {
      skipInvalid,
      ...(checked && { manifest: checked }),
      ...(marked && { marked: marked.redo }),
    });
    io.say(`Batch ${batch}: ${rows} of ${total} clips again`);
    for (const text of notes) io.say(`Note: ${text}`);
    io.say(`Results: ${shownPath(store)}`);
    const url = api.server.uiUrl(batch);
    if (url !== undefined) io.say(`Temporal: ${url}`);
    const ended = await scoreHere({ api, config, batch, io, interrupts });
    return ended
      ? await showEnd(io, api, ended, marked && { marks: marked })
      : showDetached(io, batch, 'reelscore run with its manifest');
  } catch (error) {
    if (!isReelscoreError(error, 'nothing_to_retry')) throw error;
    io.say(error.message);
    io.document({ batch, state: 'nothing_to_retry' });
    return EXIT.ok;
  } finally {
    await checked?.file.remove();
    await api.close();
    interrupts.dispose();
  }
}
