// Commands that take a batch.
import { OUTCOME_STATUSES } from '../contract/clip.js';
import { Option, type Command } from 'commander';
import { BATCH_PHASES } from '../client/states.js';
import type { ResultsFlags } from './commands/results.js';
import type { SpendFlags } from './commands/spend.js';
import type { RetryFlags } from './commands/retry.js';
import type { StatusFlags } from './commands/status.js';
import type { EvictFlags } from './commands/evict.js';
import type { TuneFlags } from './commands/tune.js';
import type { MixFlags } from './commands/mix.js';
import { addMixOptions, addPaceOptions, FIT_TEXT, LONG_TEXT, SHEET_TEXT } from './run-flags.js';

const STATUSES = [...OUTCOME_STATUSES, 'pending'];

export function addBatchCommands(program: Command, done: (exitCode: number) => void): void {
  program
    .command('status')
    .argument('[batch]', 'id of a batch; without it, all batches are listed')
    .description('Tell how a batch stands, or show the account in use and list the batches.')
    .addOption(new Option('--state <state>', 'only batches in this state').choices(BATCH_PHASES))
    .option('--name <name>', 'only batches of manifests of this name')
    .option('--account <name>', 'only batches of this account')
    .option('--accounts', 'only the accounts: limits, what is used, and who has which share')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      examples(
        'reelscore status',
        'reelscore status library-1a2b3c4d --json',
        'reelscore status --state paused',
        'reelscore status --accounts --json',
      ),
    )
    .action(async (batch: string | undefined, flags: StatusFlags) => {
      const { status } = await import('./commands/status.js');
      done(await status(batch, flags));
    });

  program
    .command('results')
    .argument('<batch>', 'id of a batch')
    .description('Print the results of a batch, also while it runs.')
    .addOption(
      new Option('--format <format>', 'form of the rows')
        .choices(['csv', 'json', 'jsonl'])
        .default('csv'),
    )
    .addOption(new Option('--status <status>', 'only rows with this status').choices(STATUSES))
    .option('--provenance', 'with columns that say where each soundtrack comes from')
    .option('--xlsx <file>', 'write them into a workbook instead')
    .option('--download <folder>', 'copy all there is of them into a folder instead')
    .addHelpText(
      'after',
      examples(
        'reelscore results library-1a2b3c4d > results.csv',
        'reelscore results library-1a2b3c4d --status failed --format jsonl',
        'reelscore results library-1a2b3c4d --status failed --xlsx failed.xlsx',
        'reelscore results library-1a2b3c4d --download ./library',
      ),
    )
    .action(async (batch: string, flags: ResultsFlags) => {
      const { results } = await import('./commands/results.js');
      done(await results(batch, flags));
    });

  addPaceOptions(
    program
      .command('retry')
      .argument('<batch>', 'id of a batch that has ended')
      .argument(
        '[manifest]',
        'corrected manifest, of all rows or of some: its changed rows are done too',
      )
      .description('Run a batch again for the clips that did not succeed.'),
  )
    .option('--fit', FIT_TEXT)
    .option('--long <how>', LONG_TEXT)
    .option('--sheet <name>', SHEET_TEXT)
    .option('--skip-invalid', 'leave out rows with problems instead of refusing the manifest')
    .option('--marks <file>', 'what was said in the listening report: redo these clips alone')
    .option('--no-probe', 'do not probe the clips before they are submitted')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `${examples(
        'reelscore retry library-1a2b3c4d',
        'reelscore retry library-1a2b3c4d corrected.xlsx',
        'reelscore retry library-1a2b3c4d --marks marks.json',
      )}

Rows are corrected by their ids, as results.csv has them; rows that the manifest leaves out stay.
Tasks that may have finished at the vendor meanwhile are asked about before anything is paid again.`,
    )
    .action(async (batch: string, manifest: string | undefined, flags: RetryFlags) => {
      const { retry } = await import('./commands/retry.js');
      done(await retry(batch, manifest, flags));
    });

  addMixOptions(
    program
      .command('mix')
      .argument('<batch>', 'id of a batch that has ended')
      .description('Mix finished videos of its clips and soundtracks.'),
  )
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `${examples('reelscore mix library-1a2b3c4d', 'reelscore mix library-1a2b3c4d --audio under --loudness -16')}

Needs ffmpeg, and no keys. Videos that are there, of the same soundtrack and mixed alike, stay.`,
    )
    .action(async (batch: string, flags: MixFlags) => {
      const { mix } = await import('./commands/mix.js');
      done(await mix(batch, flags));
    });

  program
    .command('report')
    .argument('<batch>', 'id of a batch')
    .description('Write a page, report.html, on which its clips are seen and heard.')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText('after', examples('reelscore report library-1a2b3c4d'))
    .action(async (batch: string, flags: { json?: boolean }) => {
      const { report } = await import('./commands/report.js');
      done(await report(batch, flags));
    });

  program
    .command('audit')
    .argument('<batch>', 'id of a batch that has ended')
    .description('Compare soundtracks and videos with what was recorded when they were made.')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText('after', examples('reelscore audit library-1a2b3c4d'))
    .action(async (batch: string, flags: { json?: boolean }) => {
      const { audit } = await import('./commands/audit.js');
      done(await audit(batch, flags));
    });

  program
    .command('spend')
    .description('What submissions have cost, from the journals of batches and the ledger.')
    .option('--by <what>', 'batch, account, month, or a column of the manifests', 'batch')
    .option('--month <month>', 'of this month alone, in UTC: 2026-11')
    .addOption(new Option('--format <form>', 'in place of a table').choices(['csv', 'json']))
    .option('--simulate', "of the simulator's batches")
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `${examples('reelscore spend', 'reelscore spend --by campaign --month 2026-11 --format csv')}

Costs are at pricePerClip as it is set today.`,
    )
    .action(async (flags: SpendFlags) => {
      const { spend } = await import('./commands/spend.js');
      done(await spend(flags));
    });

  const steer = (verb: 'pause' | 'resume' | 'cancel', description: string) =>
    program
      .command(verb)
      .argument('<batch>', 'id of a batch that runs')
      .description(description)
      .option('--json', 'print one JSON document on stdout')
      .addHelpText('after', examples(`reelscore ${verb} library-1a2b3c4d`))
      .action(async (batch: string, flags: { json?: boolean }) => {
        const commands = await import('./commands/steer.js');
        done(await commands[verb](batch, flags));
      });

  program
    .command('tune')
    .description('Change the limits of the account, for every batch that uses it now.')
    .option('--rate <n>', 'submissions per second')
    .option('--burst <n>', 'submissions that may go out at once after an idle time')
    .option('--max-in-flight <n>', 'tasks at the vendor at one time')
    .option('--simulate', "the simulator's account instead")
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `${examples('reelscore tune --rate 5', 'reelscore tune --max-in-flight 50 --burst 3')}

It holds for as long as a batch uses the account. When none does, the next batch settles the limits by
its own settings.`,
    )
    .action(async (flags: TuneFlags) => {
      const { tune } = await import('./commands/tune.js');
      done(await tune(flags));
    });

  program
    .command('evict')
    .argument('<batch>', 'id of a batch that does not answer')
    .description('Give the share of a batch that does not answer to the others of its account.')
    .option('--simulate', "the simulator's account instead")
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      `${examples('reelscore evict library-1a2b3c4d')}

Tasks that it has at the vendor are not counted any more. If it comes back, it joins anew.`,
    )
    .action(async (batch: string, flags: EvictFlags) => {
      const { evict } = await import('./commands/evict.js');
      done(await evict(batch, flags));
    });

  steer('pause', 'Stop submitting; tasks at the vendor are still waited for.');
  steer('resume', 'Go on after a pause, also one that a refusal of the vendor caused.');
  steer('cancel', 'End a batch: open clips become `cancelled`, and its results are written.');
}

function examples(...lines: string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
