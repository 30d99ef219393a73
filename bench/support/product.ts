// The product as a process: the built command line, with time and memory taken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { distFile } from '../../config/paths.js';

export interface Ran {
  seconds: number;
  stdout: string;
}

export interface RunProductOptions {
  /** REELSCORE_HOME. */
  home: string;
  cwd: string;
  env?: NodeJS.ProcessEnv;
  nodeOptions?: string[];
}

const PEAK_HOOK = new URL('note-peak.js', import.meta.url).href;

/** This process's environment without what would change how the product behaves. */
export function cleanEnv(home: string): NodeJS.ProcessEnv {
  const ours = /^(REELSCORE|TOMOVIEE|TEMPORAL|NODE)_/;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(kept), REELSCORE_HOME: home };
}

/** Runs `reelscore ARGS` and takes its peak memory too: the most it ever had resident, in MB (10^6). */
export async function runForPeak(
  args: string[],
  options: RunProductOptions,
): Promise<Ran & { peakMb: number }> {
  const file = join(options.cwd, 'peak');
  const env = { BENCH_PEAK_FILE: file };
  const ran = await runProduct(args, { ...options, env, nodeOptions: ['--import', PEAK_HOOK] });
  const peakMb = Number(await readFile(file, 'utf8')) / 1e6;
  await rm(file);
  return { ...ran, peakMb };
}

/** Runs `reelscore ARGS` to its end. Throws when it does not exit with 0. */
export async function runProduct(args: string[], options: RunProductOptions): Promise<Ran> {
  const { home, cwd, env, nodeOptions = [] } = options;
  const from = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, distFile('cli/main.js'), ...args], {
    cwd,
    env: { ...cleanEnv(home), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  // Progress of a long batch: only its end matters, to tell what went wrong.
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (output.stderr = (output.stderr + text).slice(-2000)));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - from) / 1000;
  if (code !== 0) {
    throw new Error(`reelscore ${args.join(' ')} ended with ${code}:\n${output.stderr}`);
  }
  return { seconds, stdout: output.stdout };
}
