// How a frozen manifest lies in the store.
import { z } from 'zod';
import type { Clip } from '../contract/clip.js';

/** Clips a page: few enough to parse at once, enough that 100,000 rows are 200 objects. */
export const PAGE_SIZE = 500;

/** Written last: a snapshot without it is not whole. */
export const SNAPSHOT_KEY = 'snapshot/manifest.json';

/** Folder of a snapshot's pages: a corrected manifest gets one of its own. */
export function snapshotFolder(sinceRound?: number): string {
  return sinceRound === undefined ? 'snapshot' : `snapshot-${sinceRound}`;
}

/** Store key of a page of clips, one JSON object a line. */
export function pageKey(page: number, sinceRound?: number): string {
  return `${snapshotFolder(sinceRound)}/${String(page).padStart(5, '0')}.jsonl`;
}

/** Store folder of the outcomes that rows of a corrected manifest had before. */
export function keptFolder(sinceRound: number): string {
  return `kept-${sinceRound}`;
}

/** What is known of a snapshot without its clips. */
export interface SnapshotInfo {
  name: string;
  /** SHA-256 of the manifest's bytes, in hex. */
  hash: string;
  /** Rows, invalid ones included. */
  total: number;
  /** Rows with a `fault`. */
  invalid: number;
  pageSize: number;
  /** The manifest's own columns, in manifest order. */
  columns: string[];
  /**
   * Of a corrected manifest: the round that began with it. Outcomes of earlier rounds speak of other
   * rows; those that still hold were kept apart.
   */
  sinceRound?: number;
}

const count = z.int().nonnegative();

export const snapshotInfoSchema: z.ZodType<SnapshotInfo> = z.object({
  name: z.string().min(1),
  hash: z.hex(),
  total: count,
  invalid: count,
  pageSize: z.int().positive(),
  columns: z.array(z.string()),
  sinceRound: z.int().positive().exactOptional(),
});

export const clipSchema: z.ZodType<Clip> = z.object({
  row: count,
  line: z.int().positive(),
  id: z.string().min(1),
  idMade: z.literal(true).exactOptional(),
  fileLink: z.string(),
  version: z.string().exactOptional(),
  excerpt: z
    .object({ start: z.number().nonnegative(), length: z.number().positive().exactOptional() })
    .exactOptional(),
  prompt: z.string(),
  prompts: z.array(z.string()).exactOptional(),
  params: z.string().exactOptional(),
  extra: z.record(z.string(), z.string()),
  fault: z.string().exactOptional(),
});
