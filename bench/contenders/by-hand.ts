// The two that know no Temporal: the script, and the worker on BullMQ.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../temporal/embedded/ports.js';
import { JOB_VARIABLE, type HandMadeJob } from '../by-hand/job.js';
import { startRedis } from '../support/redis.js';
import { startProcess } from './child-process.js';
import type { Contender, Job, KillableAttempt, Prepared } from './contender.js';

export const script: Contender<KillableAttempt> = {
  id: 'script',
  name: 'script with p-limit',
  prepare: (job) => prepareProgram('../script/main.js', job),
};

/** @param binary redis-server */
export function bullmq(binary: string): Contender<KillableAttempt> {
  return {
    id: 'bullmq',
    name: 'BullMQ',
    async prepare(job) {
      const redis = await startRedis(binary, join(job.folder, 'redis'));
      const prepared = await prepareProgram('../bullmq/main.js', job, { redisPort: redis.port });
      return { ...prepared, close: () => redis.stop() };
    },
  };
}

async function prepareProgram(
  program: string,
  { folder, manifest, vendorUrl, ratePerSecond, maxInFlight }: Job,
  more: Partial<HandMadeJob> = {},
): Promise<Prepared<KillableAttempt>> {
  const out = join(folder, 'out');
  await mkdir(out, { recursive: true });
  const callbackPort = await freePort(undefined);
  const told = { manifest, out, vendorUrl, callbackPort, ratePerSecond, maxInFlight, ...more };
  const path = fileURLToPath(new URL(program, import.meta.url));
  const env = { ...process.env, [JOB_VARIABLE]: JSON.stringify(told satisfies HandMadeJob) };
  return { out, start: () => startProcess([path], env), close: () => Promise.resolve() };
}
