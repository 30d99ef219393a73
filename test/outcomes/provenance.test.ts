import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditBatch } from '../../client/audit/audit.js';
import { resultsOf } from '../../client/results.js';
import { appendFacts, readContent } from '../../outcomes/provenance/file-facts.js';
import { readJsonLines } from '../../outcomes/json-lines.js';
import type { ProvenanceRecord } from '../../outcomes/provenance/records.js';
import { writeSegment } from '../../outcomes/segments.js';
import { writeResults } from '../../outcomes/write-results.js';
import { all, frozen, manifestOf, succeeded } from './support.js';

const RUN = { batch: 'library', round: 1, startedAt: '2026-01-01T00:00:00Z', submissions: 1 };
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

describe('the content of a file', () => {
  test.each([
    ['jumbf...c2pa.claim.v2...', 'c2pa'],
    ['<Iptc4xmpExt:DigitalSourceType>http://x/trainedAlgorithmicMedia<', 'iptc'],
    ['{"AIGC":{"Label":"1"}}', 'aigc'],
    ['a plain soundtrack', null],
    ['c2p a.claim', null],
  ])('%j carries the mark %s, wherever chunks end', async (text, mark) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: text.length + 200 }), { maxLength: 6 }),
        async (cuts) => {
          const whole = Buffer.from('x'.repeat(100) + text + 'y'.repeat(100));
          const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
          const chunks = at.slice(1).map((end, n) => whole.subarray(at[n], end));
          expect(await readContent(Readable.from(chunks))).toEqual({
            ...{ sha256: sha256(whole.toString()), bytes: whole.length, mark },
          });
        },
      ),
    );
  });
});

/** Two clips whose soundtracks are recorded, and a third that failed. */
async function scored() {
  const view = await frozen(manifestOf(3));
  const { store } = view;
  await store.write('soundtracks/c0.mp3', 'music 0');
  await store.write('soundtracks/c1.mp3', 'music 1');
  await writeSegment(store, 1, '0', [
    { ...succeeded(0), modelVersion: 'v1', translatePrompt: 'pop' },
    succeeded(1),
    { row: 2, status: 'failed', attempts: 1 },
  ]);
  const common = { bytes: 7, account: 'studio', at: 0 };
  await appendFacts(store, 'w', [
    { id: 'soundtracks/c0.mp3', sha256: sha256('music 0'), mark: 'c2pa', ...common },
    { id: 'soundtracks/c1.mp3', sha256: sha256('music 1'), mark: null, ...common },
  ]);
  await writeResults(view, RUN);
  return { ...view, located: { batch: 'library', store } };
}

describe('provenance.jsonl', () => {
  test('has a record for each file, and none for clips without one', async () => {
    const { store } = await scored();
    const records = await all(readJsonLines<ProvenanceRecord>(store, 'provenance.jsonl'));
    expect(records).toHaveLength(2);
    expect(records[0]).toMatchObject({
      ...{ id: 'c0', file: 'soundtracks/c0.mp3', chosen: true, sha256: sha256('music 0') },
      ...{ task_id: 'task-0', model_version: 'v1', prompt: 'Pop', translate_prompt: 'pop' },
      ...{ account: 'studio', machine_readable_mark: 'c2pa', clip: 'https://cdn.example/0.mp4' },
      ...{ service: 'tm_video_scoring', arrived_at: '1970-01-01T00:00:00.000Z' },
      digital_source_type: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    });
  });

  test('its columns come with the results when they are asked for', async () => {
    const { located } = await scored();
    const plain = await resultsOf(located);
    const { columns, ...rows } = await resultsOf(located, { provenance: true });
    expect(plain.columns).not.toContain('sha256');
    expect(columns).toContain('sha256');
    const [first, , failed] = await all(rows);
    expect([first?.['sha256'], failed?.['sha256']]).toEqual([sha256('music 0'), null]);
  });
});

describe('an audit', () => {
  test('names what was changed, is gone, or was put there, and nothing else', async () => {
    const { store, located } = await scored();
    const good = { batch: 'library', files: 2, bytes: 14, differences: [] };
    expect(await auditBatch(located)).toEqual(good);
    await store.write('soundtracks/c1.mp3', 'music !');
    await store.write('videos/x.mp4', 'not ours');
    const { differences } = await auditBatch(located);
    expect(differences).toEqual([
      { file: 'soundtracks/c1.mp3', difference: 'changed' },
      { file: 'videos/x.mp4', difference: 'unrecorded' },
    ]);
    await store.remove('soundtracks/c0.mp3');
    expect((await auditBatch(located)).differences).toContainEqual({
      ...{ file: 'soundtracks/c0.mp3', difference: 'gone' },
    });
  });

  test('says what to do where nothing was recorded', async () => {
    const { store } = await frozen(manifestOf(1));
    await expect(auditBatch({ batch: 'library', store })).rejects.toThrow('provenance.jsonl');
  });
});
