// Another process that holds a share in a home, to be killed or to end as a command would.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { distFile } from '../../../config/paths.js';
import type { HomeLease } from '../../../temporal/embedded/acquire-home.js';

export interface Holder {
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it was given. */
  temporal: NonNullable<HomeLease['temporal']>;
  /** Lets it give its share up and end. */
  release(): Promise<void>;
  /** Sends SIGKILL and waits for its end. */
  kill(): Promise<void>;
}

/** @param env added to this process's environment */
export async function startHolder(home: string, env: NodeJS.ProcessEnv = {}): Promise<Holder> {
  const module = JSON.stringify(pathToFileURL(distFile('temporal/embedded/acquire-home.js')).href);
  const code = `import(${module}).then(async ({ acquireHome }) => {
    const lease = await acquireHome({ home: ${JSON.stringify(home)} });
    console.log(JSON.stringify(lease.temporal));
    process.stdin.once('data', async () => {
      await lease.release();
      process.exit();
    });
  });`;
  const child = spawn(process.execPath, ['-e', code], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    // As a shell starts a command: in a process group of its own, which Ctrl-C signals.
    detached: true,
  });
  child.stderr.pipe(process.stderr);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const exit = once(child, 'exit');
  return {
    child,
    temporal: JSON.parse(line) as Holder['temporal'],
    async release() {
      child.stdin.write('release\n');
      await exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
