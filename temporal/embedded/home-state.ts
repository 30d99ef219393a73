// The state that a home keeps between supervisors: ports of services, and the child processes that run.
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { processIdentitySchema } from './process-identity.js';

const stateSchema = z.record(
  z.string(),
  z.object({
    ports: z.record(z.string(), z.number().int()),
    /** The child, while it runs. */
    process: processIdentitySchema.optional(),
  }),
);

/** By service name. */
export type HomeState = z.infer<typeof stateSchema>;

/** Makes the home (mode 0700) if need be and returns its real path. */
export function openHome(home: string): string {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    return realpathSync(home);
  } catch (cause) {
    throw new Error(
      `${home}: cannot be used as REELSCORE_HOME (set it to a folder you can write): ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The lock a supervisor holds all its life; its note is the path of the supervisor's socket. */
export function supervisorLockPath(home: string): string {
  return join(home, 'supervisor.json');
}

export function readHomeState(home: string): HomeState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(statePath(home), 'utf8')));
  } catch {
    return {}; // a new home, or one that lost power: new ports are found, and no child survived that
  }
}

/** Synchronous, so that a child is on record before anything else can happen to its supervisor. */
export function writeHomeState(home: string, state: HomeState): void {
  const aside = `${statePath(home)}.new`;
  writeFileSync(aside, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  renameSync(aside, statePath(home));
}

function statePath(home: string): string {
  return join(home, 'services.json');
}
