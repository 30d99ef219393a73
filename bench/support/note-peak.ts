// Loaded with --import into a process that is measured: at its end it notes, in the file that
// BENCH_PEAK_FILE names, the most resident memory it ever had, in bytes.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_PEAK_FILE'];
if (isMainThread && file !== undefined) {
  process.once('exit', () => writeFileSync(file, String(peakBytes())));
}

/** getrusage counts the parent's memory at the time of the fork as well; the kernel's own note does not. */
function peakBytes(): number {
  const kB = /^VmHWM:\s+(\d+) kB$/m.exec(readStatus())?.[1];
  return (kB === undefined ? process.resourceUsage().maxRSS : Number(kB)) * 1024;
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return ''; // not Linux
  }
}
