// What is seen and heard of a clip.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isLocal } from '../../manifests/file-link.js';
import { takesOf } from '../../outcomes/choice.js';
import type { MarkEntry } from '../../outcomes/review/marks.js';
import { takesName } from '../../outcomes/review/marks.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import type { ReviewedClip, ReviewedTake, Said } from '../../outcomes/review/report-html.js';
import type { MergedResult } from '../results.js';
import type { Previews } from './previews.js';

/**
 * @param folder of the results
 * @param columns the manifest's own
 */
export async function reviewedOf(
  { merged: { clip, outcome, mark }, row }: MergedResult,
  { folder, columns }: { folder: string; columns: readonly string[] },
  previews: Pick<Previews, 'still' | 'peaks'>,
): Promise<ReviewedClip> {
  const at = (output: string): string => path.resolve(folder, output);
  const source = isLocal(clip.fileLink) ? fileURLToPath(clip.fileLink) : undefined;
  const seen = row.video === null ? source : at(row.video);
  const still = seen === undefined ? undefined : await previews.still(seen);
  const files = outcome
    ? takesOf(outcome).flatMap(({ outputs, prompt }) =>
        outputs.map((output) => ({ output, prompt })),
      )
    : [];
  const takes = files.map(async ({ output, prompt }): Promise<ReviewedTake> => {
    const peaks = await previews.peaks(at(output));
    return {
      file: linkOf(output),
      ...(prompt !== undefined && { prompt }),
      ...(peaks !== undefined && { peaks }),
    };
  });
  return {
    ...{ id: row.id, status: row.status, prompt: row.prompt },
    ...(still !== undefined && { still: linkOf(still) }),
    ...(row.video !== null && { video: linkOf(row.video) }),
    ...(source !== undefined && { picture: pathToFileURL(source).href }),
    takes: await Promise.all(takes),
    chosen: Math.max(
      0,
      files.findIndex(({ output }) => output === row.output),
    ),
    state: takesName(outcome),
    ...(mark && { mark: saidIn(mark) }),
    faults: faultsOf(row),
    own: columns.map((column) => textOf(row[column])),
  };
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

/** A path as a relative link. */
export function linkOf(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
