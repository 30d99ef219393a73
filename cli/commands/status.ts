// reelscore status: one batch, or all.
import type { BatchStatus } from '../../client/status.js';
import type { OutcomeCounts } from '../../contract/clip.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText, type Io } from '../io.js';
import { doneOf } from '../../contract/clip.js';
import { table } from '../table.js';

export async function status(
  batch: string | undefined,
  flags: { json?: boolean },
): Promise<number> {
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    if (batch === undefined) {
      const all = await api.list();
      io.document(all.map(({ progress, ...basics }) => ({ ...basics, ...pausedBy(progress) })));
      if (!io.asJson) showList(io, all);
    } else {
      const one = await api.status(batch);
      io.document(one);
      if (!io.asJson) showOne(io, one);
    }
    return EXIT.ok;
  } finally {
    await api.close();
  }
}

function pausedBy(progress: BatchStatus['progress']) {
  return progress?.pauseReason === undefined ? {} : { pauseReason: progress.pauseReason };
}

function showList(io: Io, all: BatchStatus[]): void {
  if (all.length === 0) {
    io.say('There are no batches yet (start one: reelscore run MANIFEST)');
    return;
  }
  const head = ['BATCH', 'STATE', 'DONE', 'SUCCEEDED', 'NOT', 'STARTED'];
  const rows = all.map(({ batch, state, counts, startedAt, workerAnswering }) => [
    batch,
    workerAnswering === false ? `${state}, no worker` : state,
    `${doneOf(counts)}/${counts.total}`,
    String(counts.succeeded + counts.skipped),
    String(counts.failed + counts.rejected + counts.cancelled),
    startedAt === undefined ? '' : localTime(startedAt),
  ]);
  for (const line of table([head, ...rows])) io.say(line);
}

function showOne(io: Io, status: BatchStatus): void {
  const { batch, state, counts, progress, startedAt, finishedAt } = status;
  const rows: [string, string][] = [
    ['Batch', batch],
    ['State', status.round > 1 ? `${state} (round ${status.round})` : state],
    ['Done', `${doneOf(counts)} of ${counts.total}${outcomes(counts)}`],
  ];
  if (progress) {
    const { submitting, waiting, unresolved, backingOff, finishing } = progress;
    rows.push(
      ['At the vendor', String(waiting)],
      ['To come', String(progress.queued + submitting)],
      ...pair('Outcome unknown', unresolved),
      ...pair('To be tried again', backingOff),
      ...pair('Downloading', finishing),
    );
  }
  if (status.submissions !== undefined) rows.push(['Submissions', String(status.submissions)]);
  if (startedAt !== undefined) rows.push(['Started', localTime(startedAt)]);
  if (finishedAt !== undefined) rows.push(['Ended', localTime(finishedAt)]);
  rows.push(['Results', status.store]);
  if (status.url !== undefined) rows.push(['Temporal', status.url]);
  for (const line of table(rows)) io.say(line);

  for (const { id, code, message } of progress?.lastFailures ?? []) {
    io.say(plainText(`  ${id}: ${code} ${message}`));
  }
  if (progress?.pauseReason !== undefined) {
    io.say(`Paused: ${plainText(progress.pauseReason)}. Go on: reelscore resume ${batch}`);
  }
  if (status.workerAnswering === false) {
    io.say('No worker is running: start `reelscore serve` or `reelscore run MANIFEST`');
  }
  if (state === 'stopped') io.say(`It stopped before its end. Go on: reelscore retry ${batch}`);
}

function pair(label: string, value: number): [string, string][] {
  return value > 0 ? [[label, String(value)]] : [];
}

function outcomes(counts: OutcomeCounts): string {
  const byStatus = Object.entries(counts).filter(([status]) => status !== 'total');
  const some = byStatus.filter(([, number]) => number > 0);
  return some.length === 0 ? '' : `: ${some.map(([name, n]) => `${n} ${name}`).join(', ')}`;
}

/** `2026-11-23 14:05` in this machine's time zone. */
function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}
