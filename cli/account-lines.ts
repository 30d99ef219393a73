// Renders an account as lines of text. Pure.
import type { Colors } from 'picocolors/types.js';
import type { AccountBatch, AccountStatus } from '../client/account.js';
import type { Pace } from '../contract/account.js';
import { SIMULATOR_ACCOUNT } from '../contract/names.js';
import { plainText } from './io.js';
import { durationText } from './progress/durations.js';
import { paceText } from './progress/paces.js';
import { table } from './table.js';
import { serveCommand } from './serve-command.js';

/** One line of state and limits, what is to be said of it, and a line for each batch. */
export function accountLines(status: AccountStatus, now: number, colors: Colors): string[] {
  const { account, running, view, limits, batches } = status;
  const head = (text: string): string => `${colors.bold(`Account ${account}:`)} ${text}`;
  if (!running) {
    return [
      head(`not in use; the next batch settles its limits (configured: ${limitText(limits)})`),
    ];
  }
  if (!view) {
    return [head(`in use, but no worker answers for it (start: ${serveCommand(account)})`)];
  }
  const used = batches.reduce((sum, { own }) => sum + (own?.inFlight ?? 0), 0);
  const rate =
    view.ratePerSecond < limits.ratePerSecond ? `${paceText(view.ratePerSecond)} of ` : '';
  const figures = `${rate}${paceText(limits.ratePerSecond)}, burst ${limits.burst}, ${used} of ${limits.maxInFlight} tasks in flight`;
  const rows = batches.map((batch) => [
    `  ${plainText(batch.batch)}`,
    batch.priority,
    shareText(batch, view.ratePerSecond),
  ]);
  return [
    head(`${view.state === 'open' ? 'open' : colors.yellow(view.state.toUpperCase())}; ${figures}`),
    ...[...stateLines(status, now), ...silentLines(status, now)].map((line) =>
      colors.yellow(`  ${line}`),
    ),
    ...table(rows),
  ];
}

/** `5/s, burst 1, 20 tasks in flight` */
function limitText({ ratePerSecond, burst, maxInFlight }: Pace): string {
  return `${paceText(ratePerSecond)}, burst ${burst}, ${maxInFlight} tasks in flight`;
}

/** Old and new limits in one line. */
export function tunedText(before: Pace, limits: Pace): string {
  const change = (from: string, to: string): string => (from === to ? to : `${from} -> ${to}`);
  const rate = change(paceText(before.ratePerSecond), paceText(limits.ratePerSecond));
  const burst = change(String(before.burst), String(limits.burst));
  const cap = change(String(before.maxInFlight), String(limits.maxInFlight));
  return `rate ${rate}, burst ${burst}, tasks in flight ${cap}`;
}

function stateLines({ view, batches }: AccountStatus, now: number): string[] {
  const reason = plainText(view?.reason ?? 'no reason given');
  const [first] = batches;
  if (view?.state === 'paused') {
    const resume = first ? ` Go on, for all of them: reelscore resume ${first.batch}` : '';
    return [`All its batches are paused: ${reason}.${resume}`];
  }
  if (view?.state !== 'slowed') return [];
  const { holdUntil = 0 } = view;
  const next =
    holdUntil > now
      ? `nothing is submitted for ${durationText(holdUntil - now)}`
      : 'the rate goes back up in steps';
  return [`Because of ${reason}; ${next}`];
}

/** Who blocks the others, for how long, and what helps. */
function silentLines({ account, batches, limits }: AccountStatus, now: number): string[] {
  return batches.flatMap(({ batch, silent, evicted }) => {
    const id = plainText(batch);
    if (evicted) return [`${id} was evicted; it joins anew when it answers.`];
    if (!silent) return [];
    const simulate = account === SIMULATOR_ACCOUNT ? ' --simulate' : '';
    return [
      `${id} has not answered for ${durationText(now - silent.since)} and keeps ${silent.keeps} of ` +
        `${limits.maxInFlight} tasks in flight from others for ${durationText(silent.until - now)}; ` +
        `free them now: reelscore evict ${id}${simulate}`,
    ];
  });
}

function shareText({ rateShare, slots, wants, own }: AccountBatch, rate: number): string {
  if (!own) return 'does not answer';
  const inFlight = `${own.inFlight} of ${slots} tasks in flight`;
  const queued = `${own.queued} to come`;
  if (own.state === 'paused') return `paused, ${own.inFlight} in flight, ${queued}`;
  if (rateShare > 0) return `${paceText(rate * rateShare)}, ${inFlight}, ${queued}`;
  if (wants > 0 && own.inFlight >= slots && slots > 0)
    return `waits for tasks to end, ${inFlight}, ${queued}`;
  return wants > 0
    ? `waits for its share, ${inFlight}, ${queued}`
    : `wants no share now, ${inFlight}, ${queued}`;
}
