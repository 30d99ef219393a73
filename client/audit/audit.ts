// Compares the files of a batch with what was recorded of them.
import pLimit from 'p-limit';
import { readContent } from '../../outcomes/provenance/file-facts.js';
import {
  PROVENANCE_KEY,
  ProvenanceRecord as Recorded,
  type ProvenanceRecord,
} from '../../outcomes/provenance/records.js';
import { readJsonLines } from '../../outcomes/json-lines.js';
import type { Store } from '../../store/store.js';
import { ReelscoreError } from '../errors.js';
import { mustHaveResults, type LocatedBatch } from '../locate.js';

/** Files at a time: reading one while another is hashed. */
const AT_ONCE = 4;
/** Held at a time. */
const AHEAD = 256;
const FOLDERS = ['soundtracks', 'videos'];

/**
 * `changed`: its bytes are others. `gone`: it is recorded, and not there. `unrecorded`: it is there, and no record says
 * what it should be.
 */
export interface AuditDifference {
  file: string;
  difference: 'changed' | 'gone' | 'unrecorded';
}

export interface Audit {
  batch: string;
  /** Files that were read, and their bytes. */
  files: number;
  bytes: number;
  differences: AuditDifference[];
}

export interface AuditOptions {
  /** Called with the number of files that were read. */
  onProgress?: (files: number) => void;
  signal?: AbortSignal;
}

/** @throws ReelscoreError `results_gone`; Error naming the line of a record that cannot be read */
export async function auditBatch(
  located: LocatedBatch,
  { onProgress, signal }: AuditOptions = {},
): Promise<Audit> {
  await mustHaveResults(located);
  const { batch, store } = located;
  if (!(await store.exists(PROVENANCE_KEY))) {
    throw new ReelscoreError(
      'results_gone',
      `${store.location} has no ${PROVENANCE_KEY} (it is written when a batch ends; retry or mix it once more)`,
    );
  }
  const audit: Audit = { batch, files: 0, bytes: 0, differences: [] };
  const limit = pLimit(AT_ONCE);
  const seen = new Set<string>();
  const look = async (file: string, sha256: string | null): Promise<void> => {
    signal?.throwIfAborted();
    const difference = await differenceOf(store, file, sha256, audit);
    if (difference) audit.differences.push({ file, difference });
    onProgress?.(audit.files);
  };
  let working: Promise<void>[] = [];
  for await (const [file, sha256] of recorded(store)) {
    seen.add(file);
    working.push(limit(look, file, sha256));
    if (working.length < AHEAD) continue;
    await Promise.all(working);
    working = [];
  }
  await Promise.all(working);
  for (const folder of FOLDERS) {
    for (const file of await store.list(folder)) {
      if (!seen.has(file)) audit.differences.push({ file, difference: 'unrecorded' });
    }
  }
  return audit;
}

async function* recorded(store: Store): AsyncIterable<[string, string | null]> {
  let line = 0;
  for await (const value of readJsonLines<unknown>(store, PROVENANCE_KEY)) {
    line += 1;
    const record = parsed(value, `${store.location}: ${PROVENANCE_KEY}:${line}`);
    yield [record.file, record.sha256];
    if (record.video !== null) yield [record.video, record.video_sha256];
  }
}

function parsed(value: unknown, place: string): ProvenanceRecord {
  const read = Recorded.safeParse(value);
  if (read.success) return read.data;
  throw new Error(`${place} is damaged (restore it)`, { cause: read.error });
}

async function differenceOf(
  store: Store,
  file: string,
  sha256: string | null,
  audit: Audit,
): Promise<AuditDifference['difference'] | undefined> {
  if (!(await store.exists(file))) return 'gone';
  if (sha256 === null) return 'unrecorded';
  const found = await readContent(store.readStream(file));
  audit.files += 1;
  audit.bytes += found.bytes;
  return found.sha256 === sha256 ? undefined : 'changed';
}
