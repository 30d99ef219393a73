// Makes the proxy of one clip, from wherever the clip is, once for its content.
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FitOptions } from '../../contract/batch.js';
import type { Clip } from '../../contract/clip.js';
import { isLocal } from '../../manifests/file-link.js';
import { describe } from '../../media/ffmpeg/describe.js';
import type { Ffmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { cutOf } from '../../media/fit/cut.js';
import { checkProxy, makeProxy } from '../../media/fit/make-proxy.js';
import type { BatchFiles } from '../batch-files.js';
import { contentOf } from '../content-of.js';
import type { ActivityDependencies } from '../dependencies.js';
import { fetchSource } from './fetch-source.js';
import { noteProxy, proxyKey, proxyOf, sourceKey } from './proxies.js';
import { FitRefusal } from './refusal.js';

/** Changes when proxies come out otherwise. */
const RECIPE = 1;

export type FitDependencies = Pick<ActivityDependencies, 'probe' | 'clipFetch'> & {
  ffmpeg: Ffmpeg;
};

/** @throws FitRefusal, what `refusalOf` makes one of, or what may pass */
export async function makeFit(
  deps: FitDependencies,
  { store }: BatchFiles,
  clip: Clip,
  { long }: FitOptions,
  signal: AbortSignal,
): Promise<void> {
  if (await proxyOf(store, clip)) return;
  if (isLocal(clip.fileLink)) {
    await makeOf(fileURLToPath(clip.fileLink));
    return;
  }
  const key = sourceKey(clip.row);
  try {
    await fetchSource(deps.clipFetch, clip.fileLink, { store, key, signal });
    await makeOf(store.pathOf(key));
  } finally {
    await store.remove(key);
  }

  async function makeOf(path: string): Promise<void> {
    const { ffmpeg, probe } = deps;
    const { video, seconds: all } = await describe(ffmpeg, path, signal);
    if (!video) throw new FitRefusal('media_no_video', 'the file has no video track');
    const cut = cutOf(video.seconds ?? all, clip.excerpt, long);
    if ('fault' in cut) throw new FitRefusal('media_too_long', cut.fault);
    const { sha256 } = await contentOf(path, signal);
    const key = proxyKey(sha256, [RECIPE, cut]);
    const maker = { ffmpeg, probe: (link: string) => probe(link, signal) };
    if (!(await store.exists(key))) {
      await store.writeFile(key, async (part) => {
        const proxy = { from: path, to: pathToFileURL(part), cut, video };
        await makeProxy(maker, proxy, { signal });
      });
    }
    const what = await checkProxy(maker.probe, pathToFileURL(store.pathOf(key)));
    await noteProxy(store, clip, { key, what });
  }
}
