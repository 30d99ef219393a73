// The messages to and from a manifest's thread. Small and plain, because they are copied.
import type { Clip } from '../contract/clip.js';
import type { KeyData } from './key-index.js';
import type { Problem } from './problems.js';
import type { ManifestReport } from './read.js';
import type { ReadOptions, ReadSettings } from './read-options.js';

/** What the thread is started with. */
export interface ReadingTask extends ReadSettings, Pick<ReadOptions, 'base'> {
  path: string;
  label: string;
  avoid?: KeyData;
}

/** After `clips` the thread waits for any message. */
export type ReadingMessage =
  | { kind: 'clips'; clips: Clip[] }
  /** `keys`: of ids that rows bear themselves, if one of them clashed with one made up. */
  | { kind: 'read'; report: ManifestReport; keys?: KeyData }
  /** The file cannot be read at all. */
  | { kind: 'refused'; problems: readonly Problem[]; problemCount: number }
  | { kind: 'broken'; error: unknown };
