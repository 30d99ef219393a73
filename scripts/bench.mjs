// npm run bench [-- NAMES OPTIONS]: installs and builds what is missing, then measures.
// --help tells the names and options.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { ROOT, tool } from './lib/paths.mjs';
import { run, say } from './lib/run.mjs';

const OUT = join(ROOT, 'bench', 'out', 'build');

try {
  await installDependencies();
  await build();
  await rm(OUT, { recursive: true, force: true });
  // Types are checked by `npm run types`.
  const tsc = [tool('typescript/bin/tsc'), '-p', 'bench', '--noCheck'];
  const { code, output } = await run(process.execPath, tsc, { quiet: true });
  if (code !== 0) throw new Error(`tsc failed:\n${output.trim()}`);
  const main = join(OUT, 'bench', 'main.js');
  const child = spawn(process.execPath, [main, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  // The terminal sends Ctrl-C to both; this one waits until the other has cleaned up.
  process.on('SIGINT', () => undefined);
  const [exitCode] = await once(child, 'exit');
  process.exitCode = exitCode ?? 1;
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
