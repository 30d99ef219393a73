// npm run boundaries: who imports whom, against .dependency-cruiser.cjs.
import { CHECKS } from './lib/checks.mjs';
import { run } from './lib/run.mjs';

const [, ...args] = CHECKS.find(([name]) => name === 'boundaries');
process.exitCode = (await run(process.execPath, args)).code;
