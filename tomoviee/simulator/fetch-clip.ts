// Downloads a clip as the vendor does, to see whether it can be had. Keeps nothing of it.
import { request } from 'undici';

/** The vendor's limit for a clip. */
const MAX_CLIP_BYTES = 120 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Resolves to why the clip cannot be had, or to undefined. */
export async function fetchClip(url: string): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (statusCode < 200 || statusCode > 299) {
      await body.dump();
      return `the clip cannot be downloaded: HTTP ${statusCode}`;
    }
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_CLIP_BYTES) return 'the clip is larger than 120 MB';
    }
    return length === 0 ? 'the clip is empty' : undefined;
  } catch (error) {
    return `the clip cannot be downloaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}
