// Writes the listening report of a batch into the folder of its results.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { ENVIRONMENT } from '../../config/environment.js';
import type { ResolvedConfig } from '../../config/config.js';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { toolEnv } from '../../config/tool-env.js';
import { openFfmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { reportHtml, type ReviewedClip } from '../../outcomes/review/report-html.js';
import type { LocatedBatch } from '../locate.js';
import { mergedResults } from '../results.js';
import { Previews } from './previews.js';
import { reviewedOf } from './reviewed.js';

const KEY = 'report.html';
/** Programs at a time. */
const PROGRAMS = 2;
/** Clips that are looked at ahead of the one that is written. */
const AHEAD = 16;
/** One after another they are the script of the page. */
const SCRIPTS = ['dom', 'file-home', 'marks', 'player', 'list', 'keys'].map((name) => `${name}.js`);
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
  const { columns, rows } = await mergedResults(located);
  const ffmpeg = openFfmpeg(config.ffmpeg, toolEnv(ENVIRONMENT));
  const previews = await Previews.open(ffmpeg, store, signal);
  const limit = pLimit(PROGRAMS);
  const limited = {
    still: (file: string) => limit(() => previews.still(file)),
    peaks: (file: string) => limit(() => previews.peaks(file)),
  };
  const place = { folder: store.location, columns };
  let count = 0;

  async function* clips(): AsyncIterable<ReviewedClip> {
    for await (const clip of inOrder(rows(), (one) => reviewedOf(one, place, limited), AHEAD)) {
      signal?.throwIfAborted();
      yield clip;
      count += 1;
      onProgress?.(count);
    }
  }

  const [css = '', ...scripts] = await Promise.all(
    ['view.css', ...SCRIPTS].map((name) => readFile(path.join(ASSETS, name), 'utf8')),
  );
  const page = { batch, madeAt: new Date().toISOString(), clips: clips() };
  await store.writeStream(KEY, reportHtml({ ...page, css, script: scripts.join('') }));
  await previews.keep();
  const notes = previews.missing
    ? ['ffmpeg is not there, so the report has no stills and no waveforms']
    : [];
  return { file: store.pathOf(KEY), clips: count, notes };
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
