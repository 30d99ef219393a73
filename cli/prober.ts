// Probes clips outside of a batch.
import { distFile } from '../config/paths.js';
import type { ResolvedConfig } from '../config/config.js';
import { openClipNetwork } from '../intake/network.js';
import { createMediaAnalyzer } from '../media/analyzer.js';
import { probeClip } from '../media/probe-clip.js';
import type { ProbeVerdict } from '../media/verdict.js';

export interface Prober {
  probe: (fileLink: string) => Promise<ProbeVerdict>;
  close: () => Promise<void>;
}

export function openProber(config: ResolvedConfig): Prober {
  const { clipFetch: fetch, close } = openClipNetwork(config);
  const analyzer = createMediaAnalyzer({ threadFile: distFile('media/parser-thread.js') });
  return {
    probe: (fileLink) => probeClip(fileLink, { fetch, analyzer }),
    close: async () => {
      analyzer.close();
      await close();
    },
  };
}
