// What arrives while a batch continues as new, at any moment of it, counts (B3).
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, expect, test } from 'vitest';
import { PAUSE_SIGNAL, RESUME_SIGNAL, TASK_CALLBACKS_SIGNAL } from '../../../contract/names.js';
import { chainOf, type HistoryEvent, type RunEvents } from '../../support/history.js';
import { randomOf } from '../../support/random.js';
import { clips, startRig, type Rig, type StartedBatch } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil, until } from '../../support/until.js';

const SEEDS = Number(process.env.SEEDS ?? 100);
const ACCOUNTS = 4;
const ROWS = 14;
const HISTORY_BOUND = 30;

const server = await testServer();
// On an account of its own a batch does not wait for others.
const rigs = await Promise.all(Array.from({ length: ACCOUNTS }, () => startRig({ server })));
afterAll(() => Promise.all(rigs.map((rig) => rig.close())));

// Most of the pauses are told of: that starts a workflow, and takes its time.
const sink = createServer((request, response) => {
  request.resume();
  response.end();
});
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
const notify = { url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/` };
afterAll(() => sink.close());

/** What someone may tell a batch. */
type Word = 'pause' | 'resume' | 'cancel' | 'callback';

test('whatever a batch is told at any moment of many short runs counts', async () => {
  let next = 0;
  let inDrain = 0;
  const playOn = async (rig: Rig): Promise<void> => {
    for (let seed = next++; seed < SEEDS; seed = next++) inDrain += await play(seed, rig);
  };
  await Promise.all(rigs.map(playOn));
  expect(inDrain).toBeGreaterThan(SEEDS / 10); // else what is looked for was not tried
});

/** @returns how many words met a run that was draining */
async function play(seed: number, rig: Rig): Promise<number> {
  const random = randomOf(seed);
  // Every third submission is answered late, so that runs spend as much time on draining as on work.
  const batch = await rig.start(
    clips(ROWS, (n) => (n % 3 === 2 ? `slow:${100 + (n % 4) * 100}` : '')),
    {
      ...(random() < 0.7 && { notify }),
      historyBound: HISTORY_BOUND,
      pace: { ratePerSecond: 100, burst: 4, maxInFlight: 6 },
    },
  );
  const words: Word[] = [];
  const handle = rig.client.workflow.getHandle(batch.batch);
  const tell = async (word: Word): Promise<void> => {
    words.push(word);
    try {
      if (word === 'cancel') await handle.cancel();
      else if (word === 'callback') await handle.signal(TASK_CALLBACKS_SIGNAL, [strangersCallback]);
      else await handle.signal(word === 'pause' ? PAUSE_SIGNAL : RESUME_SIGNAL);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error; // it has ended
    }
  };
  const about = (): string => `seed ${seed}: ${words.join(', ')}`;
  const count = Math.floor(random() * 4);
  for (let turn = 0; turn < count; turn += 1) {
    await sleep(random() * 400);
    await tell(pick(random()));
  }
  await sleep(random() * 800);
  // Most are cancelled, also because this makes them short.
  await tell(random() < 0.75 ? 'cancel' : 'resume');
  const end = await endOf(batch);
  const runs = await chainOf(rig.client, batch.batch, batch.handle.firstExecutionRunId);
  expect(submissionsOutOfTurn(runs), about()).toEqual([]);
  const { counts } = await batch.progress();
  if (cancelledInTime(runs)) expect(end, about()).toBeInstanceOf(CancelledFailure);
  else expect(counts, about()).toMatchObject({ succeeded: ROWS });
  return wordsInDrain(runs);
}

test('a resume after the vendor denied access reaches the account, whatever the batch is at', async () => {
  await Promise.all(rigs.map((rig, seed) => resumeDenied(rig, randomOf(seed))));
});

async function resumeDenied(rig: Rig, random: () => number): Promise<void> {
  const pace = { ratePerSecond: 50, burst: 1, maxInFlight: 4 };
  const batch = await rig.start(clips(60), { historyBound: HISTORY_BOUND, pace });
  const handle = rig.client.workflow.getHandle(batch.batch);
  const ended = new AbortController();
  const strangers = (async () => {
    while (!ended.signal.aborted) {
      await handle.signal(TASK_CALLBACKS_SIGNAL, [strangersCallback]).catch(() => undefined);
      await sleep(100 + random() * 80);
    }
  })();
  for (let turn = 0; turn < 3; turn += 1) {
    rig.simulator.setKeysRevoked(true);
    await batchUntil(batch, ({ accountPaused }) => accountPaused === true);
    await until(
      async () => (await handle.describe()).raw.pendingActivities ?? [],
      ({ length }) => length === 0,
    );
    rig.simulator.setKeysRevoked(false);
    await sleep(random() * 400);
    const { submissions } = await batch.progress();
    await handle.signal(RESUME_SIGNAL);
    await batchUntil(batch, (progress) => progress.submissions > submissions);
  }
  expect((await batch.result()).counts.succeeded).toBe(60);
  ended.abort();
  await strangers;
}

const strangersCallback = { round: 9, row: 1, attempt: 1, taskId: 'stranger', status: 3 };

function pick(random: number): Word {
  if (random < 0.4) return 'pause';
  return random < 0.8 ? 'resume' : 'callback';
}

async function endOf(batch: StartedBatch): Promise<unknown> {
  try {
    return await batch.result();
  } catch (error) {
    return error instanceof WorkflowFailedError ? error.cause : error;
  }
}

function wordOf(event: HistoryEvent): Word | undefined {
  if (event.workflowExecutionCancelRequestedEventAttributes) return 'cancel';
  const signal = event.workflowExecutionSignaledEventAttributes?.signalName;
  if (signal === PAUSE_SIGNAL) return 'pause';
  if (signal === RESUME_SIGNAL) return 'resume';
  return signal === TASK_CALLBACKS_SIGNAL ? 'callback' : undefined;
}

function activityOf(event: HistoryEvent): string | undefined | null {
  return event.activityTaskScheduledEventAttributes?.activityType?.name;
}

/** Events at which a clip was given out although the batch had taken a pause or a cancellation before. */
function submissionsOutOfTurn(runs: RunEvents[]): string[] {
  let heard: Word = 'resume'; // by the server
  let taken: Word = 'resume'; // by the workflow
  return runs.flatMap((events, run) =>
    events.flatMap((event) => {
      const word = wordOf(event);
      if (word && word !== 'callback' && heard !== 'cancel') heard = word;
      if (event.workflowTaskStartedEventAttributes) taken = heard;
      const stopped = taken !== 'resume' && activityOf(event) === 'submitClips';
      return stopped ? [`run ${run + 1}, event ${String(event.eventId)} after ${taken}`] : [];
    }),
  );
}

/** A cancellation comes too late for a batch that, with nothing left to do, has taken leave of its account. */
function cancelledInTime(runs: RunEvents[]): boolean {
  const events = runs.flat();
  const cancelled = events.findIndex((event) => wordOf(event) === 'cancel');
  const left = events.findLastIndex(
    (event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes,
  );
  const decided = events
    .slice(0, left)
    .findLastIndex((event) => event.workflowTaskStartedEventAttributes);
  return cancelled >= 0 && cancelled < decided;
}

/** Words that came between the bound of a run and its end. */
function wordsInDrain(runs: RunEvents[]): number {
  const late = runs.slice(0, -1).flatMap((events) => events.slice(HISTORY_BOUND));
  return late.filter((event) => wordOf(event) !== undefined).length;
}
