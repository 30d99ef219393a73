import type { ResolvedConfig } from '../config/config.js';
import type { OpenStore } from '../store/store.js';
import type { TemporalClient } from './temporal.js';

/** What it takes to find out the state of a batch. */
export interface Sources {
  temporal: TemporalClient;
  openStore: OpenStore;
}

/** Where batches are looked for. */
export interface LocateContext extends Sources {
  cwd: string;
  /** Folder of results other than `results/<batch>`, where one is configured. */
  outDir?: string;
  /** Home of the embedded server in use. */
  home?: string;
}

/** What it takes to start a batch. */
export interface StartContext extends LocateContext {
  config: ResolvedConfig;
}
