// The script that a good engineer writes in an afternoon: a timer for the pace, p-limit for the tasks
// in flight, retries with backoff, callbacks confirmed by the result query, and a file of results that
// the next run goes on from.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { readClips, readJob, type HandMadeClip } from '../by-hand/job.js';
import { TaskEnds } from '../by-hand/task-ends.js';
import { Vendor, VendorError } from '../by-hand/vendor.js';
import { createPacer } from './pacer.js';
import { ResultsFile } from './results-file.js';

const TRIES = 6;
const FIRST_BACKOFF_MS = 1000;
const DOWNLOADS = 8;

const job = readJob();
const soundtracks = join(job.out, 'soundtracks');
mkdirSync(soundtracks, { recursive: true });
const results = new ResultsFile(join(job.out, 'results.jsonl'));
const vendor = new Vendor(job.vendorUrl, { key: 'bench-key', secret: 'bench-secret' });
const ends = await TaskEnds.listen(job.callbackPort, vendor);
const turn = createPacer(job.ratePerSecond);
const slots = pLimit(job.maxInFlight);
const downloads = pLimit(DOWNLOADS);

const open = (await readClips(job.manifest)).filter(({ id }) => !results.isDone(id));
await Promise.all(open.map(score));
await ends.close();

async function score(clip: HandMadeClip): Promise<void> {
  const { id } = clip;
  try {
    const { link, reason } = await slots(() => runTask(clip));
    if (link === undefined) {
      results.append({ id, status: 'failed', reason });
      return;
    }
    const path = join(soundtracks, `${id}.wav`);
    await downloads(() => withRetries(() => vendor.download(link, path)));
    results.append({ id, status: 'succeeded' });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    results.append({ id, status: 'failed', reason: error.message });
  }
}

/** Holds a slot until the vendor confirms that the task has ended. */
async function runTask(clip: HandMadeClip) {
  const { id } = clip;
  const known = results.taskOf(id);
  if (known !== undefined) return await withRetries(() => ends.ended(known, { lookFirst: true }));
  const taskId = await withRetries(async () => {
    await turn();
    return await vendor.submit(clip, ends.callbackUrl);
  });
  results.append({ id, taskId });
  return await withRetries(() => ends.ended(taskId));
}

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VendorError) || !error.canRetry || tried === TRIES) throw error;
      await sleep(error.retryAfterMs ?? FIRST_BACKOFF_MS * 2 ** (tried - 1));
    }
  }
}
