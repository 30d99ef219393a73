// The simulator's sources as JavaScript, so that tests can run and kill it as a process.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SOURCES = join(ROOT, 'tomoviee', 'simulator');

/** Writes the sources, without types, below `test/.tmp`; returns the path of `main.js`. */
export function transpileSimulator(): { main: string; remove: () => void } {
  mkdirSync(join(ROOT, 'test/.tmp'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'test/.tmp/simulator-'));
  for (const name of readdirSync(SOURCES)) {
    const { outputText } = ts.transpileModule(readFileSync(join(SOURCES, name), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(join(folder, name.replace(/\.ts$/, '.js')), outputText);
  }
  return {
    main: join(folder, 'main.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface SimulatorProcess {
  url: string;
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Sends a signal and resolves to the exit code, null after a signal. */
  stop: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts `main.js` and waits for its line; `maxFileBlocks` bounds the files it may write. */
export async function spawnSimulator(
  main: string,
  args: string[],
  { env = {}, maxFileBlocks }: { env?: NodeJS.ProcessEnv; maxFileBlocks?: number } = {},
): Promise<SimulatorProcess> {
  const limit = maxFileBlocks === undefined ? '' : `ulimit -f ${maxFileBlocks} && `;
  const command = ['-c', `${limit}exec "$0" "$@"`, process.execPath, main, ...args];
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
