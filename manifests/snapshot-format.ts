// How a frozen manifest lies in the store.
import { z } from 'zod';
import type { Clip } from '../contract/clip.js';

/** Clips a page: few enough to parse at once, enough that 100,000 rows are 200 objects. */
export const PAGE_SIZE = 500;

/** Written last: a snapshot without it is not whole. */
export const SNAPSHOT_KEY = 'snapshot/manifest.json';

/** Store key of a page of clips, one JSON object a line. */
export function pageKey(page: number): string {
  return `snapshot/${String(page).padStart(5, '0')}.jsonl`;
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
}

const count = z.int().nonnegative();

export const snapshotInfoSchema: z.ZodType<SnapshotInfo> = z.object({
  name: z.string().min(1),
  hash: z.hex(),
  total: count,
  invalid: count,
  pageSize: z.int().positive(),
  columns: z.array(z.string()),
});

export const clipSchema: z.ZodType<Clip> = z.object({
  row: count,
  line: z.int().positive(),
  id: z.string().min(1),
  idMade: z.literal(true).exactOptional(),
  fileLink: z.string(),
  prompt: z.string(),
  params: z.string().exactOptional(),
  extra: z.record(z.string(), z.string()),
  fault: z.string().exactOptional(),
});
