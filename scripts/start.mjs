// npm start [-- ARGUMENTS]: installs and builds what is missing, then becomes the command line.
// Without arguments it scores the sample library against the simulator.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { ROOT } from './lib/paths.mjs';
import { say } from './lib/run.mjs';

const SAMPLE = 'manifests/examples/sample.csv';

/** A manifest alone stands for `run MANIFEST`; everything else is the command line's own. */
function commandLine(args) {
  if (args.length === 0) return ['run', SAMPLE, '--simulate', '--rate', '5', '--batch', sampleId()];
  return /\.(csv|ya?ml|json)$/i.test(args[0]) ? ['run', ...args] : args;
}

/** A new batch each time: the same one would only show its results again. */
function sampleId() {
  const now = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `sample-${now}`;
}

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
