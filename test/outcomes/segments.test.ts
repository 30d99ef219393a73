import { describe, expect, test } from 'vitest';
import { listSegments, readSegment, writeSegment } from '../../outcomes/segments.js';
import type { Outcome } from '../../contract/clip.js';
import { frozen, manifestOf, succeeded } from './support.js';

describe('segments', () => {
  test('outcomes come back as they were written', async () => {
    const { store } = await frozen(manifestOf(3));
    const full: Required<Outcome> = {
      ...{ row: 2, status: 'failed', taskId: 't', attempts: 3, errorCode: '680001' },
      ...{ errorMessage: 'line one\nline two, "quoted" 😀', output: 'x', possibleDuplicate: true },
      ...{
        outputs: ['x', 'y'],
        takes: [{ taskId: 't', outputs: ['x'], prompt: 'pop' }, { outputs: ['y'] }],
        modelVersion: 'v1',
        fitted: '1280x720, 30 FPS, 12.0 s',
        translatePrompt: 'pop',
      },
    };
    const outcomes: Outcome[] = [full, { row: 0, status: 'skipped', attempts: 0 }];
    await writeSegment(store, 1, '00000000', outcomes);
    expect(await readSegment(store, 'outcomes/1-00000000.jsonl')).toEqual(outcomes);
  });

  test('a repeated activity overwrites its own segment', async () => {
    const { store } = await frozen(manifestOf(3));
    await writeSegment(store, 1, '00000000', [succeeded(0), succeeded(1)]);
    await writeSegment(store, 1, '00000000', [succeeded(1, 'again')]);
    expect(await listSegments(store)).toEqual(['outcomes/1-00000000.jsonl']);
    expect(await readSegment(store, 'outcomes/1-00000000.jsonl')).toEqual([succeeded(1, 'again')]);
  });

  test('one with no outcomes removes what an earlier try left, and leaves no file', async () => {
    const { store } = await frozen(manifestOf(3));
    await writeSegment(store, 1, '00000000', [succeeded(0)]);
    await writeSegment(store, 1, '00000000', []);
    await writeSegment(store, 1, '00000001', []);
    expect(await listSegments(store)).toEqual([]);
  });

  test('they are listed by round, round 10 after round 9', async () => {
    const { store } = await frozen(manifestOf(1));
    for (const round of [10, 2, 9, 1]) {
      for (const name of ['page-00000000', '00000002', '00000010']) {
        await writeSegment(store, round, name, [succeeded(0)]);
      }
    }
    expect(await listSegments(store)).toEqual(
      [1, 2, 9, 10].flatMap((round) =>
        ['00000002', '00000010', 'page-00000000'].map((name) => `outcomes/${round}-${name}.jsonl`),
      ),
    );
  });

  test.each([
    ['is damaged', ':2 is damaged', `${JSON.stringify(succeeded(0))}\nnonsense\n`],
    ['holds what is no outcome', ':1 is damaged', '{"row":0,"status":"done","attempts":1}\n'],
    ['is cut short', ' is cut short', JSON.stringify(succeeded(0)).slice(0, 20)],
  ])('an error names the segment that %s', async (_, fault, content) => {
    const { store } = await frozen(manifestOf(1));
    await store.write('outcomes/1-00000007.jsonl', content);
    const message = `${store.location}: outcomes/1-00000007.jsonl${fault}`;
    await expect(readSegment(store, 'outcomes/1-00000007.jsonl')).rejects.toThrow(message);
  });

  test('an error names the segment that is missing', async () => {
    const { store } = await frozen(manifestOf(1));
    const reading = readSegment(store, 'outcomes/1-00000007.jsonl');
    await expect(reading).rejects.toThrow('outcomes/1-00000007.jsonl is missing');
  });
});
