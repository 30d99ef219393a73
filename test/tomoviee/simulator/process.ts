// Runs the built simulator as a process that tests can kill.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { distFile } from '../../../config/paths.js';

export const MAIN = distFile('tomoviee/simulator/main.js');

export interface SimulatorProcess {
  url: string;
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Sends a signal and resolves to the exit code, null after a signal. */
  stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts it and waits for its line; `maxFileBlocks` bounds the files it may write. Call `built()` before. */
export async function spawnSimulator(
  args: string[],
  { env = {}, maxFileBlocks }: { env?: NodeJS.ProcessEnv; maxFileBlocks?: number } = {},
): Promise<SimulatorProcess> {
  const limit = maxFileBlocks === undefined ? '' : `ulimit -f ${maxFileBlocks} && `;
  const command = ['-c', `${limit}exec "$0" "$@"`, process.execPath, MAIN, ...args];
  const child = spawn('sh', command, { env: { ...process.env, ...env } });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('exit', () => reject(new Error(`the simulator ended: ${errors}`)));
  });
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    child,
    stop: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}
