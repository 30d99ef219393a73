// reelscore mix: finished videos of a batch that has its soundtracks.
import { readConfig } from '../config.js';
import { connectFor } from '../connect-for.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo, shownPath } from '../io.js';
import { settingsOf, type RunFlags } from '../run-flags.js';
import { mixHere } from '../score-here.js';
import { showDetached, showVideos } from '../summary.js';

export type MixFlags = Pick<RunFlags, 'audio' | 'loudness' | 'fade' | 'json'>;

export async function mix(batch: string, flags: MixFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const config = readConfig(settingsOf(flags));
  const interrupts = new Interrupts();
  const api = await connectFor(batch, config, io);
  try {
    const { store } = await api.status(batch);
    io.say(`Batch ${batch}: finished videos`);
    if (store !== undefined) io.say(`Results: ${shownPath(store)}`);
    const ended = await mixHere({ api, batch, io, interrupts });
    if (!ended) return showDetached(io, batch, `reelscore mix ${batch}`);
    showVideos(io, batch, ended);
    return ended.counts.failed > 0 ? EXIT.someFailed : EXIT.ok;
  } finally {
    await api.close();
    interrupts.dispose();
  }
}
