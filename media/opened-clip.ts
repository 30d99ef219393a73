import type { Blocks } from './blocks.js';

/** A clip that is there, and whose bytes can be had. */
export interface OpenedClip {
  blocks: Blocks;
  /** As the server tells, or as reading to the end has shown. */
  sizeBytes?: number;
  /** Empty if it is not known. */
  contentType: string;
}
