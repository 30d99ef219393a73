// How a worker that was asked to stop ends.
import { GracefulShutdownPeriodExpiredError, IllegalStateError } from '@temporalio/worker';
import type { ResolvedConfig } from '../config/config.js';

type GraceConfig = Pick<ResolvedConfig, 'shutdownGraceMs'>;

/** A worker that was asked to stop ends by force after this many grace periods: after 27 s if the grace is 20 s. */
const FORCE_GRACES = 1.35;

/**
 * Running activities may finish within the grace; then downloads, and others that listen to cancellation, are
 * cancelled. A POST is never aborted, because then it would be unknown whether it was accepted: when the SDK
 * abandons its activity, the POST still ends by its own time limit, and the journal gets its answer. If the process
 * is killed before, the journal holds the intent, and the clip is flagged instead of being paid for twice silently.
 */
export function shutdownOf({ shutdownGraceMs }: GraceConfig) {
  return {
    shutdownGraceTime: shutdownGraceMs,
    shutdownForceTime: Math.ceil(shutdownGraceMs * FORCE_GRACES),
  };
}

/** After the SDK has ended a worker by force, its promise may never settle. */
const SETTLE_MS = 2_000;

/**
 * A worker's run, which rejects as after a forced end if it has not settled in time.
 * @param asked aborted when the worker is asked to stop
 */
export async function settledInTime(
  run: Promise<void>,
  asked: AbortSignal,
  config: GraceConfig,
): Promise<void> {
  const ms = shutdownOf(config).shutdownForceTime + SETTLE_MS;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const start = (): void => {
      const error = new GracefulShutdownPeriodExpiredError('the worker did not end by itself');
      timer = setTimeout(() => reject(error), ms);
    };
    if (asked.aborted) start();
    else asked.addEventListener('abort', start, { once: true });
  });
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What it was doing is done by another worker, once its heartbeats are missed. The SDK's own word for it is mostly
 * lost to its complaint that the worker is still in use, by those polls that it gave up.
 */
export function endedByForce(end: PromiseSettledResult<void>): boolean {
  if (end.status !== 'rejected') return false;
  const { reason } = end as { reason: unknown };
  return (
    reason instanceof GracefulShutdownPeriodExpiredError || reason instanceof IllegalStateError
  );
}
