// The ledger of scored clips in its store.
//
// K1. It names only soundtracks that are already on disk.
//
// There is one file per batch and worker, so that no two processes append to the same one. A duplicate line,
// from a retried activity, does no harm.
import { z } from 'zod';
import type { LedgerOptions } from '../../contract/batch.js';
import { safeName } from '../../manifests/batch-id.js';
import { linesOf } from '../../store/lines.js';
import type { Store } from '../../store/store.js';
import type { LedgerEntry } from './entry.js';

const Entry = z.object({
  id: z.string().exactOptional(),
  link: z.string(),
  fileLink: z.string().exactOptional(),
  etag: z.string().exactOptional(),
  music: z.string(),
  soundtrack: z.string(),
  soundtracks: z.array(z.string()).exactOptional(),
  batch: z.string(),
  taskId: z.string(),
  at: z.iso.datetime(),
}) satisfies z.ZodType<LedgerEntry>;

export class Ledger {
  /** @param kind see `LedgerOptions` */
  constructor(
    private readonly store: Store,
    private readonly kind: LedgerOptions['kind'],
  ) {}

  get location(): string {
    return this.store.location;
  }

  /**
   * Records clips of one batch; resolves once they are on disk.
   * @param worker a name that no other worker has
   */
  async append(batch: string, worker: string, entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const key = `${this.kind}/${safeName(batch)}.${worker}.jsonl`;
    await this.store.append(key, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  /**
   * Has the clips of a batch stand for other files of theirs from now on.
   * @param chosen by the path that entries have now: the new path, and the task that made it
   */
  async choose(
    batch: string,
    worker: string,
    chosen: ReadonlyMap<string, Pick<LedgerEntry, 'soundtrack' | 'taskId'>>,
  ): Promise<void> {
    const at = new Date().toISOString();
    const entries = new Map<string, LedgerEntry>();
    const prefix = `${this.kind}/${safeName(batch)}.`;
    for (const key of await this.store.list(this.kind)) {
      if (!key.startsWith(prefix)) continue;
      for await (const lines of linesOf(this.store, key)) {
        for (const entry of lines.flatMap(parse)) {
          const other = entry.batch === batch ? chosen.get(entry.soundtrack) : undefined;
          if (other) entries.set(entry.soundtrack, { ...entry, ...other, at });
        }
      }
    }
    await this.append(batch, worker, [...entries.values()]);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.store.list(this.kind)).length === 0;
  }

  /** Every entry, several at a time, in no particular order. Unreadable lines are skipped. */
  async *entries(): AsyncIterable<LedgerEntry[]> {
    for (const key of await this.store.list(this.kind)) {
      for await (const lines of linesOf(this.store, key)) yield lines.flatMap(parse);
    }
  }
}

/** A line may be torn by a full disk or a power cut: its clip is then scored once more. */
function parse(line: string): LedgerEntry[] {
  try {
    return [Entry.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
