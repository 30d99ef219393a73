// A bucket, or a folder in it, as a manifest: every object with the name of a video is a clip.
import path from 'node:path';
import type { Buckets } from '../../store/bucket/buckets.js';
import { writeLocation, type ObjectLocation } from '../../store/bucket/location.js';
import { isVideoName } from '../video-type.js';
import { countStems, foundClip, stemOf, type FoundClip } from './names.js';
import {
  CLIP_PROMPTS,
  FOLDER_PROMPT,
  MAX_PROMPT_FILE_BYTES,
  NO_PROMPTS,
  promptOf,
  readClipPrompts,
  readFolderPrompt,
  refusal,
  TOO_LARGE,
  type ClipPrompts,
} from './prompts.js';

/** What listing takes of buckets. */
export type ListedBuckets = Pick<Buckets, 'list' | 'read'>;

/**
 * The clips below a key, in the order of their keys. Hidden objects (a part of whose key begins with a dot) and those
 * without the name of a video are left out: to look into each would cost a request each. Lists twice: prompts come
 * after clips in the order of keys.
 * @throws ManifestError if a file of prompts cannot be used; the SDK's errors
 */
export async function* clipsOfBucket(
  { bucket, key }: ObjectLocation,
  buckets: ListedBuckets,
  signal?: AbortSignal,
): AsyncIterable<FoundClip> {
  const root = { bucket, key: key === '' || key.endsWith('/') ? key : `${key}/` };
  const prompts = new BucketPrompts(buckets, root);
  for await (const below of visible(root, buckets, signal)) prompts.add(below);
  for await (const names of sameFolderAndStem(root, buckets, signal)) {
    const stems = countStems(names.map((below) => path.posix.basename(below)));
    for (const below of names) {
      const name = path.posix.basename(below);
      const folder = path.posix.dirname(below);
      const isAlone = stems.get(stemOf(name)) === 1;
      yield foundClip(below, isAlone, {
        fileLink: writeLocation({ bucket, key: `${root.key}${below}` }),
        folder: path.posix.basename(folder === '.' ? `${bucket}/${root.key}` : folder),
        prompt: await prompts.of(folder, name),
      });
    }
  }
}

/** Keys below the root. */
async function* visible(
  root: ObjectLocation,
  buckets: ListedBuckets,
  signal: AbortSignal | undefined,
): AsyncIterable<string> {
  for await (const { key } of buckets.list(root)) {
    signal?.throwIfAborted();
    const below = key.slice(root.key.length);
    if (!/(^|\/)(\.|$)/.test(below)) yield below;
  }
}

/** Videos, those together whose names may differ in their extensions only: they follow one another. */
async function* sameFolderAndStem(
  root: ObjectLocation,
  buckets: ListedBuckets,
  signal: AbortSignal | undefined,
): AsyncIterable<string[]> {
  let together: string[] = [];
  let start = '';
  for await (const below of visible(root, buckets, signal)) {
    if (!isVideoName(below)) continue;
    if (together.length > 0 && !below.startsWith(start)) {
      yield together;
      together = [];
    }
    if (together.length === 0) start = below.slice(0, -path.posix.extname(below).length) + '.';
    together.push(below);
  }
  if (together.length > 0) yield together;
}

/** The files of prompts, read when a clip needs them. */
class BucketPrompts {
  readonly #files = new Set<string>();
  readonly #texts = new Map<string, Promise<string>>();
  readonly #own = new Map<string, ClipPrompts>();

  constructor(
    private readonly buckets: ListedBuckets,
    private readonly root: ObjectLocation,
  ) {}

  add(below: string): void {
    const name = path.posix.basename(below);
    if (name === FOLDER_PROMPT || name === CLIP_PROMPTS) this.#files.add(below);
  }

  async of(folder: string, name: string): Promise<string | undefined> {
    return promptOf(name, await this.#ownOf(folder), await this.#ofFolder(folder));
  }

  async #ownOf(folder: string): Promise<ClipPrompts> {
    const file = path.posix.join(folder, CLIP_PROMPTS);
    if (!this.#files.has(file)) return NO_PROMPTS;
    const own =
      this.#own.get(file) ?? readClipPrompts(writeLocation(this.#at(file)), await this.#text(file));
    this.#own.set(file, own);
    return own;
  }

  async #ofFolder(folder: string): Promise<string | undefined> {
    for (let at = folder; ; at = path.posix.dirname(at)) {
      const file = path.posix.join(at, FOLDER_PROMPT);
      if (this.#files.has(file)) return readFolderPrompt(await this.#text(file));
      if (at === '.') return undefined;
    }
  }

  #text(file: string): Promise<string> {
    const text = this.#texts.get(file) ?? this.#read(this.#at(file));
    this.#texts.set(file, text);
    return text;
  }

  async #read(at: ObjectLocation): Promise<string> {
    const text = await this.buckets.read(at, MAX_PROMPT_FILE_BYTES);
    if (text === undefined) throw refusal(writeLocation(at), ...TOO_LARGE);
    return text;
  }

  #at(file: string): ObjectLocation {
    return { ...this.root, key: `${this.root.key}${file}` };
  }
}
