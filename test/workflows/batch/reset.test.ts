// `temporal workflow reset`, the usual cure of operators: nothing is paid again, nothing recorded is lost.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { clips, startRig, type Rig, type StartedBatch } from '../../support/rig.js';
import { chainOf } from '../../support/history.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil } from '../../support/until.js';

const server = await testServer();
const [first, second] = [await startRig({ server }), await startRig({ server })];
afterAll(() => Promise.all([first.close(), second.close()]));

/** What a clip may meet; none of these costs a second submission. */
const FAULTS = ['', 'http:503*1', 'early', 'drop-after*1', 'expired*1', 'slow:300'];
/** Short, as answers are lost. */
const GRACE_MS = 500;

function rowsOf(name: string, count: number) {
  return clips(count, (n) => FAULTS[n % FAULTS.length] ?? '').map((row) => {
    const link = new URL(row.file_link);
    link.pathname = link.pathname.replace('/load/', `/load/${name}-`);
    return { ...row, file_link: link.href };
  });
}

/** Submissions that the vendor took, of one batch. */
function paid(rig: Rig, batch: StartedBatch) {
  const of = `/${encodeURIComponent(batch.batch)}/`;
  return rig.simulator.ledger().filter(({ callback = '' }) => callback.includes(of));
}

/**
 * Resets a batch to the nth completed workflow task of one of its runs.
 * @returns the id of the run that goes on
 */
async function reset({ client }: Rig, batch: StartedBatch, which: { run: number; task: number }) {
  const runs = await chainOf(client, batch.batch, batch.handle.firstExecutionRunId);
  const events = runs.at(which.run) ?? [];
  const tasks = events.filter((event) => event.workflowTaskCompletedEventAttributes);
  const runId = (await runIds(client, batch)).at(which.run);
  const { eventId } = tasks.at(Math.min(which.task, tasks.length - 1)) ?? {};
  return await client.workflowService.resetWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId: batch.batch, runId: runId ?? null },
    reason: 'test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: eventId ?? null,
  });
}

async function runIds(client: Rig['client'], batch: StartedBatch): Promise<string[]> {
  const runs = await chainOf(client, batch.batch, batch.handle.firstExecutionRunId);
  const next = runs.flatMap(
    (events) =>
      events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? [],
  );
  return [batch.handle.firstExecutionRunId, ...next];
}

/** @param mayBeTwice in the links of clips that may have been paid for twice, if that is told */
async function expectScoredOnce(
  rig: Rig,
  batch: StartedBatch,
  rows: { file_link: string }[],
  mayBeTwice = 'nothing',
) {
  const results = await batch.rows();
  expect(results.map(({ status }) => status)).toEqual(rows.map(() => 'succeeded'));
  const times = new Map(rows.map(({ file_link }) => [file_link, 0]));
  for (const { fileLink } of paid(rig, batch)) times.set(fileLink, (times.get(fileLink) ?? 0) + 1);
  const flagged = results.filter(({ possible_duplicate }) => possible_duplicate);
  expect(flagged.filter(({ file_link }) => !file_link.includes(mayBeTwice))).toEqual([]);
  for (const { file_link } of flagged) times.delete(file_link);
  expect([...times].filter(([, count]) => count !== 1)).toEqual([]);
}

test.concurrent('a batch that has ended is not paid again, wherever it is reset to', async () => {
  const rig = first;
  const rows = rowsOf(randomUUID(), 24);
  const batch = await rig.start(rows, { historyBound: 90, callbackGraceMs: GRACE_MS });
  await batch.result();
  const before = await batch.rows();
  await expectScoredOnce(rig, batch, rows);
  const places = [
    { run: -1, task: 0 },
    { run: 0, task: 0 },
  ];
  for (const place of places) {
    await reset(rig, batch, place);
    const summary = await batch.result();
    await expectScoredOnce(rig, batch, rows);
    expect(await batch.rows()).toEqual(before);
    expect(summary).toMatchObject({ counts: { succeeded: 24 }, submissions: 24 });
  }
});

/** What a run knows of its share after a reset is of before: it may not be its own any more (P1, G1). */
async function expectJoinedAnew(rig: Rig, { batch, handle }: StartedBatch, runId: string) {
  const run = rig.client.workflow.getHandle(batch, runId);
  const { raw } = await run.describe();
  expect(raw.workflowExecutionInfo?.firstRunId).toBe(handle.firstExecutionRunId); // as the account has it
  const events = (await run.fetchHistory()).events ?? [];
  const from = events.findLastIndex((event) => event.workflowTaskFailedEventAttributes);
  let joined = false;
  for (const { activityTaskScheduledEventAttributes: scheduled } of events.slice(from)) {
    const { name } = scheduled?.activityType ?? {};
    joined ||= name === 'joinAccount';
    if (name !== 'submitClips' || joined) continue;
    const input = Buffer.from(scheduled?.input?.payloads?.[0]?.data ?? '').toString();
    expect(JSON.parse(input)).toMatchObject({ reset: runId });
  }
}

test.concurrent('a batch at work, reset again and again, pays for each clip once', async () => {
  const rig = second;
  const rows = rowsOf(randomUUID(), 60);
  const pace = { ratePerSecond: 60, burst: 4, maxInFlight: 20 };
  const batch = await rig.start(rows, { pace, callbackGraceMs: GRACE_MS });
  for (const [submissions, task] of [
    [8, 1],
    [20, 9],
    [35, 5],
  ] as const) {
    await batchUntil(batch, (progress) => progress.submissions >= submissions);
    const { runId } = await reset(rig, batch, { run: 0, task });
    await sleep(100);
    await expectJoinedAnew(rig, batch, runId);
  }
  await batch.result();
  // A callback that alone names its task may come to a run that has not got to its clip.
  await expectScoredOnce(rig, batch, rows, 'drop-after');
});
