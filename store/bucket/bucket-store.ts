// A store in a bucket: for workers and clients that share nothing else.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { segmentsOf } from '../layout.js';
import type { Store, StoreEntry } from '../store.js';
import { contentTypeOf } from './content-type.js';
import { writeLocation, type ObjectLocation } from './location.js';
import { BucketLog } from './log.js';
import { coverOf, logOf, partOf, type LogPart } from './log-parts.js';
import type { Objects } from './objects.js';

type ByteRange = NonNullable<Parameters<Store['readStream']>[1]>;

export class BucketStore implements Store {
  readonly location: string;
  readonly #logs = new Map<string, BucketLog>();

  /** @param folder its key is empty or ends with a slash */
  constructor(
    private readonly objects: Objects,
    private readonly folder: ObjectLocation,
  ) {
    this.location = writeLocation(folder).replace(/\/$/, '');
  }

  async write(key: string, content: string | Uint8Array): Promise<void> {
    await this.objects.put(this.#at(key), content, typeOf(key));
  }

  async create(key: string, content: string): Promise<boolean> {
    return await this.objects.create(this.#at(key), content, randomUUID());
  }

  async writeStream(
    key: string,
    content: Readable | AsyncIterable<Uint8Array | string>,
    arriving?: (version: string) => Promise<void>,
  ): Promise<number> {
    const source = content instanceof Readable ? content : Readable.from(content);
    source.on('error', () => undefined); // one that comes too early is found below
    const version = randomUUID();
    let written = 0;
    async function* counted(): AsyncIterable<Buffer> {
      for await (const chunk of source as AsyncIterable<Uint8Array | string>) {
        const bytes = Buffer.from(chunk as Uint8Array);
        written += bytes.length;
        yield bytes;
      }
      await arriving?.(version); // the upload is whole only after this
    }
    try {
      await this.objects.upload(this.#at(key), counted(), { version, ...typeOf(key) });
    } finally {
      source.destroy();
    }
    return written;
  }

  async writeFile(key: string, fill: (path: string) => Promise<void>): Promise<void> {
    await withScratch(async (folder) => {
      const file = path.join(folder, 'part');
      await (await open(file, 'wx', 0o600)).close();
      await fill(file);
      await this.writeStream(key, createReadStream(file));
    });
  }

  async withFile<T>(key: string, work: (path: string) => Promise<T>): Promise<T> {
    return await withScratch(async (folder) => {
      const file = path.join(folder, key.slice(key.lastIndexOf('/') + 1));
      await pipeline(this.readStream(key), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
      return await work(file);
    });
  }

  linkOf(key: string): string {
    return writeLocation({ ...this.folder, key: this.#at(key) });
  }

  async version(key: string): Promise<string | undefined> {
    const facts = await this.objects.facts(this.#at(key));
    return facts?.version ?? (await this.#endOfLog(key))?.toString();
  }

  async append(key: string, content: string): Promise<void> {
    await this.#log(key).append(content);
  }

  async readText(key: string): Promise<string | undefined> {
    return await this.objects.text(this.#at(key));
  }

  readStream(key: string, { from = 0, to = Infinity }: ByteRange = {}): Readable {
    const read = this.#read(key, from, to);
    return Readable.from(to > from ? read : [], { objectMode: false });
  }

  async exists(key: string): Promise<boolean> {
    return (await this.size(key)) !== undefined;
  }

  async size(key: string): Promise<number | undefined> {
    return (await this.objects.facts(this.#at(key)))?.size ?? (await this.#endOfLog(key));
  }

  async list(prefix: string): Promise<string[]> {
    return (await this.entries(prefix)).map(({ key }) => key);
  }

  async entries(prefix: string): Promise<StoreEntry[]> {
    const folder = prefix.replace(/\/$/, '');
    const at = `${this.#at(folder)}/`;
    const entries: StoreEntry[] = [];
    const logs = new Map<string, LogPart[]>();
    for (const object of await this.objects.list(at)) {
      const name = object.key.slice(at.length);
      const log = logOf(name);
      if (log !== undefined) {
        const part = partOf(at + log, object);
        const parts = logs.get(log) ?? [];
        if (part) parts.push(part);
        logs.set(log, parts);
      } else if (name !== '' && !name.includes('/') && !name.startsWith('.')) {
        entries.push({ key: `${folder}/${name}`, size: object.size });
      }
    }
    this.#forgetGone(folder, logs);
    for (const [name, parts] of logs) {
      const key = `${folder}/${name}`;
      const log = this.#log(key);
      let cover = coverOf(parts);
      if (cover.gap) cover = await log.cover();
      else log.listed(cover);
      entries.push({ key, size: cover.end });
    }
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async sweep(folder?: string): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log.settled()));
    await this.objects.dropUploads(folder === undefined ? this.folder.key : this.#at(folder));
  }

  async remove(key: string): Promise<void> {
    const at = this.#at(key);
    await this.objects.remove(at);
    const log = this.#logs.get(key);
    if (!log) return;
    for (const part of (await log.cover()).parts) await this.objects.remove(part.key);
    this.#logs.delete(key);
  }

  /** A batch that was deleted may begin anew at the same place: what is appended then begins at 0. */
  #forgetGone(folder: string, there: ReadonlyMap<string, unknown>): void {
    const isGone = ([key, log]: [string, BucketLog]): boolean =>
      log.isBegun &&
      key.startsWith(`${folder}/`) &&
      !there.has(key.slice(folder.length + 1)) &&
      !key.includes('/', folder.length + 1);
    if ([...this.#logs].some(isGone)) this.#logs.clear();
  }

  async *#read(key: string, from: number, to: number): AsyncIterable<Uint8Array> {
    const range = from === 0 && to === Infinity ? undefined : { from, to };
    const isLog = this.#logs.has(key);
    const whole = isLog ? undefined : await this.objects.stream(this.#at(key), range);
    if (whole) {
      yield* whole as AsyncIterable<Uint8Array>;
      return;
    }
    if (!isLog && (await this.#endOfLog(key)) === undefined) {
      throw new Error(`${this.location}: ${key} is missing (restore it)`);
    }
    yield* this.#log(key).read(from, to);
  }

  /** Undefined if there is none. */
  async #endOfLog(key: string): Promise<number | undefined> {
    const { end } = await new BucketLog(this.objects, this.#at(key)).cover();
    return end === 0 ? undefined : end;
  }

  #log(key: string): BucketLog {
    const log = this.#logs.get(key) ?? new BucketLog(this.objects, this.#at(key));
    this.#logs.set(key, log);
    return log;
  }

  /** Key in the bucket (S1). */
  #at(key: string): string {
    return this.folder.key + segmentsOf(key).join('/');
  }
}

function typeOf(key: string): { contentType?: string } {
  const contentType = contentTypeOf(key);
  return contentType === undefined ? {} : { contentType };
}

async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reelscore-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
