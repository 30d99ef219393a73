// The supervisor's process. Argument: the home's real path. Started by acquireHome, never by hand.
import { rmSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ENVIRONMENT } from '../../config/environment.js';
import { tryLock } from './file-lock.js';
import { supervisorLockPath } from './home-state.js';
import { makeSocketDir, socketPathOf } from './socket-path.js';
import { Supervisor } from './supervisor.js';

process.umask(0o077); // the database holds prompts and links

async function supervise(home: string): Promise<void> {
  const socketPath = socketPathOf(home);
  const lock = tryLock(supervisorLockPath(home), socketPath);
  // Without the lock another supervisor is at work; the process that started this one finds that one.
  if (lock === undefined) return;
  try {
    makeSocketDir(socketPath);
    rmSync(socketPath, { force: true }); // of a supervisor that was killed
    const supervisor = new Supervisor(home, ENVIRONMENT);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => void supervisor.close());
    }
    process.on('SIGHUP', () => undefined); // the terminal it was started from may close
    await supervisor.run(socketPath);
    rmSync(socketPath, { force: true });
    rmdirSync(dirname(socketPath));
  } finally {
    lock.release();
  }
}

try {
  const home = process.argv[2];
  if (home === undefined) throw new Error('usage: supervisor-main HOME');
  await supervise(home);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
// Ends the connections too: to their holders that says there is nothing left.
process.exit();
