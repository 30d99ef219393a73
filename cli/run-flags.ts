// The options of commands that start batches, and the settings they stand for.
import type { Command } from 'commander';
import type { ConfigOptions } from '../workers/config.js';

export interface RunFlags {
  simulate?: boolean;
  out?: string;
  batch?: string;
  rate?: string;
  maxInFlight?: string;
  priority?: string;
  maxFailures?: string;
  skipInvalid?: boolean;
  /** False with `--no-probe`. */
  probe: boolean;
  json?: boolean;
}

export function addRunOptions(command: Command): Command {
  return command
    .option('--simulate', 'score against the simulator: no keys, no cost')
    .option('--out <dir>', 'folder for the results (default: results/<batch>)')
    .option('--batch <id>', 'name of the batch (default: from the manifest and its content)')
    .option('--rate <n>', 'submissions per second (default: 1)')
    .option('--max-in-flight <n>', 'tasks at the vendor at one time (default: 20)')
    .option(
      '--priority <p>',
      'urgent, normal or background: share of the account (default: normal)',
    )
    .option('--max-failures <n>', 'pause when so many clips failed at the vendor: 10, or 25%')
    .option('--skip-invalid', 'leave out rows with problems instead of refusing the manifest')
    .option('--no-probe', 'do not look into the clips before they are submitted')
    .option('--json', 'print one JSON document on stdout');
}

/** Only what was given on the command line. */
export function settingsOf(flags: Partial<RunFlags>): ConfigOptions {
  return {
    out: flags.out,
    rate: flags.rate,
    maxInFlight: flags.maxInFlight,
    priority: flags.priority,
    maxFailures: flags.maxFailures,
    // commander gives true when `--no-probe` is absent; then the configuration decides.
    probe: flags.probe === false ? false : undefined,
  };
}
