#!/usr/bin/env node
import { runCommandLine } from './program.js';

/** A worker that was ended by force leaves the SDK's threads behind, which would keep the process for good. */
const LINGER_MS = 1000;

process.exitCode = await runCommandLine(process.argv.slice(2));
// Not before what was written has left: a pipe may take its time.
process.stdout.write('', () => setTimeout(() => process.exit(), LINGER_MS).unref());
