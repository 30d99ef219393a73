#!/usr/bin/env node
// Runs a simulator as a process of its own; see `runSimulatorProcess`.
import { runSimulatorProcess } from './process.js';

try {
  await runSimulatorProcess(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
