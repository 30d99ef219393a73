// How many threads the SDK's native core gets.

/**
 * By itself the core has a thread for each processor. Together they have little to do (6% of one
 * processor at 130 clips/s), and the allocator keeps 40-55 MB for each of them.
 */
const THREADS = '1';

/**
 * Runs `start`, which starts the core, so that the core has few threads. The variable is read by tokio,
 * on which the core runs, when it starts; a value that is set already stays.
 */
export function withFewCoreThreads(start: () => void): void {
  if (process.env['TOKIO_WORKER_THREADS'] !== undefined) {
    start();
    return;
  }
  process.env['TOKIO_WORKER_THREADS'] = THREADS;
  try {
    start();
  } finally {
    delete process.env['TOKIO_WORKER_THREADS'];
  }
}
