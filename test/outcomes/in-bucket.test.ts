// What is written of the same outcomes is the same in a bucket as in a folder, byte for byte.
import { expect, test, vi } from 'vitest';
import { appendFacts } from '../../outcomes/provenance/file-facts.js';
import { writeSegment } from '../../outcomes/segments.js';
import { appendVideo, sourcesDigest } from '../../outcomes/videos.js';
import { writeResults } from '../../outcomes/write-results.js';
import { FOR_PEOPLE } from '../../store/layout.js';
import { storeOpener } from '../../store/open-store.js';
import { s3Server } from '../support/s3-server.js';
import { frozen, manifestOf, succeeded } from './support.js';

const ROWS = 1200;
const s3 = await s3Server();

test('results, summary and provenance of 1,200 rows', async () => {
  for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value);
  const open = storeOpener({ endpoint: s3.endpoint });
  const views = [
    await frozen(manifestOf(ROWS)),
    await frozen(manifestOf(ROWS), 'm.csv', open(`s3://${s3.bucket}/results/bytes`)),
  ];
  const written = await Promise.all(
    views.map(async (view) => {
      const { store, snapshot } = view;
      for (let from = 0; from < ROWS; from += 50) {
        const rows = Array.from({ length: 50 }, (_, n) => from + n);
        const outcomes = rows.map((row) =>
          row % 7 === 0
            ? { row, status: 'failed' as const, attempts: 3, errorCode: 'task_failed' }
            : succeeded(row),
        );
        await writeSegment(store, 1, String(from).padStart(8, '0'), outcomes);
        const facts = outcomes.flatMap((outcome) =>
          'output' in outcome
            ? [
                {
                  id: outcome.output,
                  sha256: 'ab',
                  bytes: 1,
                  mark: null,
                  account: 'a',
                  at: 1,
                },
              ]
            : [],
        );
        await appendFacts(store, 'w', facts);
      }
      const of = sourcesDigest(await snapshot.clip(1), succeeded(1));
      await appendVideo(store, 'w', { id: 'c1', of, how: 'x', video: 'videos/c1.mp4', at: 1 });
      const times = {
        startedAt: '2025-01-01T00:00:00.000Z',
        finishedAt: '2025-01-01T01:00:00.000Z',
      };
      await writeResults(view, { batch: 'b', round: 1, submissions: ROWS, ...times });
      return await Promise.all(FOR_PEOPLE.files.map((key) => store.readText(key)));
    }),
  );
  const [inFolder, inBucket] = written;
  const at = FOR_PEOPLE.files.indexOf('results.csv');
  expect(inFolder?.[at]?.split('\n')).toHaveLength(ROWS + 2);
  const bySummary = (texts: (string | undefined)[] | undefined) =>
    texts?.map((text) => text?.replace(/"finishedAt":\s*"[^"]*"/, ''));
  expect(bySummary(inBucket)).toEqual(bySummary(inFolder));
});
