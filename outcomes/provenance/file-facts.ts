// What is known of each file that the vendor made: noted when it has arrived, before its outcome counts.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Store } from '../../store/store.js';
import { appendNotes, readNewest } from '../newest-lines.js';

const FOLDER = 'file-facts';

/** Texts by which files say that a machine made them: C2PA's manifests, IPTC's source types in XMP, China's label. */
const MARKS = [
  ['c2pa', 'c2pa.claim'],
  ['c2pa', 'urn:c2pa'],
  ['iptc', 'trainedAlgorithmicMedia'],
  ['iptc', 'TrainedAlgorithmicMedia'],
  ['aigc', '"AIGC"'],
] as const;
const LONGEST_MARK = Math.max(...MARKS.map(([, text]) => text.length));

/** Of a file's bytes. */
export interface FileContent {
  /** In hex. */
  sha256: string;
  bytes: number;
  /** Kind of the machine-readable mark that it carries; null if none was found. */
  mark: (typeof MARKS)[number][0] | null;
}

const Facts = z.object({
  /** Store key. */
  id: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  mark: z.string().nullable(),
  taskId: z.string().exactOptional(),
  account: z.string(),
  /** Of the clip's file, if it is one of this machine. */
  clipSha256: z.string().exactOptional(),
  /** Epoch ms: when it had arrived. */
  at: z.number(),
});
export type FileFacts = z.infer<typeof Facts>;

/** The newest of each file, by its store key. */
export type KnownFiles = ReadonlyMap<string, FileFacts>;

/** @param worker a name that no other worker has */
export function appendFacts(
  store: Store,
  worker: string,
  facts: readonly FileFacts[],
): Promise<void> {
  return appendNotes(store, { folder: FOLDER, writer: worker }, facts);
}

/** Reads what is known of a batch's files. */
export function readFacts(store: Store): Promise<KnownFiles> {
  return readNewest(store, FOLDER, Facts);
}

/** Reads a file. */
export async function readContent(file: Readable): Promise<FileContent> {
  const digest = createHash('sha256');
  let bytes = 0;
  let mark: FileContent['mark'] = null;
  let end: Buffer = Buffer.alloc(0);
  for await (const chunk of file as AsyncIterable<Buffer>) {
    digest.update(chunk);
    bytes += chunk.length;
    if (mark !== null) continue;
    // One may lie across two chunks.
    const seam = Buffer.concat([end, chunk.subarray(0, LONGEST_MARK)]);
    mark = markIn(chunk) ?? markIn(seam);
    end =
      chunk.length < LONGEST_MARK ? seam.subarray(-LONGEST_MARK) : chunk.subarray(-LONGEST_MARK);
  }
  return { sha256: digest.digest('hex'), bytes, mark };
}

function markIn(bytes: Buffer): FileContent['mark'] {
  return MARKS.find(([, text]) => bytes.includes(text, 0, 'latin1'))?.[0] ?? null;
}
