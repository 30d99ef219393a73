// reelscore run: everything in one process, from manifest to results.
import { refuseUnsigned } from '../../client/clip-ways.js';
import { type RunFlags, settingsOf } from '../run-flags.js';
import { needKeys, readConfig } from '../config.js';
import { checkForRun } from '../check-manifest.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo, shownPath } from '../io.js';
import { mixHere, scoreHere } from '../score-here.js';
import { showDetached, showEnd } from '../summary.js';

export async function run(manifest: string, flags: RunFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { simulate = false, skipInvalid = false, again = false } = flags;
  const config = readConfig(settingsOf(flags));
  if (!simulate) needKeys(config);
  const checked = await checkForRun(manifest, config, skipInvalid, io);
  if (!checked) return EXIT.failed;
  if (!simulate) await refuseUnsigned(checked.report, config);

  const interrupts = new Interrupts();
  const api = await connect(io, { config, simulate });
  try {
    const handle = await api.start(checked, {
      ...{ skipInvalid, again },
      ...(flags.batch !== undefined && { batch: flags.batch }),
    });
    const { batch, store, summary } = handle;
    if (summary) {
      io.say(
        `Batch ${batch} has run already. For all of its clips again: --again --batch NEW-NAME`,
      );
      for (const text of handle.notes) io.say(`Note: ${text}`);
      const videos = config.mixes ? await mixHere({ api, batch, io, interrupts }) : undefined;
      return await showEnd(io, api, {
        ...{ batch, state: 'finished', summary, store },
        ...(videos && { videos }),
      });
    }
    io.say(`Batch ${batch}: ${handle.total} clips${simulate ? ', simulated' : ''}`);
    if (handle.how === 'attached') io.say('It was started before and goes on.');
    for (const text of handle.notes) io.say(`Note: ${text}`);
    io.say(`Results: ${shownPath(store)}`);
    if (handle.url !== undefined) io.say(`Temporal: ${handle.url}`);
    const ended = await scoreHere({ api, config, batch, io, interrupts });
    if (ended) return await showEnd(io, api, ended);
    return showDetached(io, batch, `reelscore run ${manifest}${simulate ? ' --simulate' : ''}`);
  } finally {
    await checked.file.remove();
    await api.close();
    interrupts.dispose();
  }
}
