// Who takes part, by what the machine has.
import { findRedis } from '../support/redis.js';
import { bullmq, script } from './by-hand.js';
import type { Contender, KillableAttempt } from './contender.js';
import { reelscore } from './reelscore.js';

/** Who is to take part; everyone when absent. */
export interface Selection {
  contenders?: string[];
}

/** Those that are processes: Reelscore, BullMQ where there is a Redis, and the script. */
export function processContenders({ contenders }: Selection): Contender<KillableAttempt>[] {
  return select([reelscore, ...bullmqIfThere(contenders), script], contenders);
}

/** The same with one that works in this process, second in line. */
export function allContenders(temporal: Contender, { contenders }: Selection): Contender[] {
  return select([reelscore, temporal, ...bullmqIfThere(contenders), script], contenders);
}

function bullmqIfThere(wanted?: string[]): Contender<KillableAttempt>[] {
  if (wanted?.includes('bullmq') === false) return [];
  const redis = findRedis();
  if (redis !== undefined) return [bullmq(redis)];
  console.error('BullMQ: skipped, redis-server is not on PATH (apt-get install redis-server)');
  return [];
}

function select<C extends Contender>(all: C[], wanted?: string[]): C[] {
  return wanted === undefined ? all : all.filter(({ id }) => wanted.includes(id));
}
