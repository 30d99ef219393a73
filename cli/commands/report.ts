// reelscore report: a page on which a batch is listened to.
import { isInBucket } from '../../store/places.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, shownPath } from '../io.js';

const PROGRESS_MS = 10_000;

export async function report(batch: string, flags: { json?: boolean }): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  let last = performance.now();
  try {
    const { file, clips, notes } = await api.report(batch, {
      onProgress: (done) => {
        if (performance.now() - last < PROGRESS_MS) return;
        last = performance.now();
        io.note(`${done} clips...`);
      },
    });
    io.document({ batch, file, clips, notes });
    io.say(`Report: ${shownPath(file)}`);
    io.say(
      isInBucket(file)
        ? `        ${clips} clips; bring it here with: reelscore results ${batch} --download FOLDER`
        : `        ${clips} clips; open it in a browser, or zip the folder with it`,
    );
    for (const note of notes) io.say(`Note:   ${note}`);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
