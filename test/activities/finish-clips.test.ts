// finishClips as a whole: what is recorded of a group of clips.
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../contract/clip.js';
import { listSegments } from '../../outcomes/segments.js';
import { confirm, outcomesIn, rig, soundtracksIn, TUNE } from './finish-rig.js';
import { run, start } from './support.js';

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

  test('done again overwrites its segment', async () => {
    const one = await rig(TUNE, { clips: 8 });
    const input = { ...one.input, record: [failed] };
    await run(one.worker, 'finishClips', input);
    const first = await outcomesIn(one.store);
    await run(one.worker, 'finishClips', input, { attempt: 2 });
    expect(await outcomesIn(one.store)).toEqual(first);
    expect(first).toHaveLength(9);
  });

  test('that is cancelled records nothing', async () => {
    const one = await rig(() => undefined, { clips: 3 });
    const { result, cancel } = start(one.worker, 'finishClips', one.input);
    await expect.poll(() => one.media.seen.length).toBeGreaterThan(0);
    cancel();
    await expect(result).rejects.toThrow();
    expect(await outcomesIn(one.store)).toEqual([]);
    expect(await soundtracksIn(one.store)).toEqual([]);
  });
});
