// An object that is appended to. Buckets know no appending, so it is many objects: each append is a small one (several
// that come at one time share it), named by where it begins, and a hundred of them become one.
//
// S4. A part is created, never replaced but by one that begins with the same bytes: what was read stays where it was.
//     A request that comes late changes nothing.
// S5. Parts are removed only after an earlier part has their bytes.
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { GroupedAppends } from '../grouped-appends.js';
import { inOrder } from '../in-order.js';
import { keepNewest } from '../keep-newest.js';
import { coverOf, partKey, partOf, type LogCover, type LogPart } from './log-parts.js';
import type { Objects } from './objects.js';

/** Parts that become one. */
const MERGED = 100;
/** Parts that are kept in memory. */
const KEPT = 300;
/** Requests at a time. */
const AT_ONCE = 8;
/** Of parts that are merged or written while they are listed. */
const MAX_LISTS = 5;
/** Others that append to the same log at the same place. */
const MAX_RIVALS = 20;

interface OwnPart {
  start: number;
  body: Buffer;
}

export class BucketLog {
  readonly #appends = new GroupedAppends(async (content) => {
    await this.#settleUnsure();
    await this.#write(Buffer.from(content));
  });
  /** Where the next part begins; undefined if it must be looked up. */
  #end: number | undefined;
  /** A part that may or may not be there. */
  #unsure: (OwnPart & { version: string }) | undefined;
  /** The last parts written here, each where the one before it ends. */
  #run: OwnPart[] = [];
  /** What was written here last, by where it begins: those who write a log read it too. */
  readonly #own = new Map<number, Buffer>();
  #merging: Promise<void> = Promise.resolve();
  #listed: LogCover | undefined;

  /** @param key in the bucket */
  constructor(
    private readonly objects: Objects,
    private readonly key: string,
  ) {}

  /** Whether there was something in it. */
  get isBegun(): boolean {
    return (this.#end ?? this.#listed?.end ?? 0) > 0;
  }

  /** Resolves once the lines are in the bucket (S3). */
  append(content: string): Promise<void> {
    return this.#appends.append(content);
  }

  /** Its parts as they are now. @throws Error if one of them was taken away */
  async cover(): Promise<LogCover> {
    for (let lists = 1; ; lists += 1) {
      const objects = await this.objects.list(`${this.key}/`);
      const cover = coverOf(objects.flatMap((object) => partOf(this.key, object) ?? []));
      if (!cover.gap) return (this.#listed = cover);
      // A long list is not of one moment: parts may have been merged meanwhile.
      if (lists === MAX_LISTS) {
        throw new Error(`${this.key}: the part from ${cover.end} on is gone (restore it)`);
      }
    }
  }

  /** Takes in what somebody has listed. */
  listed(cover: LogCover): void {
    this.#listed = cover;
  }

  /** Its bytes, `to` excluded; all there are if it is infinite. */
  async *read(from: number, to: number): AsyncIterable<Uint8Array> {
    let at = from;
    for (let lists = 1; ; lists += 1) {
      const listed = lists === 1 ? this.#listed : undefined;
      const { parts, end } = listed && to <= listed.end ? listed : await this.cover();
      const start = at;
      const wanted = parts.filter((part) => part.start + part.size > start && part.start < to);
      const bytesOf = async (part: LogPart): Promise<Uint8Array | undefined> => {
        const range = {
          from: Math.max(0, start - part.start),
          to: Math.min(part.size, to - part.start),
        };
        const own = this.#own.get(part.start);
        return own?.length === part.size
          ? own.subarray(range.from, range.to)
          : await this.objects.bytes(part.key, range);
      };
      for await (const bytes of inOrder(wanted, bytesOf, AT_ONCE)) {
        if (!bytes) break; // merged since it was listed
        yield bytes;
        at += bytes.length;
      }
      if (at >= Math.min(to, end)) return;
      if (lists === MAX_LISTS) throw new Error(`${this.key}: parts are gone (restore them)`);
    }
  }

  /** Resolves when nothing is merged any more. */
  settled(): Promise<void> {
    return this.#merging;
  }

  /** The same part again: its name must not go to another one as long as it may still come. */
  async #settleUnsure(): Promise<void> {
    const unsure = this.#unsure;
    if (!unsure) return;
    const { start, body, version } = unsure;
    const isOurs = await this.objects.create(partKey(this.key, start), body, version);
    this.#unsure = undefined;
    if (isOurs) this.#wrote({ start, body });
    else this.#end = undefined;
  }

  async #write(body: Buffer): Promise<void> {
    for (let rivals = 0; rivals < MAX_RIVALS; rivals += 1) {
      const start = (this.#end ??= (await this.cover()).end);
      const part = { start, body, version: randomUUID() };
      this.#unsure = part;
      const isOurs = await this.objects.create(partKey(this.key, start), body, part.version);
      this.#unsure = undefined;
      if (isOurs) {
        this.#wrote(part);
        return;
      }
      this.#end = undefined; // somebody else has written there
    }
    throw new Error(`${this.key}: too many others append to it`);
  }

  #wrote({ start, body }: OwnPart): void {
    const last = this.#run.at(-1);
    if (last && last.start + last.body.length !== start) this.#run = [];
    this.#run.push({ start, body });
    keepNewest(this.#own, start, body, KEPT);
    this.#end = start + body.length;
    if (this.#run.length < MERGED) return;
    const run = this.#run;
    this.#run = [];
    // Parts that stay cost reading time, and nothing else.
    this.#merging = this.#merging.then(() => this.#merge(run)).catch(() => undefined);
  }

  async #merge([first, ...others]: OwnPart[]): Promise<void> {
    if (!first) return;
    const body = Buffer.concat([first, ...others].map((part) => part.body));
    await this.objects.put(partKey(this.key, first.start), body);
    const limit = pLimit(AT_ONCE); // S5
    const remove = ({ start }: OwnPart): Promise<void> =>
      this.objects.remove(partKey(this.key, start));
    await Promise.all(others.map((part) => limit(remove, part)));
  }
}
