// Composes what stores, probes and fits clips.
import { ENVIRONMENT } from '../config/environment.js';
import { toolEnv } from '../config/tool-env.js';
import { distFile } from '../config/paths.js';
import type { WorkerConfig } from '../config/simulated.js';
import { openClipNetwork, storesOf, type ClipNetwork } from '../intake/network.js';
import { openFfmpeg, type Ffmpeg } from '../media/ffmpeg/ffmpeg.js';
import { createMediaAnalyzer } from '../media/analyzer.js';
import { probeClip } from '../media/probe-clip.js';
import type { ProbeVerdict } from '../media/verdict.js';
import type { OpenStore } from '../store/store.js';

export interface Media extends ClipNetwork {
  openStore: OpenStore;
  ffmpeg: Ffmpeg;
  /** See `probeClip`. */
  probe: (fileLink: string, signal?: AbortSignal) => Promise<ProbeVerdict>;
}

/** Nothing is connected to, and no parser started, until it is used. */
export function openMedia(config: WorkerConfig): Media {
  const { close, ...network } = openClipNetwork(config);
  const analyzer = createMediaAnalyzer({ threadFile: distFile('media/parser-thread.js') });
  return {
    ...network,
    openStore: storesOf(config),
    ffmpeg: openFfmpeg(config.ffmpeg, toolEnv(ENVIRONMENT)),
    probe: (fileLink, signal) =>
      probeClip(fileLink, { fetch: network.clipFetch, analyzer, ...(signal && { signal }) }),
    close: async () => {
      analyzer.close();
      await close();
    },
  };
}
