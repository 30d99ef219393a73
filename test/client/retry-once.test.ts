// A round is begun once, however many ask for it at the same time, and however often one that asks is killed.
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Execution } from '../../client/execution.js';
import { markBatch } from '../../client/marks/mark-batch.js';
import { markedRows } from '../../client/marks/marked-rows.js';
import { cuesOf, readCues, writeCues } from '../../manifests/cues.js';
import { appendMarks, takesName } from '../../outcomes/review/marks.js';
import { writeSegment } from '../../outcomes/segments.js';
import { startNights } from '../nightly/rig.js';
import { frozen, manifestOf, succeeded } from '../outcomes/support.js';
import { clips } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

const server = await testServer();
const nights = await startNights({ server });
afterAll(() => nights.close());

/** How long its tasks take: that tells them apart. */
const RUNS = [[], [11, 12, 13], [21, 22, 23], [31, 32, 33]];

test.each([1, 2, 3])('of many who retry a batch at once, one does (%i)', async (round) => {
  // The simulator counts faults by link.
  const faults = (n: number): string => (n < 3 ? `fail*2,run:${RUNS[round]?.[n] ?? 0}` : '');
  const rows = clips(5, faults).map((row) => ({ ...row, id: randomUUID() }));
  const { batch } = await nights.api.start(await nights.manifest(rows));
  await nights.api.wait(batch);
  const before = nights.paid(batch).length;
  const asked = Array.from({ length: 8 }, () => nights.api.retry(batch));
  const ended = await Promise.allSettled(asked);
  const codes = ended.map((one) =>
    one.status === 'fulfilled' ? 'begun' : (one.reason as { code: string }).code,
  );
  expect(codes.filter((code) => code === 'begun')).toEqual(['begun']);
  expect(new Set(codes)).toEqual(new Set(['begun', 'batch_running']));
  expect((await nights.api.wait(batch)).summary.counts.succeeded).toBe(5);
  expect(nights.paid(batch).length - before).toBe(3);
});

test('while a take more is made, no other is chosen, for it would hide that', async () => {
  const { store, snapshot } = await frozen(manifestOf(1));
  const had = { ...succeeded(0), outputs: ['soundtracks/c0.mp3', 'soundtracks/c0-2.mp3'] };
  await writeSegment(store, 1, '00001', [had]);
  const mark = { id: 'c0', takes: takesName(had) };
  await appendMarks(store, [{ ...mark, output: 'soundtracks/c0.mp3', decision: 'redo' }]);
  const { plans } = await markedRows(store, snapshot, ['c0']);
  for (const one of plans) await writeCues(store, one.clip, one.plan);
  const memo = { name: 'm', store: store.location, total: 1, rows: 1, round: 2 };
  const running: Execution = {
    ...{ batch: 'm', status: 'RUNNING', taskQueue: 'q', startedAt: new Date(), memo },
  };
  const approve = (output: string, execution?: Execution) =>
    markBatch({ batch: 'm', store, ...(execution && { execution }) }, () => store, [
      { ...mark, output, decision: 'approve' },
    ]);
  const { stale, chosen } = await approve('soundtracks/c0-2.mp3', running);
  expect([stale[0]?.why, chosen]).toEqual([expect.stringContaining('being redone'), []]);
  expect((await approve('soundtracks/c0.mp3', running)).approved).toEqual(['c0']);
  expect((await approve('soundtracks/c0-2.mp3')).chosen).toEqual(['c0']);
});

test('what is to be redone is planned once, however often it is begun', async () => {
  const { store, snapshot } = await frozen(manifestOf(1));
  await writeSegment(store, 1, '00001', [succeeded(0)]);
  const mark = { id: 'c0', takes: takesName(succeeded(0)), output: 'soundtracks/c0.mp3' };
  const clip = await snapshot.clip(0);
  for (const prompt of ['Fast', 'Slow', 'Slow']) {
    await appendMarks(store, [{ ...mark, decision: 'redo', prompt }]);
    const { rows, plans } = await markedRows(store, snapshot, ['c0']);
    expect([rows, plans.length]).toEqual([[0], 1]);
    for (const one of plans) await writeCues(store, one.clip, one.plan);
    const plan = await readCues(store, clip);
    expect(plan && cuesOf(0, plan).map(({ cue }) => [cue.take, cue.prompt])).toEqual([[2, prompt]]);
  }
});
