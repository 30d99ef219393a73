// A folder as a manifest: every video in it is a clip.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
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
} from './prompts.js';
import { isLikelyVideo, SIGNATURE_BYTES } from './video-signature.js';

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
    ? readFolderPrompt(await textOf(path.join(folder, FOLDER_PROMPT)))
    : inherited;
  const prompts = path.join(folder, CLIP_PROMPTS);
  const own = names.has(CLIP_PROMPTS)
    ? readClipPrompts(prompts, await textOf(prompts))
    : NO_PROMPTS;

  const videos: string[] = [];
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (!entry.isDirectory() && (await isVideo(file))) videos.push(entry.name);
  }
  const clips = new Set(videos);
  const stems = countStems(videos);
  for (const entry of entries) {
    const { name } = entry;
    const relative = path.join(below, name);
    if (entry.isDirectory()) {
      yield* walk(root, relative, prompt, signal);
    } else if (clips.has(name)) {
      const isAlone = stems.get(stemOf(name)) === 1;
      yield foundClip(slashes(relative), isAlone, {
        fileLink: path.join(folder, name),
        folder: path.basename(folder),
        prompt: promptOf(name, own, prompt),
      });
    }
  }
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

async function textOf(file: string): Promise<string> {
  const { size } = await orUnreadable(file, stat(file));
  if (size > MAX_PROMPT_FILE_BYTES) throw refusal(file, ...TOO_LARGE);
  return await orUnreadable(file, readFile(file, 'utf8'));
}

async function orUnreadable<T>(place: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw refusal(place, 'it cannot be read', (error as Error).message, error);
  }
}
