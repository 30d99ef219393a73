// What crosses the Temporal wire in the design with shards.
import type { ScoreOptions } from '../support/score-clip.js';

/** Clips of one shard: about 1,600 events in its one run. */
export const SHARD_SIZE = 200;

/** The one argument of the parent. */
export interface ShardedBatchInput {
  store: string;
  rows: number;
  /** Shards at one time. */
  shards: number;
  /** Clips of a shard at one time. */
  window: number;
  /** Task queue of the submissions. */
  submitQueue: string;
  options: ScoreOptions;
}

/** The one argument of a shard: rows `from` to `to`, the latter excluded. */
export interface ScoreShardInput extends Omit<ShardedBatchInput, 'rows' | 'shards'> {
  from: number;
  to: number;
}

/** Workflow id of the shard that begins with a row. */
export function shardId(batch: string, from: number): string {
  return `${batch}_${from}`;
}

/** First rows of all shards. */
export function shardStarts(rows: number): number[] {
  return Array.from({ length: Math.ceil(rows / SHARD_SIZE) }, (_, shard) => shard * SHARD_SIZE);
}
