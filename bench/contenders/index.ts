// Who takes part, by what the machine has.
import { findRedis } from '../support/redis.js';
import { bullmq, script } from './by-hand.js';
import type { Contender, KillableAttempt } from './contender.js';
import { reelscore } from './reelscore.js';

/** Those that are processes: Reelscore, BullMQ where there is a Redis, and the script. */
export function processContenders(): Contender<KillableAttempt>[] {
  const redis = findRedis();
  if (redis === undefined) {
    console.error('BullMQ: skipped, redis-server is not on PATH (apt-get install redis-server)');
    return [reelscore, script];
  }
  return [reelscore, bullmq(redis), script];
}
