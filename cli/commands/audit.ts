// reelscore audit: are the files of a batch those that came from the vendor?
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText } from '../io.js';

const PROGRESS_MS = 10_000;
const SHOWN = 20;

export async function audit(batch: string, flags: { json?: boolean }): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  let last = performance.now();
  try {
    const found = await api.audit(batch, {
      onProgress: (files) => {
        if (performance.now() - last < PROGRESS_MS) return;
        last = performance.now();
        io.note(`${files} files...`);
      },
    });
    io.document(found);
    const { files, bytes, differences } = found;
    const megabytes = Math.ceil(bytes / 1_000_000);
    io.say(`Audit: ${batch}, ${files} files read, ${megabytes} MB`);
    if (differences.length === 0) {
      io.say('       all are as they were recorded');
      return EXIT.ok;
    }
    io.say(`       ${differences.length} differ from what is recorded:`);
    for (const { file, difference } of differences.slice(0, SHOWN)) {
      io.say(plainText(`  ${difference.padEnd(10)}  ${file}`));
    }
    if (differences.length > SHOWN) {
      io.say(`  and ${differences.length - SHOWN} more (--json lists them)`);
    }
    return EXIT.someFailed;
  } finally {
    await api.close();
  }
}
