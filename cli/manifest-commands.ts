// Commands that take a manifest.
import type { Command } from 'commander';
import {
  addRunOptions,
  FIT_TEXT,
  IDENTITY_TEXT,
  LONG_TEXT,
  MAP_TEXT,
  PROMPT_TEXT,
  SHEET_TEXT,
  TAKES_TEXT,
  eachTime,
  type RunFlags,
} from './run-flags.js';
import type { PlanFlags } from './commands/plan.js';
import type { ManifestFlags } from './commands/manifest.js';
import type { ValidateFlags } from './commands/validate.js';

const MANIFEST_TEXT = 'CSV, .xlsx, YAML or JSON file, a folder of videos, or s3://bucket/prefix';

export function addManifestCommands(program: Command, done: (exitCode: number) => void): void {
  program
    .command('validate')
    .argument('<manifest>', MANIFEST_TEXT)
    .description('Tell all problems of a manifest at once.')
    .option('--probe', 'probe every clip too')
    .option('--prompt <text>', PROMPT_TEXT)
    .option('--map <name=column>', MAP_TEXT, eachTime)
    .option('--fit', FIT_TEXT)
    .option('--long <how>', LONG_TEXT)
    .option('--sheet <name>', SHEET_TEXT)
    .option('--identity <how>', IDENTITY_TEXT)
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `
Examples:
  reelscore validate library.csv
  reelscore validate library.csv --probe    also check format, length and resolution of each clip

Exit codes: 0 no problems, 1 problems.`,
    )
    .action(async (manifest: string, flags: ValidateFlags) => {
      const { validate } = await import('./commands/validate.js');
      done(await validate(manifest, flags));
    });

  program
    .command('manifest')
    .argument('<clips>', 'folder of videos, or s3://bucket/prefix')
    .description('Write a manifest of the clips in a folder or a bucket, to be edited.')
    .option('--prompt <text>', PROMPT_TEXT)
    .option('--fit', 'tell in note how clips would be fitted')
    .option('--long <how>', LONG_TEXT)
    .option('--no-probe', 'leave out what takes a look into each clip')
    .addHelpText(
      'after',
      `
Examples:
  reelscore manifest ./clips > library.csv
  reelscore manifest s3://studio/autumn --prompt "Calm piano" > library.csv

Each clip gets a row: id, file_link, prompt, duration in seconds, resolution, fps, and in note what the vendor
would not take, or how it would be fitted.`,
    )
    .action(async (clips: string, flags: ManifestFlags) => {
      const { manifest } = await import('./commands/manifest.js');
      done(await manifest(clips, flags));
    });

  program
    .command('plan')
    .argument('<manifest>', MANIFEST_TEXT)
    .description('Tell what a run would do and cost, before anything does.')
    .option('--simulate', 'of a run against the simulator')
    .option('--again', 'score clips anew that have been scored already')
    .option('--prompt <text>', PROMPT_TEXT)
    .option('--map <name=column>', MAP_TEXT, eachTime)
    .option('--takes <n>', TAKES_TEXT)
    .option('--fit', FIT_TEXT)
    .option('--long <how>', LONG_TEXT)
    .option('--sheet <name>', SHEET_TEXT)
    .option('--identity <how>', IDENTITY_TEXT)
    .option('--rate <n>', 'submissions per second (default: 1)')
    .option('--max-in-flight <n>', 'tasks at the vendor at one time (default: 20)')
    .option('--max-submissions <n>', 'submissions at the most')
    .option('--budget <amount>', 'cost at the most, at pricePerClip')
    .option('--skip-invalid', 'leave out rows with problems instead of refusing the manifest')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `
Examples:
  reelscore plan library.csv
  reelscore plan library.csv --rate 5 --budget 100    what that pace and that money are enough for

It needs no server and no keys. Exit codes: 0 planned, 1 the manifest has problems.`,
    )
    .action(async (manifest: string, flags: PlanFlags) => {
      const { plan } = await import('./commands/plan.js');
      done(await plan(manifest, flags));
    });

  addRunOptions(
    program
      .command('run')
      .argument('<manifest>', MANIFEST_TEXT)
      .description('Score a manifest and wait for the end; run it again to go on after any stop.'),
  )
    .addHelpText(
      'after',
      `
Examples:
  reelscore run library.csv --simulate          try it without keys
  reelscore run library.csv                     score it; the same again goes on where it was
  reelscore run library.csv --rate 2 --out scored
  reelscore run library.csv --batch night-2     the same manifest once more, as a batch of its own

Ctrl-C leaves the batch as it is; the next run, or a running worker, goes on with it.`,
    )
    .action(async (manifest: string, flags: RunFlags) => {
      const { run } = await import('./commands/run.js');
      done(await run(manifest, flags));
    });

  addRunOptions(
    program
      .command('start')
      .argument('<manifest>', MANIFEST_TEXT)
      .description('Start a batch and return at once; a worker elsewhere scores it.'),
  )
    .addHelpText(
      'after',
      `
Examples:
  reelscore start library.csv          with \`reelscore serve\` or \`reelscore worker\` running
  reelscore start library.csv --json   {"batch": ..., ...}`,
    )
    .action(async (manifest: string, flags: RunFlags) => {
      const { start } = await import('./commands/start.js');
      done(await start(manifest, flags));
    });
}
