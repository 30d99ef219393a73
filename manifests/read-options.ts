import type { ColumnMap } from './columns.js';
import type { KeyIndex } from './key-index.js';

/** How a manifest is read. */
export interface ReadOptions {
  /** Keys of ids that must not be made up for rows without one. */
  avoid?: KeyIndex;
  /** How messages call the file, and what names the manifest; default: its path. */
  label?: string;
  /**
   * Folder that relative paths of clips begin at. Without it a manifest can name no files of this machine.
   * Default: the manifest's own folder, if there is no `label`.
   */
  base?: string;
  /** Of clips that have none, nor a default in the manifest. */
  prompt?: string;
  /** Columns under other names than ours. */
  map?: ColumnMap;
  /** Columns start and length choose a part of a clip. */
  excerpts?: boolean;
  /** Sheet of a workbook, by its name or number; default: the first that is visible. */
  sheet?: string;
  /** Takes of each clip; columns prompt_2, prompt_3 and so on may give them prompts of their own. */
  takes?: number;
  /** When a row's clip is expected to be submitted (epoch ms): links that expire before it are warned of. */
  submittedAt?: (row: number) => number;
  /** Ends the reading, which then throws its reason. */
  signal?: AbortSignal;
}

/** What the settings of a run tell about how its manifest is read. */
export type ReadSettings = Pick<ReadOptions, 'prompt' | 'map' | 'sheet' | 'excerpts' | 'takes'>;
