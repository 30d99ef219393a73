import type { ResolvedConfig } from '../config/config.js';
import type { OpenStore } from '../store/store.js';
import type { TemporalClient } from './temporal.js';

/** What tells how a batch stands. */
export interface Sources {
  temporal: TemporalClient;
  openStore: OpenStore;
}

/** Where batches are looked for. */
export interface Whereabouts extends Sources {
  cwd: string;
  /** Folder of results other than `results/<batch>`, where one is configured. */
  outDir?: string;
  /** Home of the embedded server in use. */
  home?: string;
}

/** What starting a batch needs besides. */
export interface StartContext extends Whereabouts {
  config: ResolvedConfig;
}
