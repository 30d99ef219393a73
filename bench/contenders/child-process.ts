import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { KillableAttempt } from './contender.js';

/** Runs a Node program that is expected to end with 0, or one of the codes given. */
export function startProcess(
  args: string[],
  env: NodeJS.ProcessEnv,
  expected: readonly unknown[] = [0],
): KillableAttempt {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  let stderr = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (stderr = (stderr + text).slice(-2000)));
  const gone = once(child, 'close').finally(() => process.off('exit', end));
  let killed = false;
  const done = new Promise<void>((resolve, reject) => {
    gone.then(([code]) => {
      if (killed) return;
      if (expected.includes(code)) resolve();
      else reject(new Error(`${args.join(' ')} ended with ${String(code)}:\n${stderr}`));
    }, reject);
  });
  done.catch(() => undefined); // a benchmark that has failed already does not wait for it
  return {
    done,
    async kill() {
      killed = true;
      end();
      await gone;
    },
  };
}
