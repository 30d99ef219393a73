// npm run build: brings dist/ up to date, types checked. Quick when it is.
// With --unchecked, types are left to whoever checks them apart (the tests).
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { say } from './lib/run.mjs';

try {
  await installDependencies();
  await build({ checkTypes: !process.argv.includes('--unchecked') });
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
