// Rows that are watched: whatever is written, and in whatever order, they are what reading all of it gives.
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { OUTCOME_STATUSES, type Outcome } from '../../contract/clip.js';
import { switchSnapshot } from '../../manifests/freeze.js';
import { LiveRows } from '../../outcomes/live-rows.js';
import { mergeRows } from '../../outcomes/merge.js';
import { appendMarks, takesName } from '../../outcomes/review/marks.js';
import { addToSegment, writeSegment } from '../../outcomes/segments.js';
import { appendVideo, sourcesDigest } from '../../outcomes/videos.js';
import { all, frozen, manifestOf, succeeded } from './support.js';

const ROWS = 6;

const outcome = fc
  .record({
    row: fc.nat(ROWS - 1),
    status: fc.constantFrom(...OUTCOME_STATUSES),
    attempts: fc.nat(3),
    output: fc.option(fc.constantFrom('soundtracks/a.mp3', 'soundtracks/b.mp3'), {
      nil: undefined,
    }),
  })
  .map(({ output, ...rest }): Outcome => ({ ...rest, ...(output !== undefined && { output }) }));

/** A segment that is written again without what counted. */
const WRITTEN_AGAIN = (['succeeded', 'rejected'] as const).map((status) => ({
  ...({ write: 'segment', round: 2, name: 'marks-a' } as const),
  outcomes: [{ row: 1, status, attempts: 0 }] as Outcome[],
}));

const step = fc.oneof(
  fc.record({
    write: fc.constant('segment' as const),
    round: fc.integer({ min: 1, max: 3 }),
    name: fc.constantFrom('00001', '00002', 'marks-a'),
    outcomes: fc.uniqueArray(outcome, { selector: ({ row }) => row, minLength: 1, maxLength: 3 }),
  }),
  fc.record({ write: fc.constant('mark' as const), row: fc.nat(ROWS), stale: fc.boolean() }),
  fc.record({ write: fc.constant('video' as const), row: fc.nat(ROWS), stale: fc.boolean() }),
);

test('are the rows that are there, and those that differ are told, whatever is written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const view = await frozen(manifestOf(ROWS));
      const live = await LiveRows.open(view.store);
      let before = await all(live.rows());
      for (const one of steps) {
        const row = 'row' in one ? before[one.row] : undefined;
        const of = row?.outcome;
        const id = row?.clip.id ?? 'no-such-clip';
        if (one.write === 'segment') {
          await addToSegment(view.store, one.round, one.name, one.outcomes);
        } else if (one.write === 'mark') {
          const takes = one.stale ? 'of before' : takesName(of);
          await appendMarks(view.store, [{ id, takes, note: randomUUID() }]);
        } else {
          const made = row && of && !one.stale ? sourcesDigest(row.clip, of) : 'of before';
          const entry = { id, of: made, how: 'x', video: `videos/${randomUUID()}.mp4` };
          await appendVideo(view.store, 'w', { ...entry, at: Date.now() });
        }
        const changed = (await live.changed()) ?? new Set();
        const now = await all(live.rows());
        expect(now).toEqual(await all(mergeRows(view)));
        for (const [at, merged] of now.entries()) {
          if (JSON.stringify(before[at]) !== JSON.stringify(merged)) expect(changed).toContain(at);
          expect(await live.row(at)).toEqual(merged);
        }
        before = now;
      }
    }),
    { numRuns: 40, examples: [[WRITTEN_AGAIN]] },
  );
});

test('nothing is told twice, and nothing that has not changed is read again', async () => {
  const view = await frozen(manifestOf(3));
  await writeSegment(view.store, 1, '00001', [succeeded(0)]);
  const live = await LiveRows.open(view.store);
  expect(await live.changed()).toEqual(new Set());
  await writeSegment(view.store, 1, '00002', [succeeded(2)]);
  // A read of the first would fail now.
  await view.store.remove('outcomes/1-00001.jsonl');
  expect(await live.changed()).toEqual(new Set([2]));
  expect(await live.changed()).toEqual(new Set());
  expect((await live.row(0)).outcome?.taskId).toBe('task-0');
});

test('another manifest is said, for the rows are others', async () => {
  const view = await frozen(manifestOf(3));
  const live = await LiveRows.open(view.store);
  await switchSnapshot(view.store, { ...(await view.snapshot.info()), sinceRound: 2 });
  expect(await live.changed()).toBeUndefined();
});
