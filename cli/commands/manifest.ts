// reelscore manifest: the clips of a folder or a bucket as a manifest to edit.
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { stringify } from 'csv-stringify';
import pLimit from 'p-limit';
import { escapeFormulas } from '../../manifests/formula-cells.js';
import { ManifestError } from '../../manifests/problems.js';
import { clipsOfBucket, type ListedBuckets } from '../../manifests/sources/bucket.js';
import { clipsOfFolder, isFolder } from '../../manifests/sources/folder.js';
import type { FoundClip } from '../../manifests/sources/names.js';
import { previewOf } from '../../media/fit/preview.js';
import type { ProbeVerdict } from '../../media/verdict.js';
import { readLocation } from '../../store/bucket/location.js';
import type { ResolvedConfig } from '../../config/config.js';
import { readConfig } from '../config.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText } from '../io.js';
import { openMedia } from '../../workers/media.js';

export interface ManifestFlags {
  prompt?: string;
  fit?: boolean;
  long?: string;
  probe: boolean;
}

const COLUMNS = ['id', 'file_link', 'prompt', 'duration', 'resolution', 'fps', 'note'] as const;
type Row = Record<(typeof COLUMNS)[number], string>;

const CONCURRENCY = 8;
/** Clips probed before their rows are written. */
const GROUP = 32;

export async function manifest(source: string, flags: ManifestFlags): Promise<number> {
  const { prompt, fit, long } = flags;
  const config = readConfig({ prompt, fit, long });
  const io = createIo(false);
  const media = openMedia(config);
  let [count, rejected] = [0, 0];
  async function* rows(): AsyncIterable<Row> {
    for await (const group of grouped(await clipsOf(source, media.buckets))) {
      const limit = pLimit(CONCURRENCY);
      const verdicts = await Promise.all(
        group.map(({ file_link }) =>
          limit(async () => (flags.probe ? await media.probe(linkOf(file_link)) : undefined)),
        ),
      );
      for (const [at, clip] of group.entries()) {
        const verdict = verdicts[at];
        count += 1;
        const row = rowOf(clip, verdict, config);
        if (/^(rejected|unreachable):/.test(row.note)) rejected += 1;
        yield row;
      }
    }
  }
  try {
    await pipeline(rows, stringify({ header: true, columns: [...COLUMNS] }), process.stdout, {
      end: false,
    });
  } finally {
    await media.close();
  }
  if (count === 0) {
    const remedy = 'give the folder or the bucket that the clips are in';
    throw new ManifestError([{ file: source, fault: 'there are no videos in it', remedy }]);
  }
  const not = rejected > 0 ? `, ${rejected} of which the vendor would not take (column note)` : '';
  io.note(`${count} clips${not}`);
  return EXIT.ok;
}

async function clipsOf(source: string, buckets: ListedBuckets): Promise<AsyncIterable<FoundClip>> {
  const location = readLocation(source);
  if (location) return clipsOfBucket(location, buckets);
  if (await isFolder(source)) return clipsOfFolder(source);
  const remedy = 'give the path of a folder of videos, or s3://bucket/prefix';
  throw new ManifestError([{ file: source, fault: 'it is not a folder', remedy }]);
}

async function* grouped(clips: AsyncIterable<FoundClip>): AsyncIterable<FoundClip[]> {
  let group: FoundClip[] = [];
  for await (const clip of clips) {
    group.push(clip);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** `s3://` stays; what is found in a folder has an absolute path. */
function linkOf(found: string): string {
  return readLocation(found) ? found : pathToFileURL(found).href;
}

function rowOf(
  { id, file_link, prompt }: FoundClip,
  verdict: ProbeVerdict | undefined,
  config: ResolvedConfig,
): Row {
  const media = verdict && 'media' in verdict ? verdict.media : undefined;
  const { durationSeconds, width, height, frameRate } = media ?? {};
  return {
    id: escapeFormulas(id),
    file_link,
    prompt: escapeFormulas(prompt ?? config.prompt ?? ''),
    duration: numberText(durationSeconds),
    resolution: width !== undefined && height !== undefined ? `${width}x${height}` : '',
    fps: numberText(frameRate),
    note: verdict ? escapeFormulas(noteOf(verdict, config)) : '',
  };
}

function noteOf(verdict: ProbeVerdict, { fit }: ResolvedConfig): string {
  const preview = fit && previewOf({}, verdict, fit);
  if (preview) return 'what' in preview ? `fitted: ${preview.what}` : `rejected: ${preview.fault}`;
  if (verdict.verdict === 'ok') {
    return plainText(verdict.warnings.map(({ message }) => message).join('; '));
  }
  return plainText(`${verdict.verdict}: ${verdict.message}`);
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(Math.round(value * 100) / 100);
}
