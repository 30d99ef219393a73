// Makes the proxies of one clip, from wherever the clip is: one, or one for each of its parts.
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FitOptions } from '../../contract/batch.js';
import type { Clip } from '../../contract/clip.js';
import { isLocal } from '../../manifests/file-link.js';
import { readCues, writeCues, type CuePlan } from '../../manifests/cues.js';
import { describe, type VideoStream } from '../../media/ffmpeg/describe.js';
import type { Ffmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { cutOf } from '../../media/fit/cut.js';
import { checkProxy, makeProxy } from '../../media/fit/make-proxy.js';
import { partCount, partsOf, searchWindows, type Part } from '../../media/fit/parts.js';
import { scenesIn } from '../../media/fit/scenes.js';
import { MAX_CUES } from '../../contract/cue.js';
import type { BatchFiles } from '../batch-files.js';
import { contentOf } from '../content-of.js';
import { openCues, type OpenCues } from '../cues/open-cues.js';
import { planCues } from '../cues/plan-cues.js';
import type { ActivityDependencies } from '../dependencies.js';
import { fetchSource } from './fetch-source.js';
import { noteProxy, proxyKey, proxyOf, sourceKey } from './proxies.js';
import { FitRefusal } from './refusal.js';

/** Changes when proxies come out otherwise. */
const RECIPE = 1;

export type FitDependencies = Pick<ActivityDependencies, 'probe' | 'clipFetch'> & {
  ffmpeg: Ffmpeg;
};

export interface FitTask {
  files: BatchFiles;
  /** A row's. */
  clip: Clip;
  fit: FitOptions;
  /** Of each clip. */
  takes: number;
  /** See `ScoreBatchInput`. */
  recall?: string;
  signal: AbortSignal;
}

/**
 * @returns the cues that are open, if the clip has cues
 * @throws FitRefusal, what `refusalOf` makes one of, or what may pass
 */
export async function makeFit(deps: FitDependencies, task: FitTask): Promise<OpenCues | undefined> {
  const { files, clip } = task;
  const { store } = files;
  const known = await readCues(store, clip);
  const open = known && (await openCues(files, clip, known, task.recall));
  if (await allFitted(files, clip, open)) return open;
  if (isLocal(clip.fileLink)) return await fitFrom(deps, task, fileURLToPath(clip.fileLink));
  const key = sourceKey(clip.row);
  try {
    await fetchSource(deps.clipFetch, clip.fileLink, { store, key, signal: task.signal });
    return await fitFrom(deps, task, store.pathOf(key));
  } finally {
    await store.remove(key);
  }
}

async function allFitted(
  { store, snapshot }: BatchFiles,
  clip: Clip,
  open: OpenCues | undefined,
): Promise<boolean> {
  if (!open) return (await proxyOf(store, clip)) !== undefined;
  for (const [number] of open.submit) {
    if (!(await proxyOf(store, await snapshot.clip(number)))) return false;
  }
  return true;
}

async function fitFrom(
  deps: FitDependencies,
  task: FitTask,
  path: string,
): Promise<OpenCues | undefined> {
  const { files, clip, fit, recall, signal } = task;
  const { ffmpeg } = deps;
  const { video, seconds: all } = await describe(ffmpeg, path, signal);
  if (!video) throw new FitRefusal('media_no_video', 'the file has no video track');
  const seconds = video.seconds ?? all;
  const source = { path, video, seconds, sha256: (await contentOf(path, signal)).sha256 };
  const plan = (await readCues(files.store, clip)) ?? (await planRow(deps, task, source));
  if (!plan) {
    await fitOne(deps, files, clip, source, fit, signal);
    return undefined;
  }
  const open = await openCues(files, clip, plan, recall);
  for (const [number] of open.submit) {
    await fitOne(deps, files, await files.snapshot.clip(number), source, fit, signal);
  }
  return open;
}

interface Source {
  path: string;
  video: VideoStream;
  seconds: number | undefined;
  sha256: string;
}

/** Undefined if the clip is one task. */
async function planRow(
  deps: FitDependencies,
  task: FitTask,
  source: Source,
): Promise<CuePlan | undefined> {
  const { files, clip, takes } = task;
  const plan = planCues(clip, takes, await partsOfClip(deps, task, source));
  if (!plan) return undefined;
  if (plan.cues.length > MAX_CUES) {
    const fault = `it is ${plan.cues.length} tasks, and a clip may be ${MAX_CUES}`;
    throw new FitRefusal('media_too_long', `${fault} (choose a part with start and length)`);
  }
  await writeCues(files.store, clip, plan);
  return plan;
}

/** One that is undefined stands for all that is wanted of the clip. */
async function partsOfClip(
  { ffmpeg }: FitDependencies,
  { clip, fit, signal }: FitTask,
  { path, video, seconds }: Source,
): Promise<(Part | undefined)[]> {
  const { start = 0, length = Infinity } = clip.excerpt ?? {};
  const wanted = seconds === undefined ? 0 : Math.min(length, seconds - start);
  if (fit.long !== 'parts' || partCount(wanted) <= 1) return [undefined];
  const windows = searchWindows(wanted).map((one) => ({ ...one, start: one.start + start }));
  const scenes = await scenesIn(ffmpeg, path, video.index, windows, signal);
  const parts = partsOf(
    wanted,
    scenes.map((scene) => scene - start),
  );
  return parts.map((part) => ({ ...part, start: Number((part.start + start).toFixed(3)) }));
}

async function fitOne(
  { ffmpeg, probe }: FitDependencies,
  { store }: BatchFiles,
  clip: Clip,
  { path, video, seconds, sha256 }: Source,
  { long }: FitOptions,
  signal: AbortSignal,
): Promise<void> {
  const cut = cutOf(seconds, clip.excerpt, long);
  if ('fault' in cut) throw new FitRefusal('media_too_long', cut.fault);
  const key = proxyKey(sha256, [RECIPE, cut]);
  const look = (link: string) => probe(link, signal);
  if (!(await store.exists(key))) {
    await store.writeFile(key, async (part) => {
      const proxy = { from: path, to: pathToFileURL(part), cut, video };
      await makeProxy({ ffmpeg, probe: look }, proxy, { signal });
    });
  }
  await noteProxy(store, clip, {
    key,
    what: await checkProxy(look, pathToFileURL(store.pathOf(key))),
  });
}
