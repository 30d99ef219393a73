// One scored clip, as the ledger keeps it.

/** Digests are the first 128 bits of a SHA-256, in base64url. */
export interface LedgerEntry {
  /** Digest of the row's own id; absent if it had none. */
  id?: string;
  /** Digest of what counts of `file_link`; see link-rule.ts. */
  link: string;
  /** What counts of `file_link`, for people. */
  fileLink?: string;
  /** Digest of link and ETag; only where the batch went by ETags. */
  etag?: string;
  /** Digest of the prompt and of all else that changes the result. */
  music: string;
  /** Where the soundtrack lies: a path relative to the ledger's location. */
  soundtrack: string;
  /** All files of the result, where there are several. */
  soundtracks?: string[];
  batch: string;
  taskId: string;
  /** ISO 8601. */
  at: string;
}
