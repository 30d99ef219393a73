// The thread that reads one manifest. Posts clips in groups, each when the previous one was taken, then a final
// message.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { ManifestError } from './problems.js';
import { KeyIndex } from './key-index.js';
import { readManifest } from './read.js';
import type { ReadingMessage, ReadingTask } from './reading.js';

/** Clips per message: a page of a snapshot. */
const CLIPS_AT_A_TIME = 500;

const port = parentPort;
if (port === null) throw new Error('manifests/reader-thread.js is run as a thread only');

const { path, avoid, ...options } = workerData as ReadingTask;
const tell = (message: ReadingMessage): void => port.postMessage(message);

try {
  const { report, ids } = await readManifest(
    path,
    async (clips) => {
      for (let from = 0; from < clips.length; from += CLIPS_AT_A_TIME) {
        tell({ kind: 'clips', clips: clips.slice(from, from + CLIPS_AT_A_TIME) });
        await once(port, 'message');
      }
    },
    { ...options, ...(avoid && { avoid: new KeyIndex(avoid) }) },
  );
  tell({ kind: 'read', report, ...(ids.clashed && { keys: ids.keys.data }) });
} catch (error) {
  if (error instanceof ManifestError) {
    const { problems, problemCount } = error;
    tell({ kind: 'refused', problems, problemCount });
  } else {
    tell({ kind: 'broken', error });
  }
}
