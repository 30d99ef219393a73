// The same job on BullMQ, as its documentation leads to: one job a clip, the limiter for the pace, the
// worker's concurrency for the tasks in flight, attempts with backoff, stalled jobs taken up again
// with the default settings. The task id is kept in the job, so that a job taken up again does not
// submit again; downloads are jobs of a queue of their own, so that they hold no slot.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, UnrecoverableError, Worker, type JobsOptions } from 'bullmq';
import { readClips, readJob, type HandMadeClip } from '../by-hand/job.js';
import { TaskEnds } from '../by-hand/task-ends.js';
import { Vendor, VendorError } from '../by-hand/vendor.js';

const DOWNLOADS = 8;
const DONE_CHECK_MS = 200;
const JOBS_A_CALL = 1000;
const RETRIES: JobsOptions = { attempts: 6, backoff: { type: 'exponential', delay: 1000 } };

interface ScoreJob {
  clip: HandMadeClip;
  taskId?: string;
}

interface DownloadJob {
  id: string;
  taskId: string;
}

const settings = readJob();
const soundtracks = join(settings.out, 'soundtracks');
mkdirSync(soundtracks, { recursive: true });
const vendor = new Vendor(settings.vendorUrl, { key: 'bench-key', secret: 'bench-secret' });
const ends = await TaskEnds.listen(settings.callbackPort, vendor);
// Workers wait for Redis however long it is away.
const connection = { host: '127.0.0.1', port: settings.redisPort!, maxRetriesPerRequest: null };
const clips = new Queue<ScoreJob>('clips', { connection, defaultJobOptions: RETRIES });
const downloads = new Queue<DownloadJob>('downloads', { connection, defaultJobOptions: RETRIES });

// A job id that exists already is not added again, so this can be repeated after a crash.
const all = await readClips(settings.manifest);
for (let at = 0; at < all.length; at += JOBS_A_CALL) {
  const group = all.slice(at, at + JOBS_A_CALL);
  await clips.addBulk(
    group.map((clip) => ({ name: 'score', data: { clip }, opts: { jobId: clip.id } })),
  );
}

const scorer = new Worker<ScoreJob>(
  'clips',
  async (job) => {
    const { clip } = job.data;
    let { taskId } = job.data;
    const known = taskId !== undefined;
    try {
      if (taskId === undefined) {
        taskId = await vendor.submit(clip, ends.callbackUrl);
        await job.updateData({ clip, taskId });
      }
      const { link, reason } = await ends.ended(taskId, { lookFirst: known });
      if (link === undefined) throw new UnrecoverableError(reason);
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      if (error.throttled) {
        await clips.rateLimit(error.retryAfterMs ?? 1000);
        throw Worker.RateLimitError();
      }
      throw error.canRetry ? error : new UnrecoverableError(error.message);
    }
    await downloads.add('download', { id: clip.id, taskId }, { jobId: clip.id });
  },
  {
    connection,
    concurrency: settings.maxInFlight,
    limiter: { max: 1, duration: 1000 / settings.ratePerSecond },
  },
);

const downloader = new Worker<DownloadJob>(
  'downloads',
  async ({ data: { id, taskId } }) => {
    // Links expire, so each try asks for one.
    const { link } = await vendor.query(taskId);
    if (link === undefined) throw new Error(`task ${taskId} has no soundtrack yet`);
    await vendor.download(link, join(soundtracks, `${id}.wav`));
  },
  { connection, concurrency: DOWNLOADS },
);

for (const worker of [scorer, downloader]) {
  worker.on('error', (error) => console.error(error));
  worker.on('failed', (job, error) => console.error(job?.id, error.message));
}
while ((await openJobs()) > 0) await sleep(DONE_CHECK_MS);
await Promise.all([scorer.close(), downloader.close()]);
await Promise.all([clips.close(), downloads.close(), ends.close()]);

async function openJobs(): Promise<number> {
  // First those of the queue that adds to the other.
  const scoring = await clips.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized');
  return (
    scoring + (await downloads.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'))
  );
}
