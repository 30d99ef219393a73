// Writes the listening report of a batch into the folder of its results.
import { pathToFileURL } from 'node:url';
import pLimit from 'p-limit';
import { reportHtml, type ReviewedClip } from '../../outcomes/review/report-html.js';
import { inOrder } from '../../store/in-order.js';
import { fileAt } from '../../store/file-at.js';
import { placeIn } from '../../store/places.js';
import type { StartContext } from '../context.js';
import type { LocatedBatch } from '../locate.js';
import { mergedResults } from '../results.js';
import { readAsset, reviewScript } from './assets.js';
import { Previews } from './previews.js';
import { linkOf, reviewedOf, type ReviewPlace } from './reviewed.js';

const KEY = 'report.html';
/** Programs at a time. */
const PROGRAMS = 2;
/** Clips that are looked at ahead of the one that is written. */
const AHEAD = 16;

export interface ReportOptions {
  /** Called with the number of clips that are in the report. */
  onProgress?: (clips: number) => void;
  signal?: AbortSignal;
}

export interface WrittenReport {
  /** Where the page is: a path, or s3://... */
  file: string;
  clips: number;
  /** What it lacks, for people. */
  notes: string[];
}

/** @throws ReelscoreError `results_gone`; SnapshotError if the batch's snapshot is damaged */
export async function writeReport(
  located: LocatedBatch,
  { config, openStore }: Pick<StartContext, 'config' | 'openStore'>,
  { onProgress, signal }: ReportOptions = {},
): Promise<WrittenReport> {
  const { store, batch } = located;
  const { columns, rows } = await mergedResults(located);
  const previews = await Previews.open(config, store, signal);
  const limit = pLimit(PROGRAMS);
  const place: ReviewPlace = {
    columns,
    pictureLink: (source) => pathToFileURL(source).href,
    stillLink: async (video) => {
      const key = await limit(() => previews.still(fileAt(openStore, video)));
      return key === undefined ? undefined : linkOf(key);
    },
    peaks: (file) => limit(() => previews.peaks(fileAt(openStore, file))),
    location: store.location,
  };
  let count = 0;

  async function* clips(): AsyncIterable<ReviewedClip> {
    for await (const clip of inOrder(rows(), (one) => reviewedOf(one, place), AHEAD)) {
      signal?.throwIfAborted();
      yield clip;
      count += 1;
      onProgress?.(count);
    }
  }

  const page = { batch, madeAt: new Date().toISOString(), clips: clips() };
  const css = await readAsset('view.css');
  const script = await reviewScript(await readAsset('file-home.js'));
  await store.writeStream(KEY, reportHtml({ ...page, css, script }));
  await previews.keep();
  const notes = previews.missing
    ? ['ffmpeg is not there, so the report has no stills and no waveforms']
    : [];
  return { file: placeIn(store.location, KEY), clips: count, notes };
}
