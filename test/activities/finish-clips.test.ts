// finishClips as a whole: what is recorded of a group of clips.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SubmissionJournal } from '../../activities/submission-journal.js';
import type { Outcome } from '../../contract/clip.js';
import { listSegments } from '../../outcomes/segments.js';
import { serve } from '../net/servers.js';
import { confirm, outcomesIn, rig, soundtracksIn, TUNE } from './finish-rig.js';
import { entriesOf, night, resultsFolder } from './ledger-rig.js';
import { run, start } from './support.js';

const REFUSAL = { class: 'retry', code: '680001', message: 'later' } as const;

describe('a group', () => {
  const failed: Outcome = {
    ...{ row: 7, status: 'failed', attempts: 3, errorCode: '680001', errorMessage: 'no luck' },
  };

  test('is recorded as one segment, without the clips in trouble', async () => {
    const one = await rig(
      (request, response) => {
        if (request.url === '/result-2.mp3') response.writeHead(500).end();
        else response.end('a tune');
      },
      { clips: 8 },
    );
    await confirm(one);
    const download = one.input.download
      .slice(0, 3)
      .map((task) => ({ ...task, possibleDuplicate: task.row === 0 }));
    const input = { ...one.input, download, record: [failed] };
    const { troubles, failures } = await run(one.worker, 'finishClips', input);
    expect(troubles).toHaveLength(1);
    expect(failures).toEqual([{ row: 7, id: 'c7', code: '680001', message: 'no luck' }]);
    expect(await listSegments(one.store)).toEqual(['outcomes/1-00000000.jsonl']);
    const outcomes = await outcomesIn(one.store);
    expect(outcomes).toHaveLength(3);
    expect(outcomes[0]).toEqual(failed);
    for (const { row, output, possibleDuplicate } of outcomes.slice(1)) {
      expect(output).toBe(`soundtracks/c${row}.mp3`);
      expect(possibleDuplicate).toBe(row === 0 ? true : undefined);
    }
  });

  test.each([
    ['was accepted', { kind: 'accepted', taskId: 'other', callback: true }, true],
    ['has no answer', undefined, true],
    ['was refused', { kind: 'refused', failure: REFUSAL }, undefined],
  ] as const)(
    'C4: a later POST of another run that %s decides whether its clips may be duplicates',
    async (_, answer, flagged) => {
      const one = await rig(TUNE, { clips: 8 });
      const journal = new SubmissionJournal(one.store, 'earlier-worker');
      for (const row of [0, 7]) {
        const post = { round: 1, row, attempt: 4, run: 'an-earlier-run', activityTry: 1 };
        await journal.begin(post);
        if (answer) await journal.end(post, answer);
      }
      const download = one.input.download.slice(0, 2);
      await run(one.worker, 'finishClips', { ...one.input, download, record: [failed] });
      const seen = (await outcomesIn(one.store)).map((outcome) => [
        outcome.row,
        outcome.possibleDuplicate,
      ]);
      expect(new Map(seen as [number, boolean][])).toEqual(
        new Map([
          [0, flagged],
          [1, undefined],
          [7, flagged],
        ]),
      );
    },
  );

  test('done again leaves its segment as it was', async () => {
    const one = await rig(TUNE, { clips: 8 });
    const input = { ...one.input, download: one.input.download.slice(0, 7), record: [failed] };
    await run(one.worker, 'finishClips', input);
    const first = await outcomesIn(one.store);
    await run(one.worker, 'finishClips', input, { attempt: 2 });
    expect(await outcomesIn(one.store)).toEqual(first);
    expect(first).toHaveLength(8);
  });

  test('that is cancelled ends, and leaves open what is not there', async () => {
    const one = await rig(() => undefined, { clips: 3 });
    const { result, cancel } = start(one.worker, 'finishClips', one.input);
    await expect.poll(() => one.media.seen.length).toBeGreaterThan(0);
    cancel();
    expect((await result).open?.toSorted()).toEqual([0, 1, 2]);
    expect(await outcomesIn(one.store)).toEqual([]);
    expect(await soundtracksIn(one.store)).toEqual([]);
  });
});

describe('the ledger', () => {
  test('gets an entry of each clip that succeeded, and of no other', async () => {
    const results = await resultsFolder();
    const one = await rig(
      (request, response) => {
        if (request.url === '/result-2.mp3') response.writeHead(500).end();
        else response.end('a tune');
      },
      { clips: 5 },
    );
    await confirm(one);
    const others: Outcome[] = [
      { row: 3, status: 'failed', attempts: 1, errorCode: '680001' },
      { row: 4, status: 'skipped', attempts: 0, taskId: 't4', output: '../b/soundtracks/c4.mp3' },
    ];
    const download = one.input.download.slice(0, 3);
    const input = { ...one.input, download, record: others, ledger: results.ledger };
    const { troubles } = await run(one.worker, 'finishClips', input, { batch: 'night:1' });
    const done = [0, 1, 2].filter((row) => row !== troubles[0]?.row);
    const entries = (await entriesOf(results)).sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
    expect(entries.map(({ taskId }) => taskId)).toEqual(done.map((row) => `t${row}`));
    for (const [at, { batch, soundtrack, id, etag }] of entries.entries()) {
      expect({ batch, etag }).toEqual({ batch: 'night:1', etag: undefined });
      expect(id).toMatch(/^[\w-]{22}$/);
      const key = `soundtracks/c${done[at]}.mp3`;
      expect(join(results.folder, soundtrack)).toBe(join(one.store.location, key));
    }
    expect(await readdir(join(results.folder, '.reelscore', 'scored'))).toHaveLength(1);
  });

  test('names every file of a result', async () => {
    const results = await resultsFolder();
    const one = await rig(TUNE, { link: (nth) => `/${nth}.mp3`, files: 2 });
    await run(one.worker, 'finishClips', { ...one.input, ledger: results.ledger });
    const [entry] = await entriesOf(results);
    expect(entry?.soundtracks?.map((file) => join(results.folder, file))).toEqual(
      ['c0.mp3', 'c0-2.mp3'].map((name) => join(one.store.location, 'soundtracks', name)),
    );
    expect(entry?.soundtracks?.[0]).toBe(entry?.soundtrack);
  });

  test('lets the next night skip the clip, by id and link and by ETag', async () => {
    for (const identity of ['clip', 'etag'] as const) {
      const results = await resultsFolder({ identity });
      const versions = ['"v1"', '"v1"', '"v2"'];
      const clip = await serve((_request, response) => {
        response.setHeader('etag', versions[0] ?? '').end();
      });
      const manifest = `id,file_link,prompt\na,${clip.origin}/a.mp4,Pop\n`;
      const one = await rig(TUNE);
      const skipped: number[] = [];
      for (const batch of ['night-1', 'night-2', 'night-3']) {
        const store = await night(results, batch, manifest);
        const common = { store: store.location, round: 1, ledger: results.ledger };
        const matched = { ...common, rows: { count: 1 } };
        skipped.push((await run(one.worker, 'matchLedger', matched, { batch })).skipped);
        const finished = { ...one.input, ...common };
        if (batch === 'night-1') await run(one.worker, 'finishClips', finished, { batch });
        versions.shift();
      }
      expect(skipped, identity).toEqual(identity === 'clip' ? [0, 1, 1] : [0, 1, 0]);
    }
  });
});
