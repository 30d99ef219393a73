// npm start [-- ARGUMENTS]: installs and builds what is missing, then becomes the command line.
// Without arguments it scores the sample library against the simulator.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './lib/build.mjs';
import { commandLine } from './lib/command-line.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { ROOT } from './lib/paths.mjs';
import { say } from './lib/run.mjs';

const args = process.argv.slice(2);
try {
  await installDependencies();
  await build();
  // npm runs scripts in the package's folder; the user's paths are relative to where npm was called.
  process.chdir(args.length === 0 ? ROOT : (process.env.INIT_CWD ?? process.cwd()));
  const main = join(ROOT, 'dist', 'cli', 'main.js');
  // In this very process, so that signals and the exit code need no passing on.
  process.argv = [process.execPath, main, ...commandLine(args)];
  await import(pathToFileURL(main).href);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
