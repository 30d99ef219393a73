// A folder as a manifest: every video in it is a clip.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { ManifestError } from '../problems.js';
import { isLikelyVideo, SIGNATURE_BYTES } from './video-signature.js';

/** A clip of a folder or a bucket, as a row of a manifest. */
export interface FoundClip {
  id: string;
  file_link: string;
  /** From a file beside the clip; it may name fields, `{{name}}`. */
  prompt?: string;
  /** File name without its extension. */
  name: string;
  /** Name of the folder it lies in. */
  folder: string;
}

/** Prompts of one folder, for its clips and those of the folders in it that have none. */
const FOLDER_PROMPT = 'prompt.txt';
/** Prompts by file name, with or without extension. */
const CLIP_PROMPTS = 'prompts.yaml';
const MAX_PROMPT_FILE_BYTES = 1024 * 1024;

/** Whether a path is a folder. */
export async function isFolder(given: string): Promise<boolean> {
  return (await stat(given).catch(() => undefined))?.isDirectory() ?? false;
}

/**
 * The clips of a folder and the folders in it, in the order of their paths. Hidden files, and what is not a video
 * by its first bytes, are left out; links to folders are not followed.
 * @throws ManifestError if a folder, or a file of prompts, cannot be read
 */
export async function* clipsOfFolder(
  folder: string,
  signal?: AbortSignal,
): AsyncIterable<FoundClip> {
  yield* walk(path.resolve(folder), '', undefined, signal);
}

async function* walk(
  root: string,
  below: string,
  inherited: string | undefined,
  signal: AbortSignal | undefined,
): AsyncIterable<FoundClip> {
  signal?.throwIfAborted();
  const folder = path.join(root, below);
  const entries = (await orUnreadable(folder, readdir(folder, { withFileTypes: true })))
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = new Set(entries.map(({ name }) => name));
  const prompt = names.has(FOLDER_PROMPT)
    ? (await textOf(path.join(folder, FOLDER_PROMPT))).trim()
    : inherited;
  const own = names.has(CLIP_PROMPTS) ? await promptsOf(path.join(folder, CLIP_PROMPTS)) : NONE;

  const videos: string[] = [];
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (!entry.isDirectory() && (await isVideo(file))) videos.push(entry.name);
  }
  const clips = new Set(videos);
  const stems = countOf(videos.map(stemOf));
  for (const entry of entries) {
    const { name } = entry;
    const relative = path.join(below, name);
    if (entry.isDirectory()) {
      yield* walk(root, relative, prompt, signal);
    } else if (clips.has(name)) {
      const isAlone = stems.get(stemOf(name)) === 1;
      const found = own.get(name) ?? own.get(stemOf(name)) ?? prompt;
      yield {
        id: slashes(isAlone ? path.join(below, stemOf(name)) : relative),
        file_link: path.join(folder, name),
        ...(found !== undefined && { prompt: found }),
        name: stemOf(name),
        folder: path.basename(folder),
      };
    }
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

function stemOf(name: string): string {
  return path.basename(name, path.extname(name));
}

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function slashes(relative: string): string {
  return relative.split(path.sep).join('/');
}

/** A link to a file counts as the file; what cannot be read is told when the clip is checked. */
async function isVideo(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats?.isFile()) return false;
  const opened = await open(file).catch(() => undefined);
  if (!opened) return false;
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(SIGNATURE_BYTES), 0);
    return isLikelyVideo(buffer.subarray(0, bytesRead));
  } finally {
    await opened.close();
  }
}

async function promptsOf(file: string): Promise<ReadonlyMap<string, string>> {
  const wrong = (fault: string, cause?: unknown): ManifestError =>
    refusal(file, fault, 'write one line a clip: file name, colon, prompt', cause);
  let value: unknown;
  try {
    value = parseYaml(await textOf(file), { schema: 'failsafe', maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof ManifestError) throw error;
    throw wrong('it is no YAML', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('it is not a map of file names and prompts');
  }
  return new Map(
    Object.entries(value).map(([name, prompt]) => {
      if (typeof prompt !== 'string') throw wrong(`the prompt of ${name} is not a text`);
      return [name, prompt.trim()];
    }),
  );
}

async function textOf(file: string): Promise<string> {
  const { size } = await orUnreadable(file, stat(file));
  if (size > MAX_PROMPT_FILE_BYTES) throw refusal(file, 'it has more than 1 MB', 'shorten it');
  return (await orUnreadable(file, readFile(file, 'utf8'))).replace(/^\uFEFF/, '');
}

async function orUnreadable<T>(place: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw refusal(place, 'it cannot be read', (error as Error).message, error);
  }
}

function refusal(file: string, fault: string, remedy: string, cause?: unknown): ManifestError {
  return new ManifestError([{ file, fault, remedy }], 1, { cause });
}
