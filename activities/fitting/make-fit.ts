// Makes the proxies of one clip, from wherever the clip is: one, or one for each of its parts.
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FitOptions } from '../../contract/batch.js';
import type { Clip } from '../../contract/clip.js';
import { MAX_CUES } from '../../contract/cue.js';
import { isLocal } from '../../manifests/file-link.js';
import { cueClip, readCues, writeCues, type CuePlan } from '../../manifests/cues.js';
import { describe, type VideoStream } from '../../media/ffmpeg/describe.js';
import type { Ffmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { cutOf, partsWanted, wantedSeconds } from '../../media/fit/cut.js';
import { checkProxy, makeProxy } from '../../media/fit/make-proxy.js';
import { partsOf, searchWindows, type Part } from '../../media/fit/parts.js';
import { scenesIn } from '../../media/fit/scenes.js';
import type { Store } from '../../store/store.js';
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

/** What is to be submitted of a clip: itself, or those of its cues that are open. */
export interface FittedClips {
  clips: Clip[];
  /** If the clip has cues. */
  open?: OpenCues;
}

/** @throws FitRefusal, what `refusalOf` makes one of, or what may pass */
export async function makeFit(deps: FitDependencies, task: FitTask): Promise<FittedClips> {
  const { files, clip, signal } = task;
  const { store } = files;
  const known = await readCues(store, clip);
  const wanted = known && (await openOf(task, known));
  if (await allFitted(store, wanted?.clips ?? [clip])) return wanted ?? { clips: [clip] };
  const fitFrom = async (path: string): Promise<FittedClips> => {
    const source = await sourceAt(deps, path, signal);
    const plan = known ?? (await planRow(deps, task, source));
    const fitted = wanted ?? (plan ? await openOf(task, plan) : { clips: [clip] });
    for (const one of fitted.clips) await fitOne(deps, task, one, source);
    return fitted;
  };
  if (isLocal(clip.fileLink)) return await fitFrom(fileURLToPath(clip.fileLink));
  const key = sourceKey(clip.row);
  try {
    await fetchSource(deps.clipFetch, clip.fileLink, { store, key, signal });
    return await store.withFile(key, fitFrom);
  } finally {
    await store.remove(key);
  }
}

async function openOf({ files, clip, recall }: FitTask, plan: CuePlan): Promise<FittedClips> {
  const open = await openCues(files, clip, plan, recall);
  return { clips: open.submit.map(([number]) => cueClip(clip, plan, number)), open };
}

async function allFitted(store: Store, clips: readonly Clip[]): Promise<boolean> {
  for (const clip of clips) if (!(await proxyOf(store, clip))) return false;
  return true;
}

interface Source {
  path: string;
  video: VideoStream;
  seconds: number | undefined;
  sha256: string;
}

async function sourceAt(
  { ffmpeg }: FitDependencies,
  path: string,
  signal: AbortSignal,
): Promise<Source> {
  const { video, seconds } = await describe(ffmpeg, path, signal);
  if (!video) throw new FitRefusal('media_no_video', 'the file has no video track');
  const { sha256 } = await contentOf(path, signal);
  return { path, video, seconds: video.seconds ?? seconds, sha256 };
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
  const wanted = wantedSeconds(seconds, clip.excerpt);
  if (wanted === undefined || partsWanted(seconds, clip.excerpt, fit.long) <= 1) return [undefined];
  const { start = 0 } = clip.excerpt ?? {};
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
  { files: { store }, fit, signal }: FitTask,
  clip: Clip,
  { path, video, seconds, sha256 }: Source,
): Promise<void> {
  const cut = cutOf(seconds, clip.excerpt, fit.long);
  if ('fault' in cut) throw new FitRefusal('media_too_long', cut.fault);
  const key = proxyKey(sha256, [RECIPE, cut]);
  const look = (link: string) => probe(link, signal);
  let what: string | undefined;
  if (!(await store.exists(key))) {
    await store.writeFile(key, async (part) => {
      const proxy = { from: path, to: pathToFileURL(part), cut, video };
      what = await makeProxy({ ffmpeg, probe: look }, proxy, { signal });
    });
  }
  what ??= await checkProxy(look, new URL(store.linkOf(key)));
  await noteProxy(store, clip, { key, what });
}
