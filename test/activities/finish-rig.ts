// What finishClips works with: a vendor that gives links, and a server behind them.
import { readdir } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { DOWNLOAD_LIMITS, type DownloadLimits } from '../../activities/download-limits.js';
import type { FinishClipsInput } from '../../contract/activities.js';
import type { Outcome } from '../../contract/clip.js';
import { listSegments, readSegment } from '../../outcomes/segments.js';
import type { Store } from '../../store/store.js';
import { serve, type TestServer } from '../net/servers.js';
import { startVendor } from '../tomoviee/vendor-stub.js';
import { frozenBatch, manifestOf, run, vendorAt, workerOf } from './support.js';

export const TUNE: RequestListener = (_request, response) =>
  response.setHeader('content-type', 'audio/mpeg').end('a tune');

/** Path of the file that the nth query, for this task, names. */
type LinkOf = (nth: number, task: string) => string;
const linkOf: LinkOf = (nth) => `/result-${nth}.mp3`;
const NO_LIMITS: Partial<DownloadLimits> = {};

export interface Rig {
  worker: ReturnType<typeof workerOf>;
  /** Another worker of the batch. */
  newWorker: () => ReturnType<typeof workerOf>;
  store: Store;
  input: FinishClipsInput;
  media: TestServer;
  /** Result queries made. */
  asked: () => number;
}

/** A vendor whose tasks all succeeded, each query giving the next link, and a server for the links. */
export async function rig(
  listener: RequestListener,
  { link = linkOf, clips = 1, status = 3, files = 1, limits = NO_LIMITS } = {},
): Promise<Rig> {
  const media = await serve(listener);
  const vendor = await startVendor(({ body: asked }, nth) => ({
    body: {
      code: 0,
      msg: '',
      data: {
        status,
        result: JSON.stringify({
          audio_path: Array.from(
            { length: files },
            (_, at) => media.origin + link(nth + at, taskOf(asked)),
          ),
        }),
      },
    },
  }));
  const { location, store } = await frozenBatch(manifestOf(clips));
  const download = Array.from({ length: clips }, (_, row) => ({
    ...{ row, attempt: 1, taskId: `t${row}`, attempts: 2, possibleDuplicate: false },
  }));
  const newWorker = () =>
    workerOf({
      vendor: vendorAt(vendor.baseUrl),
      downloadLimits: { ...DOWNLOAD_LIMITS, ...limits },
    });
  return {
    worker: newWorker(),
    newWorker,
    store,
    input: { store: location, round: 1, segment: '00000000', download, record: [] },
    media,
    asked: () => vendor.seen.length,
  };
}

function taskOf(query: string): string {
  return (JSON.parse(query) as { task_id: string }).task_id;
}

/** Lets the worker learn the links, as it does before it downloads. */
export function confirm({ worker, input }: Rig): Promise<unknown> {
  const tasks = input.download.map(({ row, attempt, taskId }) => ({ row, attempt, taskId }));
  return run(worker, 'queryTasks', { store: input.store, round: 1, tasks });
}

export async function outcomesIn(store: Store): Promise<Outcome[]> {
  const keys = await listSegments(store);
  return (await Promise.all(keys.map((key) => readSegment(store, key)))).flat();
}

export async function soundtracksIn(store: Store): Promise<string[]> {
  return readdir(join(store.location, 'soundtracks')).catch(() => []);
}
