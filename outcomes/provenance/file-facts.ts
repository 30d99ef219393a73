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
  const reader = new ContentReader();
  for await (const chunk of file as AsyncIterable<Buffer>) reader.add(chunk);
  return reader.end();
}

/** Takes the chunks of a file in their order. */
export class ContentReader {
  readonly #digest = createHash('sha256');
  #bytes = 0;
  #mark: FileContent['mark'] = null;
  #end: Buffer = Buffer.alloc(0);

  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: Buffer): void {
    this.#digest.update(chunk);
    this.#bytes += chunk.length;
    if (this.#mark !== null) return;
    // One may lie across two chunks.
    const seam = Buffer.concat([this.#end, chunk.subarray(0, LONGEST_MARK)]);
    this.#mark = markIn(chunk) ?? markIn(seam);
    const last = chunk.length < LONGEST_MARK ? seam : chunk;
    this.#end = last.subarray(-LONGEST_MARK);
  }

  end(): FileContent {
    return { sha256: this.#digest.digest('hex'), bytes: this.#bytes, mark: this.#mark };
  }
}

function markIn(bytes: Buffer): FileContent['mark'] {
  return MARKS.find(([, text]) => bytes.includes(text, 0, 'latin1'))?.[0] ?? null;
}
