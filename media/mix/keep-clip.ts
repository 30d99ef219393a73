// The finished video of a clip whose own sound is all that is wanted: a copy.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export async function keepClip(clip: string, to: string, signal?: AbortSignal): Promise<void> {
  await pipeline(createReadStream(clip), createWriteStream(to), { ...(signal && { signal }) });
}
