// What people read at the end of a batch.
import type { Reelscore } from '../client/reelscore.js';
import type { NotifiedEnd } from '../client/notified.js';
import type { MixCounts } from '../contract/mix.js';
import { storesOf } from '../intake/network.js';
import type { EndedMixing } from '../client/videos.js';
import type { ScoredBatch } from './score-here.js';
import type { OwnCode } from '../contract/error-codes.js';
import type { OutcomeCounts } from '../contract/clip.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { plainText, type Io, shownPath } from './io.js';
import { durationText } from './progress/durations.js';
import { findingLines, isLedgerCode, type Found } from './ledger-lines.js';
import { table } from './table.js';
import { serveCommand } from './serve-command.js';

const SHOWN_CODES = 3;
const SHOWN_FINDINGS = 5;

/**
 * Prints summary, where the results lie and what to try next; returns the exit code.
 * @param more for the document
 */
export async function showEnd(
  io: Io,
  api: Reelscore,
  ended: ScoredBatch,
  more: object = {},
): Promise<number> {
  const { batch, state, summary, store, videos } = ended;
  const { counts, submissions, startedAt, finishedAt } = summary;
  const { found, notes } = await toldBefore(api, batch);
  io.document({
    ...{ ...summary, state, store },
    ...(found && { found }),
    ...(videos && { videos: videos.counts }),
    ...more,
  });
  const { possibleDuplicates, codes } = await lookThrough(api, batch);
  const took = durationText(Date.parse(finishedAt) - Date.parse(startedAt));
  const bold = io.colors.bold;
  io.say();
  io.say(
    bold(
      `${state === 'cancelled' ? 'Cancelled' : 'Done'}: ${batch}, ${counts.total} clips in ${took}`,
    ),
  );
  const rows = rowsOf(counts, io);
  rows.push(['  submissions', String(submissions)]);
  if (possibleDuplicates > 0) {
    rows.push(['  possible duplicates', `${possibleDuplicates} (may have been paid for twice)`]);
  }
  if (videos) rows.push(['  videos', videosText(videos.counts)]);
  for (const line of table(rows)) io.say(line);
  for (const [text, number] of codes.slice(0, SHOWN_CODES)) io.say(`  ${number} x ${text}`);
  if (found) for (const line of findingLines(found)) io.say(`  ${line}`);
  io.say();
  io.say(`Results: ${shownPath(store)}`);
  const there = storesOf(api.config)(store);
  const hasVideos = (await there.list('videos')).length > 0;
  const folders = hasVideos ? 'soundtracks/, videos/' : 'soundtracks/';
  const workbook = (await there.exists('results.xlsx')) ? 'results.xlsx, ' : '';
  io.say(`         results.csv, ${workbook}results.jsonl, summary.json, ${folders}`);
  for (const note of notes) io.say(`Note:    ${plainText(note)}`);
  for (const line of notifiedLines(await api.notified(batch), api.config.account)) io.say(line);
  const simulated = api.server.simulatorUrl !== undefined;
  for (const line of nextSteps(batch, counts, simulated)) io.say(line);
  return exitCodeOf(counts);
}

/** Prints what became of the finished videos of a batch. */
export function showVideos(
  io: Io,
  batch: string,
  { state, counts, lastFailures }: EndedMixing,
): void {
  io.document({ batch, state, ...counts });
  io.say();
  io.say(
    io.colors.bold(
      `${state === 'cancelled' ? 'Cancelled' : 'Done'}: ${counts.made + counts.kept} finished videos`,
    ),
  );
  if (counts.kept > 0) io.say(`  ${counts.kept} of them were there already`);
  if (counts.failed > 0)
    io.say(`  ${counts.failed} could not be mixed: see the column video_error`);
  for (const { id, message } of lastFailures) io.say(plainText(`  ${id}: ${message}`));
}

/** Finished videos by what became of them. */
export function videosText({ made, kept, failed }: MixCounts): string {
  const videos = made + kept;
  const parts = [String(videos)];
  if (kept > 0) parts.push(`${kept} of them there already`);
  if (failed > 0) parts.push(`${failed} could not be mixed: see the column video_error`);
  return parts.join(', ');
}

/** Only what did not reach the receiver. */
function notifiedLines({ state, reason }: NotifiedEnd, account: string): string[] {
  const why = reason === undefined ? '' : `: ${plainText(reason)}`;
  if (state === 'givenUp') return [`Notify:  given up${why}`];
  if (state !== 'underWay') return [];
  return [
    `Notify:  not delivered yet${why}. It goes on when a worker runs: ${serveCommand(account)}`,
  ];
}

/** After Ctrl-C. */
export function showDetached(io: Io, batch: string, again: string): number {
  io.say(`Detached from batch ${batch}; nothing is lost.`);
  io.say(`Go on: ${again}`);
  io.say(`How it stands: reelscore status ${batch}`);
  io.document({ batch, state: 'detached' });
  return EXIT.detached;
}

function rowsOf(counts: OutcomeCounts, { colors }: Io): [string, string][] {
  const paint = {
    succeeded: colors.green,
    failed: colors.red,
    rejected: colors.red,
    cancelled: colors.yellow,
    skipped: colors.dim,
  };
  return (Object.keys(paint) as (keyof typeof paint)[])
    .filter((status) => counts[status] > 0 || status === 'succeeded')
    .map((status) => [paint[status](`  ${status}`), String(counts[status])]);
}

/** One pass over the rows: what the summary does not count. */
async function lookThrough(api: Reelscore, batch: string) {
  let possibleDuplicates = 0;
  const byCode = new Map<string, number>();
  for await (const row of await api.results(batch)) {
    if (row.possible_duplicate) possibleDuplicates += 1;
    if (row.error_code === null || row.status === 'cancelled') continue;
    const text = plainText(`${row.status}: ${row.error_code}`);
    byCode.set(text, (byCode.get(text) ?? 0) + 1);
  }
  const codes = [...byCode].sort(([, a], [, b]) => b - a);
  return { possibleDuplicates, codes };
}

/** What the ledger reported about clips that were scored anew or skipped, and warnings about the results. */
async function toldBefore(
  api: Reelscore,
  batch: string,
): Promise<{ found: Found | undefined; notes: string[] }> {
  const counts: Found['counts'] = {};
  const findings: Found['notes'] = [];
  const notes: string[] = [];
  for await (const { id, code, message } of await api.warnings(batch)) {
    if (code === ('xlsx_not_written' satisfies OwnCode)) notes.push(message);
    if (!isLedgerCode(code)) continue;
    counts[code] = (counts[code] ?? 0) + 1;
    if (findings.length < SHOWN_FINDINGS) findings.push({ id, code, message });
  }
  return { found: findings.length === 0 ? undefined : { counts, notes: findings }, notes };
}

function nextSteps(batch: string, counts: OutcomeCounts, simulated: boolean): string[] {
  const open = counts.failed + counts.rejected + counts.cancelled;
  if (open === 0) {
    return simulated
      ? ['Next:    validate and score your own: reelscore validate library.csv']
      : [`Next:    reelscore results ${batch}`];
  }
  const worst = (['failed', 'rejected', 'cancelled'] as const).find((status) => counts[status] > 0);
  return [
    `Look:    reelscore results ${batch} --status ${worst ?? 'failed'}`,
    `Retry:   reelscore retry ${batch}`,
  ];
}
