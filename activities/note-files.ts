// Notes what files of a result are, before their outcome counts. A record that is lacking is told by `audit`; no clip
// fails because of it.
import { Context } from '@temporalio/activity';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clip } from '../contract/clip.js';
import { isLocal } from '../manifests/file-link.js';
import {
  appendFacts,
  readContent,
  type FileContent,
  type FileFacts,
} from '../outcomes/provenance/file-facts.js';
import type { BatchFiles } from './batch-files.js';
import { unlessChanged } from './changed-file.js';

export interface NotedFiles {
  clip: Clip;
  taskId?: string;
  /** Store keys. */
  outputs: readonly string[];
  /** As far as it is known; others are read. */
  contents?: ReadonlyMap<string, FileContent>;
}

/** @param worker a name that no other worker has */
export async function noteFiles(
  { store, account }: Pick<BatchFiles, 'store' | 'account'>,
  worker: string,
  { clip, taskId, outputs, contents }: NotedFiles,
): Promise<void> {
  try {
    const at = Date.now();
    const clipSha256 = await hashOfClip(clip);
    const facts: FileFacts[] = [];
    for (const id of outputs) {
      facts.push({
        ...{ id, ...(contents?.get(id) ?? (await readContent(store.readStream(id)))) },
        ...(taskId !== undefined && { taskId }),
        account: await account(),
        ...(clipSha256 !== undefined && { clipSha256 }),
        at,
      });
    }
    await appendFacts(store, worker, facts);
  } catch (error) {
    Context.current().log.warn('the files of a clip could not be noted', { id: clip.id, error });
  }
}

async function hashOfClip(clip: Clip): Promise<string | undefined> {
  if (!isLocal(clip.fileLink)) return undefined;
  const read = await unlessChanged(clip, () =>
    readContent(createReadStream(fileURLToPath(clip.fileLink), { highWaterMark: 1024 * 1024 })),
  );
  return 'done' in read ? read.done.sha256 : undefined;
}
