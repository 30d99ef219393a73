// Commands that run until they are stopped.
import { Option, type Command } from 'commander';
import { faultHelp } from '../tomoviee/simulator/faults.js';
import { SERVES, type Serves } from '../workers/serves.js';
import { UI_TEXT } from './run-flags.js';
import type { SimulateFlags } from './commands/simulate.js';

export function addServiceCommands(program: Command, done: (exitCode: number) => void): void {
  program
    .command('serve')
    .description('Worker and callback receiver in one process, until it is stopped.')
    .option('--simulate', 'for batches and schedules made with --simulate: no keys, no cost')
    .option('--page', 'with the page, on which batches are watched, heard and steered')
    .option('--ui', UI_TEXT)
    .addHelpText(
      'after',
      `
Examples:
  REELSCORE_CALLBACK_URL=https://scores.example reelscore serve
  reelscore serve --page
  reelscore serve --simulate

Ctrl-C once lets submissions under way finish; batches go on when it is started again.`,
    )
    .action(async ({ simulate, page, ui }: Record<'simulate' | 'page' | 'ui', boolean>) => {
      const { serve } = await import('./commands/serve.js');
      done(await serve({ worker: 'all', receiver: true, page, simulate }, { ui }));
    });

  program
    .command('page')
    .description('The page alone: batches are watched, heard and steered in a browser.')
    .option('--simulate', 'to retry and redo batches made with --simulate')
    .addHelpText(
      'after',
      `
Examples:
  reelscore page
  REELSCORE_PAGE_LISTEN=0.0.0.0:8790 REELSCORE_PAGE_URL=https://music.example reelscore page

It prints a link with a token; whoever opens that is logged in until the command ends.`,
    )
    .action(async ({ simulate }: { simulate?: boolean }) => {
      const { serve } = await import('./commands/serve.js');
      done(await serve({ receiver: false, page: true, simulate: simulate ?? false }));
    });

  program
    .command('worker')
    .description('A worker alone: scores the batches of its account.')
    .addOption(
      new Option(
        '--serve <what>',
        'probing: probe, fit and mix clips; scoring: all but that; mixing: mix alone',
      )
        .choices(SERVES)
        .default('all'),
    )
    .addHelpText(
      'after',
      `
Examples:
  TEMPORAL_ADDRESS=temporal.example:7233 reelscore worker
  reelscore worker --serve probing    on machines near the clips; needs no keys
  reelscore worker --serve scoring    submits, waits and downloads`,
    )
    .action(async (flags: { serve: Serves }) => {
      const { serve } = await import('./commands/serve.js');
      done(await serve({ worker: flags.serve, receiver: false }));
    });

  program
    .command('callbacks')
    .description("A callback receiver alone: takes the vendor's callbacks.")
    .addHelpText(
      'after',
      `
Example:
  REELSCORE_CALLBACK_LISTEN=0.0.0.0:8787 reelscore callbacks

Workers need REELSCORE_CALLBACK_URL, and the same REELSCORE_CALLBACK_SECRET where they do not share
REELSCORE_HOME with the receiver.`,
    )
    .action(async () => {
      const { serve } = await import('./commands/serve.js');
      done(await serve({ receiver: true }));
    });

  program
    .command('codec')
    .description("A codec server: shows encrypted payloads in Temporal's web UI and command.")
    .addHelpText(
      'after',
      `
Example:
  REELSCORE_CODEC_ORIGINS=http://localhost:8233 reelscore codec
  temporal workflow show -w BATCH --codec-endpoint http://127.0.0.1:8791 \\
    --codec-auth "Bearer $REELSCORE_CODEC_TOKEN"

It needs REELSCORE_PAYLOAD_KEYS, and REELSCORE_CODEC_TOKEN, which whoever asks has to send.`,
    )
    .action(async () => {
      const { codec } = await import('./commands/codec.js');
      done(await codec());
    });

  program
    .command('simulate')
    .description('A vendor that behaves, and misbehaves, like the real one.')
    .option('--listen <host:port>', 'where it listens; port 0 takes a free one', '127.0.0.1:8788')
    .option('--public-url <url>', 'base of the links it hands out (default: where it listens)')
    .option('--faults <list>', 'faults for all clips; see below')
    .option('--task-time <time>', 'how long a task takes: 2s, or a range 1s-4s')
    .option('--rate <n>', 'submissions per second past which it answers 429 (default: no limit)')
    .option('--burst <n>', 'submissions at once after an idle time')
    .option('--max-in-flight <n>', 'tasks in flight past which it refuses (default: no limit)')
    .option('--workers <n>', 'tasks processed at one time; others queue (default: no limit)')
    .addOption(new Option('--result <kind>', 'what a task makes').choices(['audio', 'video']))
    .option('--soundtrack-seconds <n>', 'length of a soundtrack')
    .option('--result-ttl <time>', 'how long a result link holds')
    .option('--callback-delay <time>', 'from the end of a task to its callback')
    .option('--callback-retries <n>', 'further tries of a callback that is not answered 2xx')
    .option('--fetch-clips', 'download each clip, as the vendor does')
    .option('--clips <dir>', "clips served below /clips/ (default: the package's own)")
    .option('--state <dir>', 'keep ledger and tasks over restarts')
    .option('--seed <n>', 'decides task times and random faults')
    .option('--json', 'print {"url": ..., "port": ...} when it listens')
    .addHelpText(
      'after',
      () => `
Examples:
  reelscore simulate --listen 127.0.0.1:8788
  reelscore simulate --task-time 1s-4s --faults 'fail*1,http:503~0.1'

${faultHelp()}

It accepts any well-formed pair of keys. Point a worker at it with TOMOVIEE_BASE_URL, and list its
host and port in REELSCORE_ALLOW_HOSTS.`,
    )
    .action(async (flags: SimulateFlags) => {
      const { simulate } = await import('./commands/simulate.js');
      done(await simulate(flags));
    });
}
