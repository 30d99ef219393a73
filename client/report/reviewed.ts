// What is seen and heard of a clip.
import { fileURLToPath } from 'node:url';
import { isLocal } from '../../manifests/file-link.js';
import { takesOf } from '../../outcomes/choice.js';
import type { MarkEntry } from '../../outcomes/review/marks.js';
import { takesName } from '../../outcomes/review/marks.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import { isInBucket, placeIn, resolvePlace } from '../../store/places.js';
import type { ReviewedClip, ReviewedTake, Said } from '../../outcomes/review/report-html.js';
import type { MergedRow } from '../../outcomes/merge.js';
import type { MergedResult } from '../results.js';

/** How what is seen and heard of clips is reached from the page. */
export interface ReviewPlace {
  /** The manifest's own. */
  columns: readonly string[];
  /** Link to the clip itself, at a path of this machine. */
  pictureLink: (source: string, row: number) => string;
  /** Link to a picture of a video; undefined if there is none. */
  stillLink: (video: string, row: number) => Promise<string | undefined>;
  /** See `peaksOf`; undefined if there are none, or the page asks for them itself. */
  peaks: (file: string) => Promise<string | undefined>;
  /** Location of the batch's store. */
  location: string;
}

export async function reviewedOf(
  { merged, row }: MergedResult,
  { columns, pictureLink, stillLink, peaks, location }: ReviewPlace,
): Promise<ReviewedClip> {
  const { clip, outcome, mark } = merged;
  const source = sourceOf(merged);
  const seen = row.video === null ? source : placeIn(location, row.video);
  const still = seen === undefined ? undefined : await stillLink(seen, clip.row);
  const files = filesOf(merged);
  const takes = files.map(async ({ output, prompt }): Promise<ReviewedTake> => {
    const wave = await peaks(resolvePlace(location, output));
    return {
      file: linkOf(output),
      ...(prompt !== undefined && { prompt }),
      ...(wave !== undefined && { peaks: wave }),
    };
  });
  return {
    ...{ id: row.id, status: row.status, prompt: row.prompt },
    ...(still !== undefined && { still }),
    ...(row.video !== null && { video: linkOf(row.video) }),
    ...(source !== undefined && { picture: pictureLink(source, clip.row) }),
    ...(clip.excerpt && { from: clip.excerpt.start }),
    takes: await Promise.all(takes),
    chosen: Math.max(
      0,
      files.findIndex(({ output }) => output === row.output),
    ),
    state: takesName(outcome),
    ...(mark && { mark: saidIn(mark) }),
    faults: faultsOf(row),
    own: Object.fromEntries(
      columns
        .map((column) => [column, textOf(row[column])] as const)
        .filter(([, text]) => text !== ''),
    ),
  };
}

/** Path of the clip itself, if it lies on a machine that is reached by paths. */
export function sourceOf({ clip }: MergedRow): string | undefined {
  return isLocal(clip.fileLink) ? fileURLToPath(clip.fileLink) : undefined;
}

/** Soundtracks of all takes, in the order in which the page has them. */
export function filesOf({ outcome }: MergedRow): { output: string; prompt: string | undefined }[] {
  if (!outcome) return [];
  return takesOf(outcome).flatMap(({ outputs, prompt }) =>
    outputs.map((output) => ({ output, prompt })),
  );
}

function saidIn({ decision, output, prompt, note }: MarkEntry): Said {
  return {
    ...(decision && { decision }),
    ...(output !== undefined && { output }),
    ...(prompt !== undefined && { prompt }),
    ...(note !== undefined && { note }),
  };
}

function faultsOf(row: ResultRow): string[] {
  const { error_code: code, error_message: message, video_error: video } = row;
  const why = [code, message].filter((text) => text !== null);
  return [
    ...(why.length > 0 ? [why.join(': ')] : []),
    ...(video === null ? [] : [`no finished video: ${video}`]),
    ...(row.possible_duplicate ? ['may have been paid for twice'] : []),
  ];
}

function textOf(value: ResultRow[string]): string {
  return typeof value === 'string' ? value : '';
}

/** A path as a link: relative, where it is. What is in another bucket cannot be reached from the page. */
export function linkOf(key: string): string {
  if (isInBucket(key)) return key;
  return key.split('/').map(encodeURIComponent).join('/');
}
