// Runs the command line: the built one as a process, or its sources in this process.
import { execa, type Options } from 'execa';
import { runCommandLine } from '../../cli/program.js';
import { distFile } from '../../config/paths.js';

const MAIN = distFile('cli/main.js');

/** Nothing of the tests' own environment decides what a command does. */
const CLEARED = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(REELSCORE|TOMOVIEE|TEMPORAL|OTEL)_|^(NO_COLOR|FORCE_COLOR)$/.test(name))
    .map((name) => [name, undefined]),
);

/** Starts `reelscore ...args`; resolves with its output whatever its exit code is. */
export function reelscore(args: string[], options?: Pick<Options, 'cwd' | 'env'>) {
  return execa(process.execPath, [MAIN, ...args], {
    reject: false,
    ...options,
    env: { ...CLEARED, ...options?.env },
  });
}

/** What a command printed, without the last line's end, and its exit code. */
export interface Answer {
  stdout: string;
  stderr: string;
  exitCode?: number;
}

interface Place {
  cwd: string;
  env: NodeJS.ProcessEnv;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `reelscore ...args` in this process, one at a time: for commands that ask and leave, where what
 * they do and print is looked at. To start a process for each takes most of a second of a processor.
 */
export function ask(args: string[], place: Place): Promise<Answer> {
  const answer = last.then(() => inPlace(place, () => answerOf(args)));
  last = answer.catch(() => undefined);
  return answer;
}

async function inPlace<T>({ cwd, env }: Place, work: () => Promise<T>): Promise<T> {
  const before = { cwd: process.cwd(), env: { ...process.env } };
  try {
    process.chdir(cwd);
    setEnv({ ...before.env, ...CLEARED, ...env });
    return await work();
  } finally {
    process.chdir(before.cwd);
    setEnv(before.env);
  }
}

/** The very object stays, for all read that. */
function setEnv(wanted: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) {
    if (wanted[name] === undefined) Reflect.deleteProperty(process.env, name);
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) process.env[name] = value;
  }
}

async function answerOf(args: string[]): Promise<Answer> {
  const [stdout, stderr] = [process.stdout, process.stderr].map(catchText) as [Caught, Caught];
  try {
    const exitCode = await runCommandLine(args);
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode };
  } finally {
    stdout.release();
    stderr.release();
  }
}

interface Caught {
  text(): string;
  release(): void;
}

/** Takes what is written to a stream, until it is released. */
function catchText(stream: NodeJS.WriteStream): Caught {
  const write = Object.getOwnPropertyDescriptor(stream, 'write');
  const listeners = stream.listeners('error');
  // All files of this process add theirs; a warning of Node's would be taken for the command's.
  stream.setMaxListeners(0);
  let text = '';
  type Done = (error?: Error | null) => void;
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const written = typeof encoding === 'function' ? encoding : done;
    if (written) process.nextTick(written);
    return true;
  };
  return {
    text: () => text.replace(/\r?\n$/, ''),
    release() {
      if (write) Object.defineProperty(stream, 'write', write);
      else Reflect.deleteProperty(stream, 'write');
      // A command listens for a reader that goes away.
      for (const listener of stream.listeners('error')) {
        if (!listeners.includes(listener)) stream.off('error', listener as () => void);
      }
    },
  };
}
