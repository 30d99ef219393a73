// reelscore start: starts a batch and returns.
import { checkForRun } from '../check-manifest.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, shownPath } from '../io.js';
import { proberMissingText } from '../progress/view.js';
import { settingsOf, type RunFlags } from '../run-flags.js';
import { serveCommand } from '../serve-command.js';

export async function start(manifest: string, flags: RunFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { simulate = false, skipInvalid = false, again = false } = flags;
  const config = readConfig(settingsOf(flags));
  const checked = await checkForRun(manifest, config, skipInvalid, io);
  if (!checked) return EXIT.failed;

  const api = await connect(io, { config, simulate });
  try {
    const handle = await api.start(checked, {
      ...{ skipInvalid, again },
      ...(flags.batch !== undefined && { batch: flags.batch }),
    });
    const { batch, how, name, total, store, url, notes, summary } = handle;
    const { workerAnswering, proberMissing } = summary ? {} : await handle.status();
    const verb = { started: 'started', attached: 'is running already', ended: 'has run already' };
    io.say(`Batch ${batch} ${verb[how]}: ${total} clips`);
    for (const text of notes) io.say(`Note: ${text}`);
    io.say(`Results: ${shownPath(store)}`);
    if (url !== undefined) io.say(`Temporal: ${url}`);
    if (summary) {
      io.say(`What did not succeed: reelscore retry ${batch}; all again: --again --batch NEW-NAME`);
    } else {
      io.say(`How it stands: reelscore status ${batch}`);
    }
    if (workerAnswering === false) {
      io.say(`No worker is running: start \`${serveCommand(api.config.account)}\``);
    }
    if (proberMissing) io.say(proberMissingText());
    io.document({
      ...{ batch, state: how, name, total, store, notes },
      ...(url !== undefined && { url }),
      ...(workerAnswering !== undefined && { workerAnswering }),
      ...(proberMissing && { proberMissing }),
      ...(summary && { summary }),
    });
    return EXIT.ok;
  } finally {
    await checked.file.remove();
    await api.close();
  }
}
