// Renders schedules as lines of text. Pure.
import type { SavedSchedule } from '../../../client/schedules/schedules.js';
import type { ScheduledBatch } from '../../../client/schedules/recent.js';
import type { ScheduleStatus } from '../../../client/schedules/status.js';
import { zonedText } from '../../../client/schedules/timezone.js';
import { durationInWords } from '../../../client/schedules/words.js';
import { doneOf, type OutcomeCounts } from '../../../contract/clip.js';
import { shownLink } from '../../../contract/secret-link.js';
import { tryUrl } from '../../../net/urls.js';
import { plainText } from '../../io.js';
import { capLine } from './cap-line.js';
import { table } from '../../table.js';
import { serveCommand } from '../../serve-command.js';

/** After `create` and `update`: what happens when, and what it takes. */
export function savedLines(
  saved: SavedSchedule,
  { verb, embedded }: { verb: 'made' | 'changed'; embedded: boolean },
): string[] {
  const { name, notes } = saved;
  const rows: [string, string][] = [
    ['Fires', firesText(saved)],
    ['Manifest', manifestText(saved)],
    ['Batches', `${name}-<time in UTC>${foldersText(saved)}`],
    ...capRow(saved),
    ['Next', nextText(saved)],
  ];
  return [
    `Schedule ${name} is ${verb}${saved.paused ? ', and paused' : ''}.`,
    ...table(rows),
    ...notes.map((text) => `Note: ${plainText(text)}`),
    ...workerLine(saved),
    ...(embedded
      ? [
          `The embedded Temporal server ends with the last process that uses it: keep \`${serveCommand(saved.account)}\` running, or nothing starts when it is due.`,
        ]
      : []),
  ];
}

/** All of a schedule. */
export function describedLines(status: ScheduleStatus): string[] {
  const { name, account, jitterMs, settings, skippedByOverlap, missedCatchUp, next } = status;
  const { skipInvalid, again } = status;
  const options = [
    ...(skipInvalid ? ['rows with problems are left out'] : []),
    ...(again ? ['clips scored already are scored again'] : []),
    ...Object.entries(settings).map(([key, value]) => `${key} ${settingText(key, value)}`),
  ];
  const rows: [string, string][] = [
    ['Schedule', name],
    ['Account', account],
    ['State', stateText(status)],
    ['Fires', firesText(status)],
    ['Manifest', manifestText(status)],
    ['Batches', `${name}-<time in UTC>${foldersText(status)}`],
    ...options.map((text, at): [string, string] => [at === 0 ? 'Options' : '', plainText(text)]),
    ...capRow(status),
    ['Overlap', `${kebab(status.overlap)} (left out so far: ${skippedByOverlap})`],
    [
      'Catch-up',
      `up to ${durationInWords(status.catchUpWindowMs)} late (missed so far: ${missedCatchUp})`,
    ],
    ...(jitterMs > 0 ? [['Jitter', `up to ${durationInWords(jitterMs)}`] as [string, string]] : []),
    ['On failure', status.pauseOnFailure ? 'the schedule pauses' : 'the schedule goes on'],
  ];
  const times = next.map((iso) => [`  ${zoned(iso, status)}`, shortIso(iso)]);
  const results = status.last.map((batch) => [`  ${batch.batch}`, resultText(batch)]);
  return [
    ...table(rows),
    next.length === 0 ? 'Next: never; no such time comes' : 'Next times:',
    ...table(times),
    results.length === 0 ? 'No batch yet' : 'Last batches:',
    ...table(results),
    ...workerLine(status),
  ];
}

/** One line of the list: name, when, next, state, last. */
export function listRow(status: ScheduleStatus): string[] {
  const [last] = status.last;
  return [
    status.name,
    firesText(status),
    status.paused ? 'when resumed' : nextText(status),
    status.paused ? 'paused' : 'active',
    last ? `${resultText(last)} (${shortIso(last.dueAt)})` : 'no batch yet',
  ];
}

/** What to start if no worker takes the batches. */
export function workerLine({ workerRunning, account }: ScheduleStatus): string[] {
  if (workerRunning) return [];
  return [`No worker is running for the account ${account}: start \`${serveCommand(account)}\``];
}

/** `Wed 2026-11-25 02:00 (UTC+1)` in the schedule's time zone. */
export function nextText(status: ScheduleStatus): string {
  const [next] = status.next;
  return next === undefined ? 'never; no such time comes' : zoned(next, status);
}

/** How a batch ended, or stands. */
export function resultText({ state, counts, reason }: ScheduledBatch): string {
  if (state === 'stopped') return `failed: ${plainText(reason ?? 'no reason given')}`;
  if (state === 'forgotten') return 'Temporal has forgotten it';
  if (!counts) return state === 'running' ? 'running; its manifest is not read yet' : state;
  if (state === 'finished') return `finished ${counts.total} clips${outcomesText(counts)}`;
  return `${state}: ${doneOf(counts)} of ${counts.total} clips done`;
}

function outcomesText(counts: OutcomeCounts): string {
  const { total, ...byStatus } = counts;
  if (total === 0) return '';
  const some = Object.entries(byStatus).filter(([, number]) => number > 0);
  return `: ${some.map(([status, number]) => `${number} ${status}`).join(', ')}`;
}

function capRow({ settings }: ScheduleStatus): [string, string][] {
  const line = capLine(settings);
  return line === undefined ? [] : [['At most', line]];
}

function firesText({ words, timezone, cron }: ScheduleStatus): string {
  return cron.length === 0 ? words : `${words}, ${timezone}`;
}

function stateText({ paused, note }: ScheduleStatus): string {
  const state = paused ? 'paused' : 'active';
  return note === undefined || note === state ? state : `${state}: ${plainText(note)}`;
}

function foldersText({ results }: ScheduleStatus): string {
  return results === undefined ? '' : `, each with its folder in ${plainText(results)}`;
}

function manifestText({ manifest }: ScheduleStatus): string {
  return plainText(shownLink(manifest));
}

function settingText(name: string, value: string | number | boolean): string {
  if (name !== 'notify') return String(value);
  const link = shownLink(String(value));
  return tryUrl(link)?.origin ?? link; // its path may be a token
}

function zoned(iso: string, { timezone }: ScheduleStatus): string {
  return zonedText(new Date(iso), timezone);
}

/** `2026-11-24T01:00:00Z` */
export function shortIso(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}

function kebab(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
