// Writes the listening report of a batch into the folder of its results.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pLimit from 'p-limit';
import { ENVIRONMENT } from '../../config/environment.js';
import type { ResolvedConfig } from '../../config/config.js';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { toolEnv } from '../../config/tool-env.js';
import { isLocal } from '../../manifests/file-link.js';
import { openFfmpeg } from '../../media/ffmpeg/ffmpeg.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import { reportHtml, type ReviewedClip } from '../../outcomes/review/report-html.js';
import type { LocatedBatch } from '../locate.js';
import { resultsOf } from '../results.js';
import { Previews } from './previews.js';

const KEY = 'report.html';
/** Programs at a time. */
const PROGRAMS = 2;
/** Clips that are looked at ahead of the one that is written. */
const AHEAD = 16;
const ASSETS = path.join(PACKAGE_ROOT, 'outcomes', 'review', 'page');

export interface ReportOptions {
  /** Called with the number of clips that are in the report. */
  onProgress?: (clips: number) => void;
  signal?: AbortSignal;
}

export interface WrittenReport {
  /** Path of the page. */
  file: string;
  clips: number;
  /** What it lacks, for people. */
  notes: string[];
}

/** @throws ReelscoreError `results_gone`; SnapshotError if the batch's snapshot is damaged */
export async function writeReport(
  located: LocatedBatch,
  config: ResolvedConfig,
  { onProgress, signal }: ReportOptions = {},
): Promise<WrittenReport> {
  const { store, batch } = located;
  const results = await resultsOf(located);
  const ffmpeg = openFfmpeg(config.ffmpeg, toolEnv(ENVIRONMENT));
  const previews = await Previews.open(ffmpeg, store, signal);
  const limit = pLimit(PROGRAMS);
  let count = 0;

  const reviewed = async (row: ResultRow): Promise<ReviewedClip> => {
    const at = (output: string): string => path.resolve(store.location, output);
    const clip = isLocal(row.file_link) ? fileURLToPath(row.file_link) : undefined;
    const seen = row.video === null ? clip : at(row.video);
    const still = seen === undefined ? undefined : await limit(() => previews.still(seen));
    const takes = row.outputs.map(async (output) => {
      const peaks = await limit(() => previews.peaks(at(output)));
      return { file: linkOf(output), ...(peaks !== undefined && { peaks }) };
    });
    return {
      ...{ id: row.id, status: row.status, prompt: row.prompt },
      ...(still !== undefined && { still: linkOf(still) }),
      ...(row.video !== null && { video: linkOf(row.video) }),
      ...(clip !== undefined && { picture: pathToFileURL(clip).href }),
      takes: await Promise.all(takes),
      faults: faultsOf(row),
      own: results.columns.map((column) => String(row[column] ?? '')),
    };
  };

  async function* clips(): AsyncIterable<ReviewedClip> {
    for await (const clip of inOrder(results, reviewed, AHEAD)) {
      signal?.throwIfAborted();
      yield clip;
      count += 1;
      onProgress?.(count);
    }
  }

  const [css, script] = await Promise.all(
    ['report.css', 'report.js'].map((name) => readFile(path.join(ASSETS, name), 'utf8')),
  );
  const page = { batch, madeAt: new Date().toISOString(), clips: clips() };
  await store.writeStream(KEY, reportHtml({ ...page, css: css ?? '', script: script ?? '' }));
  await previews.keep();
  const notes = previews.missing
    ? ['ffmpeg is not there, so the report has no stills and no waveforms']
    : [];
  return { file: store.pathOf(KEY), clips: count, notes };
}

function faultsOf(row: ResultRow): string[] {
  const { error_code: code, error_message: message, video_error: video } = row;
  return [
    ...(code === null ? [] : [message === null ? code : `${code}: ${message}`]),
    ...(video === null ? [] : [`no finished video: ${video}`]),
    ...(row.possible_duplicate ? ['may have been paid for twice'] : []),
  ];
}

/** A path as a relative link. */
function linkOf(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/').replaceAll('%2F', '/');
}

/** Maps with several at work, and gives them in order. */
async function* inOrder<From, To>(
  values: AsyncIterable<From>,
  map: (value: From) => Promise<To>,
  ahead: number,
): AsyncIterable<To> {
  const working: Promise<To>[] = [];
  for await (const value of values) {
    const work = map(value);
    work.catch(() => undefined); // it is thrown when its turn comes
    working.push(work);
    if (working.length < ahead) continue;
    const first = working.shift();
    if (first) yield await first;
  }
  for (const work of working) yield await work;
}
