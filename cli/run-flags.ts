// The options of commands that start batches, and the settings they stand for.
import type { Command } from 'commander';
import { AUDIO_PLANS } from '../contract/mix.js';
import type { ConfigOptions } from '../config/config.js';

export interface RunFlags {
  simulate?: boolean;
  out?: string;
  batch?: string;
  rate?: string;
  maxInFlight?: string;
  priority?: string;
  maxFailures?: string;
  maxSubmissions?: string;
  budget?: string;
  identity?: string;
  again?: boolean;
  prompt?: string;
  map?: string[];
  takes?: string;
  fit?: boolean;
  long?: string;
  mix?: boolean;
  audio?: string;
  loudness?: string;
  fade?: string;
  sheet?: string;
  notify?: string;
  xlsx?: boolean;
  skipInvalid?: boolean;
  /** False with `--no-probe`. */
  probe: boolean;
  ui?: boolean;
  json?: boolean;
}

/** Of the option `--ui`. */
export const IDENTITY_TEXT =
  'what makes a clip the same as an earlier one: clip (its id and its link), id, link, or etag (default: clip)';
export const PROMPT_TEXT = 'prompt of clips that have none; it may name fields, {{folder}}';
export const MAP_TEXT =
  "a column under another name: 'Video URL=file_link'; may be given several times";
export const TAKES_TEXT =
  'submissions of each clip; columns prompt_2, prompt_3 give them other prompts (default: 1)';
export const FIT_TEXT =
  'give the vendor a silent copy, made by ffmpeg, of clips that it would not take; columns start and length choose a part';
export const LONG_TEXT =
  'with --fit, what becomes of clips that are too long: reject, first or parts (default: reject)';
export const MIX_TEXT =
  'mix finished videos when the batch has ended: the picture as it is, with the music';
export const SHEET_TEXT =
  'sheet of a workbook: its name, or its number from 1 (default: the first visible one)';
export const XLSX_TEXT = 'write results.xlsx beside results.csv';
export const UI_TEXT = "with Temporal's web UI, if this command starts the embedded server";

/** For options that may be given several times. */
export function eachTime(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function addRunOptions(command: Command): Command {
  command
    .option('--simulate', 'score against the simulator: no keys, no cost')
    .option('--out <dir>', 'folder for the results (default: results/<batch>)')
    .option('--batch <id>', 'name of the batch (default: from the manifest and its content)');
  return addMixOptions(addClipOptions(addPaceOptions(command)).option('--mix', MIX_TEXT))
    .option('--ui', UI_TEXT)
    .option('--json', 'print one JSON document on stdout');
}

/** What finished videos are like. */
export function addMixOptions(command: Command): Command {
  return command
    .option(
      '--audio <what>',
      `what is heard in finished videos: ${AUDIO_PLANS.join(', ')} (default: duck where the clip has sound, else replace)`,
    )
    .option('--loudness <lufs>', 'of finished videos; -16 and -23 are usual too (default: -14)')
    .option('--fade <time>', 'of the music at the end of finished videos (default: 2s)');
}

/** Which clips are submitted. */
export function addClipOptions(command: Command): Command {
  return command
    .option('--again', 'score clips anew that have been scored already')
    .option('--prompt <text>', PROMPT_TEXT)
    .option('--map <name=column>', MAP_TEXT, eachTime)
    .option('--takes <n>', TAKES_TEXT)
    .option('--fit', FIT_TEXT)
    .option('--long <how>', LONG_TEXT)
    .option('--sheet <name>', SHEET_TEXT)
    .option('--identity <how>', IDENTITY_TEXT)
    .option('--skip-invalid', 'leave out rows with problems instead of refusing the manifest')
    .option('--no-probe', 'do not probe the clips before they are submitted');
}

/** How fast a batch may go, and when it stops by itself. */
export function addPaceOptions(command: Command): Command {
  return command
    .option('--rate <n>', 'submissions per second, unless the account is in use (default: 1)')
    .option(
      '--max-in-flight <n>',
      'tasks at the vendor at one time, unless the account is in use (default: 20)',
    )
    .option(
      '--priority <p>',
      'share of an account that others use too: urgent, normal or background (default: normal)',
    )
    .option(
      '--max-failures <n>',
      'pause when so many clips failed at the vendor: 10, or 25% (default: never)',
    )
    .option('--max-submissions <n>', 'submissions at the most; the clips beyond are left skipped')
    .option(
      '--budget <amount>',
      'cost at the most, at pricePerClip; the clips beyond are left skipped',
    )
    .option('--notify <url>', 'webhook that is notified when the batch ends or pauses')
    .option('--xlsx', XLSX_TEXT);
}

/** Only what was given on the command line. */
export function settingsOf(flags: Partial<RunFlags>): ConfigOptions {
  return {
    out: flags.out,
    rate: flags.rate,
    maxInFlight: flags.maxInFlight,
    priority: flags.priority,
    maxFailures: flags.maxFailures,
    maxSubmissions: flags.maxSubmissions,
    budget: flags.budget,
    identity: flags.identity,
    prompt: flags.prompt,
    map: flags.map,
    takes: flags.takes,
    fit: flags.fit,
    long: flags.long,
    mix: flags.mix,
    audio: flags.audio,
    loudness: flags.loudness,
    fade: flags.fade,
    sheet: flags.sheet,
    notify: flags.notify,
    // Without the option the configuration decides.
    xlsx: flags.xlsx,
    ui: flags.ui,
    // commander gives true when `--no-probe` is absent; then the configuration decides.
    probe: flags.probe === false ? false : undefined,
  };
}
