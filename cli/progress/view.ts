// What the progress of a batch looks like. Pure: lines of text from facts.
import type { Colors } from 'picocolors/types.js';
import type { FailingWork, SeenProgress } from '../../client/failing-work.js';
import type { BatchProgress } from '../../contract/batch.js';
import { doneOf, type OutcomeCounts } from '../../contract/clip.js';
import { findingCounts } from '../ledger-lines.js';
import { plainText } from '../io.js';
import { durationText } from './durations.js';
import { paceText } from './paces.js';

export interface ProgressView {
  batch: string;
  /** Undefined while no worker has answered. */
  progress: SeenProgress | undefined;
  clipsPerSecond: number | undefined;
  remainingMs: number | undefined;
}

const BAR_WIDTH = 40;
const LEAST_BAR = 4;
const SHOWN_FAILURES = 3;
const GRAPHEMES = new Intl.Segmenter();

/** The lines of the live display, none longer than `width`. */
export function liveLines(view: ProgressView, width: number, colors: Colors): string[] {
  const { batch, progress } = view;
  if (!progress) return [cut(`${batch}: waiting for the worker`, width)];
  const { counts } = progress;
  const done = doneOf(counts);
  const text = figures(view, done);
  const cells = Math.max(LEAST_BAR, Math.min(BAR_WIDTH, width - text.length - 2));
  const outcomes = `  ${outcomeText(counts)}`;
  const lines = [
    `${bar(done, counts, cells, colors)}  ${cut(text, width - cells - 2)}`,
    outcomes.length <= width ? `  ${outcomeText(counts, colors)}` : cut(outcomes, width),
    cut(`  ${workText(progress)}`, width),
    ...shareLines(progress).map((line) => cut(`  ${line}`, width)),
  ];
  for (const { id, code, message } of progress.lastFailures.slice(-SHOWN_FAILURES)) {
    lines.push(colors.dim(cut(plainText(`  ${id}: ${code} ${message}`), width)));
  }
  const said = stateLines(batch, progress).flatMap((line) => wrap(line, width));
  lines.push(...said.map((line) => colors.yellow(line)));
  return lines;
}

const OPENING = 'Reading the manifest, and looking up what was scored before';

/** The same in one line, for logs. */
export function plainLine(view: ProgressView): string {
  const { batch, progress } = view;
  if (!progress) return `${batch}: waiting for the worker`;
  if (progress.state === 'opening') return `${batch}: ${OPENING}`;
  const done = doneOf(progress.counts);
  const parts = [figures(view, done), outcomeText(progress.counts), workText(progress)];
  return `${batch}: ${parts.join('; ')}`;
}

/** What is to be said when a batch is not simply running. */
export function stateLines(batch: string, progress: SeenProgress): string[] {
  return [...failingLines(progress.failing), ...linesOf(batch, progress)];
}

/** Of each activity, in words. */
const WORK: Record<string, string> = {
  openBatch: 'reading the manifest',
  matchLedger: 'looking up what was scored before',
  preparePage: 'probing clips',
  submitClip: 'submitting',
  submitClips: 'submitting',
  queryTasks: 'asking the vendor about tasks',
  finishClips: 'downloading soundtracks and recording outcomes',
  finalizeBatch: 'writing the results',
  joinAccount: 'reporting to the account',
  fitClip: 'fitting clips',
  joinCues: 'joining parts',
  findMixes: 'looking for videos to be mixed',
  mixClip: 'mixing videos',
  writeMixes: 'writing the results',
};

/** What keeps failing, why, and that it goes on by itself. */
export function failingLines(failing: readonly FailingWork[] = []): string[] {
  return failing.map(({ activity, cause, tries }) => {
    const times = tries === 1 ? 'once so far' : `${tries} times so far`;
    return `FAILING (${times}; it is tried again): ${WORK[activity] ?? activity}: ${plainText(cause)}`;
  });
}

function linesOf(batch: string, progress: BatchProgress): string[] {
  const { state, pauseReason, accountPaused, found } = progress;
  const reason = plainText(pauseReason ?? 'no reason given');
  switch (state) {
    case 'paused':
      return accountPaused
        ? [
            `PAUSED, with every batch of the account: ${reason}`,
            'Nothing is submitted until you go on; this starts all of them again:',
            `  reelscore resume ${batch}`,
          ]
        : [
            `PAUSED: ${reason}`,
            'Nothing is submitted until you go on with:',
            `  reelscore resume ${batch}`,
          ];
    case 'opening':
      return [OPENING];
    case 'cancelling':
      return ['Cancelling: no more is submitted'];
    case 'finishing':
      return ['Writing the results'];
    case 'running':
      return [...waitLines(progress), ...(found ? findingCounts(found) : [])];
    case 'done':
      return [];
  }
}

function waitLines(progress: BatchProgress): string[] {
  const { holdReason } = progress;
  if (holdReason !== undefined) {
    return [`Holding back: ${plainText(holdReason)} (every batch of the account waits)`];
  }
  return waitsForShare(progress) ? ['Waiting for a share of the account'] : [];
}

/** What a batch gets of an account that others use too. */
function shareLines({ shared, state, pace, priority }: BatchProgress): string[] {
  if (!shared || state !== 'running') return [];
  const { ratePerSecond, maxInFlight } = pace;
  return [
    `its share of the account: ${paceText(ratePerSecond)}, ${maxInFlight} tasks in flight (${priority})`,
  ];
}

/** What a batch waits for when no worker probes. */
export function proberMissingText(): string {
  return 'Its clips wait to be probed, and no worker does that: start `reelscore worker --serve probing`';
}

/** What a batch waits for when no worker downloads. */
export function filesWorkerMissingText(): string {
  return 'It waits for downloads or files, and no worker does that: start `reelscore worker` of this version';
}

function waitsForShare({ pace, queued, submitting, waiting }: BatchProgress): boolean {
  if (queued === 0 || submitting + waiting > 0) return false;
  return pace.ratePerSecond === 0 || pace.maxInFlight === 0;
}

function figures({ progress, clipsPerSecond, remainingMs }: ProgressView, done: number): string {
  const total = progress?.counts.total ?? 0;
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  const parts = [`${share}%`, `${done}/${total}`];
  if (progress?.state === 'paused') return parts.join('  ');
  if (clipsPerSecond !== undefined) parts.push(`${rateText(clipsPerSecond)}/s`);
  if (remainingMs !== undefined && done < total) parts.push(`${durationText(remainingMs)} left`);
  return parts.join('  ');
}

function rateText(perSecond: number): string {
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(perSecond >= 1 ? 1 : 2);
}

function bar(done: number, counts: OutcomeCounts, cells: number, colors: Colors): string {
  const { total } = counts;
  const share = total === 0 ? 1 : done / total;
  return shareBar(share, cells, counts.failed + counts.rejected > 0, colors);
}

/** @param share of 1 */
export function shareBar(
  share: number,
  cells: number,
  someFailed: boolean,
  colors: Colors,
): string {
  const full = Math.floor(share * cells);
  const paint = someFailed ? colors.yellow : colors.green;
  return paint('█'.repeat(full)) + colors.dim('░'.repeat(cells - full));
}

function outcomeText(counts: OutcomeCounts, colors?: Colors): string {
  const text = (
    status: 'failed' | 'rejected' | 'cancelled' | 'skipped',
    bad: boolean,
  ): string[] => {
    const number = counts[status];
    if (number === 0) return [];
    return [bad && colors ? colors.red(`${number} ${status}`) : `${number} ${status}`];
  };
  return [
    `${counts.succeeded} succeeded`,
    ...text('failed', true),
    ...text('rejected', true),
    ...text('cancelled', false),
    ...text('skipped', false),
  ].join(', ');
}

function workText(progress: BatchProgress): string {
  const { submitting, waiting, unresolved, backingOff, finishing } = progress;
  const parts = [`${waiting} at the vendor`];
  if (submitting > 0) parts.push(`${submitting} submitting`);
  if (finishing > 0) parts.push(`${finishing} downloading`);
  if (backingOff > 0) parts.push(`${backingOff} to be tried again`);
  if (unresolved > 0) parts.push(`${unresolved} of unknown outcome`);
  const fitted = progress.fitting === undefined ? '' : `, ${progress.fitting} of them to be fitted`;
  parts.push(`${progress.queued} to come${fitted}`);
  return parts.join(', ');
}

/** Shortens to a width in columns. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const signs = signsOf(text);
  return signs.length <= width ? text : `${signs.slice(0, Math.max(1, width - 1)).join('')}…`;
}

/** Breaks into lines of a width: what says what to do must not be shortened. */
function wrap(text: string, width: number): string[] {
  const signs = signsOf(text);
  const lines: string[] = [];
  for (let at = 0; at < signs.length; at += width) {
    lines.push(signs.slice(at, at + width).join(''));
  }
  return lines;
}

function signsOf(text: string): string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}
