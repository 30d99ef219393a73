// Commands about schedules: `reelscore schedule ...`.
import { Option, type Command } from 'commander';
import type { BackfillFlags } from './commands/schedule/backfill.js';
import type { CreateFlags, UpdateFlags } from './commands/schedule/flags.js';
import type { NoteFlags } from './commands/schedule/steer.js';
import type { TriggerFlags } from './commands/schedule/trigger.js';
import { addClipOptions, addPaceOptions, SHEET_TEXT } from './run-flags.js';

const OVERLAPS = ['skip', 'buffer-one', 'buffer-all', 'cancel-other', 'allow-all'];
const JSON_TEXT = 'print one JSON document on stdout';

export function addScheduleCommands(program: Command, done: (exitCode: number) => void): void {
  const group = program
    .command('schedule')
    .description('Score a manifest at times of its own, every night for instance.')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', `${EXAMPLES}\n\n${NEEDS}`);
  addMakers(group, done);
  addReaders(group, done);
  addStarters(group, done);
  addSteering(group, done);
}

/** create, update */
function addMakers(group: Command, done: (exitCode: number) => void): void {
  const create = group
    .command('create')
    .argument('<name>', 'its batches are called NAME-2026-11-24T01:00:00Z')
    .description('Make a schedule.')
    .requiredOption('--manifest <where>', 'path or http(s) URL; read each time it fires');
  addClipOptions(addPaceOptions(addTimes(create)))
    .option('--simulate', 'score against the simulator: no keys, no cost')
    .option('--paused', 'make it paused')
    .option(
      '--pause-on-failure',
      'pause it when a batch stops, for a missing manifest for instance',
    )
    .option('--json', JSON_TEXT)
    .addHelpText('after', `${CREATE_EXAMPLES}\n\n${NEEDS}`)
    .action(async (name: string, flags: CreateFlags) => {
      const { createSchedule } = await import('./commands/schedule/create.js');
      done(await createSchedule(name, flags));
    });

  const update = group
    .command('update')
    .argument('<name>', 'name of a schedule')
    .description('Change what is given and leave the rest, for the batches from now on.')
    .option('--manifest <where>', 'path or http(s) URL; read each time it fires');
  addPaceOptions(addTimes(update))
    .option(
      '--identity <how>',
      'what makes a clip the same as an earlier one: clip, id, link or etag',
    )
    .option('--sheet <name>', SHEET_TEXT)
    .option('--no-xlsx', 'write no results.xlsx')
    .option('--again', 'score clips anew that have been scored already')
    .option('--no-again', 'leave out clips that have been scored already')
    .option('--skip-invalid', 'leave out rows with problems instead of refusing the manifest')
    .option('--no-skip-invalid', 'refuse a manifest with problems')
    .option('--probe', 'probe the clips before they are submitted')
    .option('--no-probe', 'do not probe the clips before they are submitted')
    .option('--unset <setting...>', "settings that are to be the worker's own again")
    .option(
      '--pause-on-failure',
      'pause it when a batch stops, for a missing manifest for instance',
    )
    .option('--no-pause-on-failure', 'leave it going then')
    .option('--json', JSON_TEXT)
    .addHelpText(
      'after',
      examples(
        "schedule update nightly --cron '30 4 * * *'",
        'schedule update nightly --every 6h              in the place of --cron',
        'schedule update nightly --max-submissions 500 --overlap buffer-one',
        'schedule update nightly --unset maxSubmissions',
      ),
    )
    .action(async (name: string, flags: UpdateFlags) => {
      const { updateSchedule } = await import('./commands/schedule/update.js');
      done(await updateSchedule(name, flags));
    });
}

/** When it fires, and what happens when it cannot at once. */
function addTimes(command: Command): Command {
  return command
    .option(
      '--cron <expression>',
      'minute, hour, day of month, month, day of week; may be given several times',
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .option('--every <time>', 'in place of --cron: 90s, 15m, 6h or 1d, counted from midnight UTC')
    .option('--offset <time>', 'shifts the times of --every')
    .option('--timezone <zone>', 'IANA name such as Europe/Berlin (default: that of this machine)')
    .addOption(
      new Option('--overlap <policy>', 'while an earlier batch runs (default: skip)').choices(
        OVERLAPS,
      ),
    )
    .option(
      '--catch-up-window <time>',
      'how late it may start when the server was down (default: 1h)',
    )
    .option('--jitter <time>', 'put each time off by a random part of this (default: 0s)')
    .option('--note <text>', 'a note for people')
    .option('--results <dir>', 'folder in which each batch gets its own (default: results)');
}

/** list, describe */
function addReaders(group: Command, done: (exitCode: number) => void): void {
  group
    .command('list')
    .description('List the schedules: when they fire, and how the last batch ended.')
    .option('--json', JSON_TEXT)
    .addHelpText('after', examples('schedule list'))
    .action(async (flags: { json?: boolean }) => {
      const { listSchedules } = await import('./commands/schedule/list.js');
      done(await listSchedules(flags));
    });

  group
    .command('describe')
    .argument('<name>', 'name of a schedule')
    .description('Tell what a schedule does, its next five times and its last five batches.')
    .option('--json', JSON_TEXT)
    .addHelpText('after', examples('schedule describe nightly'))
    .action(async (name: string, flags: { json?: boolean }) => {
      const { describeSchedule } = await import('./commands/schedule/describe.js');
      done(await describeSchedule(name, flags));
    });
}

/** trigger, backfill */
function addStarters(group: Command, done: (exitCode: number) => void): void {
  group
    .command('trigger')
    .argument('<name>', 'name of a schedule')
    .description('Start a batch now.')
    .addOption(
      new Option(
        '--overlap <policy>',
        "while an earlier batch runs (default: the schedule's)",
      ).choices(OVERLAPS),
    )
    .option('--json', JSON_TEXT)
    .addHelpText('after', examples('schedule trigger nightly'))
    .action(async (name: string, flags: TriggerFlags) => {
      const { triggerBatch } = await import('./commands/schedule/trigger.js');
      done(await triggerBatch(name, flags));
    });

  group
    .command('backfill')
    .argument('<name>', 'name of a schedule')
    .description('Start the batches of past times now, each with the manifest as it is today.')
    .requiredOption('--from <time>', 'ISO 8601 with offset: 2026-11-20T00:00:00Z')
    .requiredOption('--to <time>', 'likewise; not in the future')
    .addOption(
      new Option('--overlap <policy>', 'one after the other, unless something else is given')
        .choices(OVERLAPS)
        .default('buffer-all'),
    )
    .option('--json', JSON_TEXT)
    .addHelpText(
      'after',
      examples('schedule backfill nightly --from 2026-11-20T00:00:00Z --to 2026-11-23T00:00:00Z'),
    )
    .action(async (name: string, flags: BackfillFlags) => {
      const { backfillSchedule } = await import('./commands/schedule/backfill.js');
      done(await backfillSchedule(name, flags));
    });
}

/** pause, resume, delete */
function addSteering(group: Command, done: (exitCode: number) => void): void {
  const steer = (verb: 'pause' | 'resume', description: string, example: string) =>
    group
      .command(verb)
      .argument('<name>', 'name of a schedule')
      .description(description)
      .option('--note <text>', 'why, for people')
      .option('--json', JSON_TEXT)
      .addHelpText('after', examples(example))
      .action(async (name: string, flags: NoteFlags) => {
        const commands = await import('./commands/schedule/steer.js');
        done(await commands[`${verb}Schedule`](name, flags));
      });
  steer(
    'pause',
    'Start nothing until resume; a batch that runs goes on.',
    "schedule pause nightly --note 'the archive is being moved'",
  );
  steer(
    'resume',
    'Go on after a pause; what was due meanwhile is left out.',
    'schedule resume nightly',
  );
  group
    .command('delete')
    .argument('<name>', 'name of a schedule')
    .description('Remove a schedule, without asking; its batches stay as they are.')
    .option('--json', JSON_TEXT)
    .addHelpText('after', examples('schedule delete nightly'))
    .action(async (name: string, flags: { json?: boolean }) => {
      const { deleteSchedule } = await import('./commands/schedule/steer.js');
      done(await deleteSchedule(name, flags));
    });
}

function examples(...lines: string[]): string {
  const title = lines.length === 1 ? 'Example' : 'Examples';
  return `\n${title}:\n${lines.map((line) => `  reelscore ${line}`).join('\n')}`;
}

const CREATE = "schedule create nightly --cron '0 4 * * *' --timezone Europe/Berlin --manifest";

const EXAMPLES = examples(
  `${CREATE} library.csv`,
  'schedule list',
  'schedule describe nightly',
  'schedule trigger nightly        start a batch now',
);

const CREATE_EXAMPLES = examples(
  `${CREATE} library.csv`,
  `${CREATE} https://files.example/library.csv --max-submissions 500`,
  'schedule create often --every 6h --manifest library.csv --skip-invalid',
);

const NEEDS = `The Temporal server starts the batches, and a worker scores them: both must run all day. With the
embedded server, \`reelscore serve\` is both.

A time that the clocks skip when summer time begins does not come that day.`;
