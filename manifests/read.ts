// Reads a whole manifest and reports all its problems.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clip } from '../contract/clip.js';
import { nameOfFile, safeName } from './batch-id.js';
import { ClipIds } from './clip-id.js';
import { ContentHash } from './content-hash.js';
import { isInBucket, isLocal } from './file-link.js';
import type { ManifestFormat } from './format.js';
import { formatFault, type Problem, ProblemLog, UnreadableManifest } from './problems.js';
import { versionOf } from './local-file.js';
import type { Fault } from './problems.js';
import { hashOfFile, openManifestFile } from './open-file.js';
import { formatOfFile, openSource } from './open-source.js';
import type { ReadOptions } from './read-options.js';
import { RowReader } from './row.js';
import type { SourceEncoding } from './source-text.js';

/** What one pass over a manifest found. */
export interface ManifestReport {
  /** The file as it was given, or what it is called in messages. */
  path: string;
  format: ManifestFormat;
  /** From the manifest or its file name, made safe (`safeName`). */
  name: string;
  /** SHA-256 in hex of the content: see `ContentHash`. */
  hash: string;
  /** Clips that lie on this machine, if any do. */
  local?: number;
  /** Clips that lie in buckets, if any do. */
  inBuckets?: number;
  /** Rows read. */
  total: number;
  valid: number;
  invalid: number;
  /** The manifest's own columns, in order of appearance. */
  columns: string[];
  /** The file is a results.csv, results.xlsx or results.jsonl of ours. */
  ownResults?: boolean;
  /** The first 200. */
  problems: Problem[];
  /** All of them; the manifest is good if there are none. */
  problemCount: number;
  /** Every row was read, so the problems are those of rows, which `skipInvalid` can leave out. */
  complete: boolean;
  /** The first 200. */
  warnings: Problem[];
  warningCount: number;
}

/**
 * Whether no batch can be made of a manifest: it was not read to its end, has no rows, or has problems.
 * @param skipInvalid rows with problems may be left out
 */
export function isRefused(
  { complete, total, problemCount }: ManifestReport,
  skipInvalid: boolean,
): boolean {
  return !complete || total === 0 || (problemCount > 0 && !skipInvalid);
}

/** A report, and the ids that rows bear themselves. */
export interface Reading {
  report: ManifestReport;
  /** `keys` are all there when one has clashed. */
  ids: Pick<ClipIds, 'clashed' | 'keys'>;
}

/**
 * Reads a manifest in one pass.
 * @param onClips gets every row's clip in order, invalid ones with their `fault`, some at a time;
 *   reading goes on when it has resolved
 * @throws ManifestError if the file cannot be read at all, or its extension is unknown
 */
export type ReadManifest = (
  path: string,
  onClips: (clips: Clip[]) => void | Promise<void>,
  options?: ReadOptions,
) => Promise<Reading>;

/** Reads a manifest here and now; CSV in flat memory, a workbook in that of its shared texts. See `ReadManifest`. */
export async function readManifest(
  path: string,
  onClips: (clips: Clip[]) => void | Promise<void>,
  options: ReadOptions = {},
): Promise<Reading> {
  const {
    avoid,
    label = path,
    prompt,
    map,
    sheet,
    excerpts,
    takes = 1,
    submittedAt,
    signal,
  } = options;
  const base = options.base ?? baseOf(path, label);
  const file = await openManifestFile(path);
  const { format, content: kind } = await formatOfFile(file, path, label).catch(closed(file));
  const problems = new ProblemLog(label);
  const warnings = new ProblemLog(label);
  const ids = new ClipIds(avoid);
  const bytes = createHash('sha256');
  const content = new ContentHash();
  if (prompt !== undefined) content.add(prompt);
  if (map) content.add(JSON.stringify(map));
  if (excerpts) content.add('excerpts');
  if (takes > 1) content.add(`${takes} takes`);
  if (sheet !== undefined && format === 'xlsx') content.add(JSON.stringify({ sheet }));
  let local = 0;
  let inBuckets = 0;
  let name = nameOfFile(label);
  let total = 0;
  let invalid = 0;
  let complete = true;
  let ownResults = false;
  let reader: RowReader | undefined;
  let encoding: SourceEncoding = {};
  try {
    const opened = await openSource({ file, format, content: kind }, bytes, {
      hasPrompt: prompt !== undefined,
      ...(map && { map }),
      ...(sheet !== undefined && { sheet }),
    });
    const { source } = opened;
    encoding = opened.encoding;
    if (source.name !== undefined) name = safeName(source.name);
    for (const warning of source.warnings ?? []) warnings.add(warning);
    reader = new RowReader(
      source,
      ids,
      { problems, warnings },
      {
        ...(base !== undefined && { base }),
        ...(prompt !== undefined && { prompt }),
        ...(excerpts && { excerpts }),
        takes,
        ...(submittedAt && { submittedAt }),
      },
    );
    for await (const rows of source.rows) {
      signal?.throwIfAborted();
      const clips: Clip[] = [];
      for (const row of rows) {
        const place = () => reader?.placeOf(row, 'file_link') ?? { line: row.line };
        const clip = await localChecked(reader.read(row), place, problems);
        if (clip.fault !== undefined) invalid += 1;
        if (clip.version !== undefined) content.add(clip.version);
        local += isLocal(clip.fileLink) ? 1 : 0;
        inBuckets += isInBucket(clip.fileLink) ? 1 : 0;
        clips.push(clip);
      }
      total += clips.length;
      await onClips(clips);
    }
    await opened.end();
    ownResults = source.ownResults ?? false;
    if (total === 0) throw new UnreadableManifest([NO_ROWS]);
  } catch (error) {
    if (!(error instanceof UnreadableManifest)) throw error;
    complete = false;
    for (const fault of error.faults) problems.add(fault);
  } finally {
    await file.close();
  }
  if (sheet !== undefined && format !== 'xlsx') warnings.add(NO_SHEETS);
  if (encoding.windows1252 !== undefined) {
    warnings.add({ line: encoding.windows1252, ...READ_AS_WINDOWS_1252 });
  }
  const report: ManifestReport = {
    path: label,
    format,
    name,
    // A reader that stopped early has not seen all bytes.
    hash: complete ? content.with(bytes.digest('hex')) : await hashOfFile(path),
    ...(local > 0 && { local }),
    ...(inBuckets > 0 && { inBuckets }),
    total,
    valid: total - invalid,
    invalid,
    columns: [...(reader?.extraColumns ?? [])],
    ...(ownResults && { ownResults }),
    problems: problems.kept,
    problemCount: problems.count,
    complete,
    warnings: warnings.kept,
    warningCount: warnings.count,
  };
  return { report, ids };
}

/** Closes a file that turned out to be of no use. */
function closed(file: FileHandle): (error: unknown) => Promise<never> {
  return async (error) => {
    await file.close();
    throw error;
  };
}

/** A file that is called otherwise in messages was brought here from elsewhere. */
function baseOf(path: string, label: string): string | undefined {
  return label === path ? dirname(path) : undefined;
}

/** With its version, or a fault if it lies on this machine and cannot be read. */
async function localChecked(
  clip: Clip,
  place: () => Pick<Fault, 'line' | 'cell'>,
  problems: ProblemLog,
): Promise<Clip> {
  if (!isLocal(clip.fileLink)) return clip;
  const found = await versionOf(clip.fileLink);
  if ('version' in found) return { ...clip, version: found.version };
  const { fault, remedy } = found.fault;
  const own = { fault: `file_link ${fault}`, remedy };
  problems.add({ ...place(), ...own });
  const others = clip.fault === undefined ? '' : `${clip.fault}; `;
  return { ...clip, fault: others + formatFault(own) };
}

/**
 * Checks a manifest in one pass and reports every problem at once.
 * @throws ManifestError if the file cannot be read at all, or its extension is unknown
 */
export async function checkManifest(
  path: string,
  { read = readManifest, ...options }: Omit<ReadOptions, 'avoid'> & { read?: ReadManifest } = {},
): Promise<ManifestReport> {
  const { report } = await read(path, () => undefined, options);
  return report;
}

const NO_ROWS = {
  fault: 'there are no rows',
  remedy: 'add one for each clip',
};

const NO_SHEETS: Fault = {
  fault: 'a sheet is named, and this manifest has none',
  remedy: 'give the workbook itself, or leave --sheet out',
};

const READ_AS_WINDOWS_1252: Fault = {
  fault: 'the file is not UTF-8, and was read as Windows-1252',
  remedy: 'look whether its letters are right; saved as UTF-8, it needs no guess',
};
