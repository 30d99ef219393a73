// Distinguishes a process from a later one with the same pid.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ENVIRONMENT } from '../../config/environment.js';
import { toolEnv } from '../../config/tool-env.js';

export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** When it began, in the operating system's own notation; compared, never read. */
  started: z.string(),
  /** Its command line. */
  command: z.string(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** The process that has this pid now; undefined when there is none, or only its zombie. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

/** Whether the very process that was identified earlier still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now !== undefined && now.started === identity.started && now.command === identity.command;
}

/**
 * Ends a process identified earlier: SIGTERM, then SIGKILL after `graceMs`. Returns once it is gone.
 * Does nothing to a different process that has its pid now.
 */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  const killAt = Date.now() + graceMs;
  let killed = false;
  signalProcess(identity, 'SIGTERM');
  while (isRunning(identity)) {
    if (!killed && Date.now() >= killAt) {
      signalProcess(identity, 'SIGKILL');
      killed = true;
    }
    await delay(20);
  }
}

function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses, which may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, started] = [fields[0], fields[19]];
    if (state === undefined || started === undefined || state === 'Z' || state === 'X') return;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, started, command };
  } catch {
    return undefined; // gone, or gone between the two reads
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  try {
    const ps = (column: string): string =>
      execFileSync('ps', ['-ww', '-p', String(pid), '-o', `${column}=`], {
        encoding: 'utf8',
        env: toolEnv(ENVIRONMENT),
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    if (ps('stat').startsWith('Z')) return undefined;
    return { pid, started: ps('lstart'), command: ps('command') };
  } catch {
    return undefined; // ps exits 1 when there is no such process
  }
}
