import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ServerRecipe } from './recipe.js';
import { goEnv } from '../../config/tool-env.js';

/** Between two lines that say it is still at work. */
const PROGRESS_EVERY_MS = 30_000;

export interface BuildOptions {
  recipe: ServerRecipe;
  /** A folder of the caller's, where the binary is put. */
  workDir: string;
  env: NodeJS.ProcessEnv;
  onProgress: (line: string) => void;
}

/** Builds the `temporal` tool from the pinned modules; returns its path. Needs Go 1.26 or later. */
export async function buildServer(options: BuildOptions): Promise<string> {
  const { recipe, workDir, env, onProgress } = options;
  const binary = join(workDir, 'temporal');
  const from = Date.now();
  const elapsed = () => `${Math.round((Date.now() - from) / 1000)} s`;
  onProgress('Building the Temporal server once (about 5 minutes on 2 cores)...');
  const tick = setInterval(
    () => onProgress(`  still building, ${elapsed()} so far`),
    PROGRESS_EVERY_MS,
  );
  try {
    await go(
      ['build', '-ldflags', '-s -w', '-o', binary, 'github.com/temporalio/cli/cmd/temporal'],
      // No cgo, so no C compiler is needed. No workspace of the user's may change what is built.
      { cwd: recipe.dir, env: { ...goEnv(env), CGO_ENABLED: '0', GOWORK: 'off' } },
    );
  } finally {
    clearInterval(tick);
  }
  onProgress(`Built the Temporal server in ${elapsed()}.`);
  return binary;
}

async function go(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<void> {
  const child = spawn('go', args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  // Of an endless stream of download lines only the end can be the reason of a failure.
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const [code] = (await once(child, 'close').catch((cause: unknown) => {
    throw new Error('cannot run go (is Go installed, and on PATH?)', { cause });
  })) as [number | null];
  if (code !== 0) {
    throw new Error(`go build failed:\n${said.trimEnd().split('\n').slice(-5).join('\n')}`);
  }
}
