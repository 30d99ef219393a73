// reelscore status: one batch, or all with the accounts they use.
import type { AccountStatus } from '../../client/account.js';
import type { BatchFilter } from '../../client/filter.js';
import type { Overview } from '../../client/reelscore.js';
import type { BatchStatus } from '../../client/status.js';
import type { BatchProgress } from '../../contract/batch.js';
import { doneOf, type OutcomeCounts } from '../../contract/clip.js';
import { accountLines } from '../account-lines.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText, type Io } from '../io.js';
import { paceText } from '../progress/paces.js';
import {
  failingLines,
  filesWorkerMissingText,
  proberMissingText,
  stateLines,
} from '../progress/view.js';
import { table } from '../table.js';
import { serveCommand } from '../serve-command.js';

export interface StatusFlags extends BatchFilter {
  accounts?: boolean;
  json?: boolean;
}

export async function status(batch: string | undefined, flags: StatusFlags): Promise<number> {
  const { accounts = false, state, name, account } = flags;
  const filter: BatchFilter = {
    ...(state !== undefined && { state }),
    ...(name !== undefined && { name }),
    ...(account !== undefined && { account }),
  };
  const [given] = [...(accounts ? ['accounts'] : []), ...Object.keys(filter)];
  if (batch !== undefined && given !== undefined) {
    throw new Error(`--${given} is not about one batch (leave one of the two out)`);
  }
  const io = createIo(flags.json ?? false);
  const api = await connect(io, { config: readConfig() });
  try {
    if (batch === undefined) showAll(io, await api.overview(filter), { accounts, filter });
    else showOne(io, await api.status(batch));
    return EXIT.ok;
  } finally {
    await api.close();
  }
}

/** The document without `--accounts` is a list of batches, as it has always been. */
function showAll(
  io: Io,
  { accounts, batches }: Overview,
  { accounts: onlyAccounts, filter }: { accounts: boolean; filter: BatchFilter },
): void {
  io.document(onlyAccounts ? accounts : batches.map(entryOf));
  if (io.asJson) return;
  showAccounts(io, accounts);
  if (onlyAccounts) return;
  io.say();
  if (batches.length > 0) showList(io, batches);
  else if (Object.keys(filter).length > 0) io.say('No batch matches (all: reelscore status)');
  else io.say('There are no batches yet (start one: reelscore run MANIFEST)');
}

function entryOf({ progress, ...basics }: BatchStatus) {
  if (!progress) return basics;
  const { priority, pace, pauseReason, accountPaused, holdReason } = progress;
  return {
    ...{ ...basics, priority, pace },
    ...(pauseReason !== undefined && { pauseReason }),
    ...(accountPaused && { accountPaused }),
    ...(holdReason !== undefined && { holdReason }),
  };
}

function showAccounts(io: Io, accounts: AccountStatus[]): void {
  for (const account of accounts) {
    for (const line of accountLines(account, Date.now(), io.colors)) io.say(line);
  }
}

function showList(io: Io, all: BatchStatus[]): void {
  const head = ['BATCH', 'STATE', 'DONE', 'SUCCEEDED', 'NOT', 'STARTED'];
  const rows = all.map(({ batch, state, counts, startedAt, ...rest }) => [
    batch,
    standingOf(state, rest),
    `${doneOf(counts)}/${counts.total}`,
    String(counts.succeeded + counts.skipped),
    String(counts.failed + counts.rejected + counts.cancelled),
    startedAt === undefined ? '' : localTime(startedAt),
  ]);
  for (const line of table([head, ...rows])) io.say(line);
}

function standingOf(
  state: string,
  {
    workerAnswering,
    proberMissing,
    filesWorkerMissing,
    failing,
  }: Pick<BatchStatus, 'workerAnswering' | 'proberMissing' | 'filesWorkerMissing' | 'failing'>,
): string {
  if (workerAnswering === false || proberMissing || filesWorkerMissing)
    return `${state}, no worker`;
  return failing ? `${state}, failing` : state;
}

function showOne(io: Io, status: BatchStatus): void {
  io.document(status);
  if (io.asJson) return;
  const { batch, state, counts, progress, startedAt, finishedAt } = status;
  const rows: [string, string][] = [
    ['Batch', batch],
    ['State', status.round > 1 ? `${state} (round ${status.round})` : state],
    ['Done', `${doneOf(counts)} of ${counts.total}${outcomes(counts)}`],
  ];
  if (progress) {
    const { submitting, waiting, unresolved, backingOff, finishing } = progress;
    rows.push(
      ['Priority', progress.priority],
      ['Share', shareText(progress, status.account ?? '')],
      ['At the vendor', String(waiting)],
      ['To come', String(progress.queued + submitting)],
      ...pair('Outcome unknown', unresolved),
      ...pair('To be tried again', backingOff),
      ...pair('Downloading', finishing),
    );
  }
  if (status.submissions !== undefined) rows.push(['Submissions', String(status.submissions)]);
  if (status.mixing) {
    const { found, made, kept, failed } = status.mixing.counts;
    rows.push(['Videos', `${made + kept + failed} of ${found}, being mixed`]);
  }
  if (startedAt !== undefined) rows.push(['Started', localTime(startedAt)]);
  if (finishedAt !== undefined) rows.push(['Ended', localTime(finishedAt)]);
  if (status.store !== undefined) rows.push(['Results', status.store]);
  if (status.reason !== undefined) rows.push(['Reason', plainText(status.reason)]);
  if (status.url !== undefined) rows.push(['Temporal', status.url]);
  for (const line of table(rows)) io.say(line);

  for (const { id, code, message } of progress?.lastFailures ?? []) {
    io.say(plainText(`  ${id}: ${code} ${message}`));
  }
  for (const line of failingLines(status.failing ?? status.mixing?.failing)) io.say(line);
  for (const line of progress ? standing(batch, progress) : []) io.say(line);
  if (status.proberMissing) io.say(proberMissingText());
  if (status.filesWorkerMissing) io.say(filesWorkerMissingText());
  if (status.workerAnswering === false) {
    io.say(`No worker is running: start \`${serveCommand(status.account ?? '')}\``);
  }
  if (state === 'stopped' && status.reason === undefined)
    io.say(`It stopped before its end. Go on: reelscore retry ${batch}`);
}

function shareText({ pace, shared }: BatchProgress, account: string): string {
  const limits = `${paceText(pace.ratePerSecond)}, ${pace.maxInFlight} tasks in flight`;
  return `${limits} (${shared ? 'of' : 'all of'} account ${account})`;
}

function standing(batch: string, progress: BatchProgress): string[] {
  const { state, pauseReason, accountPaused } = progress;
  if (state !== 'paused') return stateLines(batch, progress);
  const reason = plainText(pauseReason ?? 'no reason given');
  return accountPaused
    ? [
        `Paused, with every batch of the account: ${reason}. Go on, all at once: reelscore resume ${batch}`,
      ]
    : [`Paused: ${reason}. Go on: reelscore resume ${batch}`];
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
