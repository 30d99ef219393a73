// One scored clip, as the ledger keeps it.

/** Digests are the first 128 bits of a SHA-256, in base64url. */
export interface LedgerEntry {
  /** Digest of the row's own id; absent if it had none. */
  id?: string;
  /** Digest of the parts of `file_link` that count; see link-rule.ts. */
  link: string;
  /** The parts of `file_link` that count, for people. */
  fileLink?: string;
  /** Digest of link and ETag; only if the batch identified clips by ETag. */
  etag?: string;
  /** Digest of the prompt and of everything else that changes the result. */
  music: string;
  /** Path of the soundtrack, relative to the ledger's location. */
  soundtrack: string;
  /** All files of the result, where there are several. */
  soundtracks?: string[];
  batch: string;
  taskId: string;
  /** ISO 8601. */
  at: string;
}
