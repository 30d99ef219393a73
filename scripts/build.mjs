// npm run build: dist/ with types checked. Quick when it is up to date.
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { say } from './lib/run.mjs';

try {
  await installDependencies();
  await build({ checkTypes: true });
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
