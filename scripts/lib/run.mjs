import { spawn } from 'node:child_process';
import { ROOT } from './paths.mjs';

/**
 * Runs a command in the repository's root to its end; returns its exit code.
 * With `quiet` its output is collected and returned too, instead of shown.
 */
export function run(command, args, { quiet = false, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', quiet ? 'pipe' : 2, quiet ? 'pipe' : 2];
    const child = spawn(command, args, { cwd: ROOT, env, stdio });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}

/** One line about what takes a while; stdout belongs to the program that is started afterwards. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}
