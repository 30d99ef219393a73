// The clips of a folder or a bucket, written down as a manifest.
import { createWriteStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isManifestName } from '../manifests/format.js';
import { ManifestError } from '../manifests/problems.js';
import { clipsOfBucket, type ListedBuckets } from '../manifests/sources/bucket.js';
import { clipsOfFolder } from '../manifests/sources/folder.js';
import type { FoundClip } from '../manifests/sources/names.js';
import { writeLocation, type ObjectLocation } from '../store/bucket/location.js';

export interface ListOptions {
  /** Of clips that have none. */
  prompt: string | undefined;
  signal: AbortSignal | undefined;
}

export interface ListedManifest {
  path: string;
  label: string;
  base?: string;
}

/** Whether a place in a bucket stands for the clips below it; else for a file that is a manifest. */
export function isListed({ key }: ObjectLocation): boolean {
  return !isManifestName(key);
}

/** @throws ManifestError */
export async function listFolder(
  source: string,
  folder: string,
  options: ListOptions,
): Promise<ListedManifest> {
  const label = basename(source) === basename(resolve(source)) ? source : resolve(source);
  const clips = clipsOfFolder(source, options.signal);
  return { path: await list(clips, { folder, label, ...options }), label, base: resolve(source) };
}

/** @throws ManifestError, or the SDK's errors */
export async function listBucket(
  at: ObjectLocation,
  buckets: ListedBuckets,
  folder: string,
  options: ListOptions,
): Promise<ListedManifest> {
  const label = writeLocation(at);
  const clips = clipsOfBucket(at, buckets, options.signal);
  return { path: await list(clips, { folder, label, ...options }), label };
}

async function list(
  clips: AsyncIterable<FoundClip>,
  { folder, label, prompt, signal }: ListOptions & { folder: string; label: string },
): Promise<string> {
  const path = join(folder, 'clips.jsonl');
  const first: string[] = [];
  let [count, without] = [0, 0];
  await pipeline(
    async function* () {
      for await (const clip of clips) {
        count += 1;
        if (clip.prompt === undefined && prompt === undefined) {
          without += 1;
          if (first.length < 3) first.push(clip.id);
        }
        yield `${JSON.stringify(clip)}\n`;
      }
    },
    createWriteStream(path, { flags: 'wx' }),
    ...(signal ? [{ signal }] : []),
  );
  if (count === 0) {
    throw refused(label, 'there are no videos in it', 'give the folder that the clips are in');
  }
  if (without > 0) {
    const which = `${first.join(', ')}${without > first.length ? ', ...' : ''}`;
    throw refused(
      label,
      `${without} of its ${count} clips have no prompt: ${which}`,
      'say what music is wanted with --prompt, or with a prompt.txt or prompts.yaml in the folder',
    );
  }
  return path;
}

function refused(file: string, fault: string, remedy: string): ManifestError {
  return new ManifestError([{ file, fault, remedy }]);
}
