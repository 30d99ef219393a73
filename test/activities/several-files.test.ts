// A result of several files: every one is kept, and none under another clip's name.
import { describe, expect, test } from 'vitest';
import { fileNames, numberedIds } from '../../activities/file-names.js';
import type { Clip } from '../../contract/clip.js';
import { serve } from '../net/servers.js';
import { startVendor } from '../tomoviee/vendor-stub.js';
import { outcomesIn, soundtracksIn } from './finish-rig.js';
import { frozenBatch, run, vendorAt, workerOf } from './support.js';

async function finish(result: (origin: string) => object, ids = ['a']) {
  const media = await serve((request, response) => response.end(`content of ${request.url ?? ''}`));
  const { baseUrl } = await startVendor({
    body: { code: 0, data: { status: 3, result: JSON.stringify(result(media.origin)) } },
  });
  const rows = ids.map((id) => `${id},http://clips.example/${id}.mp4,Pop\n`);
  const { location, store } = await frozenBatch(`id,file_link,prompt\n${rows.join('')}`);
  const download = ids.map((_, row) => ({
    ...{ row, attempt: 1, taskId: `t${row}`, attempts: 1, possibleDuplicate: false },
  }));
  const input = { store: location, round: 1, segment: '00000000', download, record: [] };
  const output = await run(workerOf({ vendor: vendorAt(baseUrl) }), 'finishClips', input);
  const outcomes = await outcomesIn(store);
  return { output, store, outcomes: outcomes.sort((a, b) => a.row - b.row) };
}

test('every path of both kinds is downloaded, and the result kept', async () => {
  const { store, outcomes } = await finish((origin) => ({
    model_version: 'v1',
    translate_prompt: 'pop',
    video_path: [`${origin}/v.mp4`],
    audio_path: [`${origin}/1.mp3`, `${origin}/2.wav`],
  }));
  const outputs = ['soundtracks/a.mp3', 'soundtracks/a-2.wav', 'soundtracks/a-3.mp4'];
  expect(outcomes).toMatchObject([
    { output: outputs[0], outputs, modelVersion: 'v1', translatePrompt: 'pop' },
  ]);
  expect(await store.readText('soundtracks/a-2.wav')).toBe('content of /2.wav');
  expect(await soundtracksIn(store)).toHaveLength(3);
});

test('no file takes the name of another clip', async () => {
  const ids = ['a', 'A-2', 'a-4'];
  const { outcomes, store } = await finish(
    (origin) => ({ audio_path: [1, 2, 3].map((n) => `${origin}/${n}.mp3`) }),
    ids,
  );
  const outputs = outcomes.flatMap((outcome) => outcome.outputs ?? []);
  expect(outputs).toHaveLength(9);
  expect(new Set(outputs.map((name) => name.toLowerCase())).size).toBe(9);
  expect(outcomes[0]?.outputs).toEqual(
    ['a', 'a-3', 'a-5'].map((name) => `soundtracks/${name}.mp3`),
  );
  expect(await soundtracksIn(store)).toHaveLength(9);
});

test('a clip whose id can be no file name has files named by what is made of it', async () => {
  const { outcomes, store } = await finish(
    (origin) => ({ audio_path: [1, 2].map((n) => `${origin}/${n}.mp3`) }),
    ['Q4:launch?', '../x'],
  );
  const names = outcomes.flatMap((outcome) => outcome.outputs ?? []);
  const made = ['Q4-launch-[0-9a-f]{8}', 'x-[0-9a-f]{8}'];
  const expected = made.flatMap((name) => [
    `^soundtracks/${name}.mp3$`,
    `^soundtracks/${name}-2.mp3$`,
  ]);
  expect(names).toEqual(expected.map((name) => expect.stringMatching(name) as string));
  expect(await soundtracksIn(store)).toHaveLength(4);
});

test('a file that cannot be had leaves the clip without an outcome', async () => {
  const { output, outcomes } = await finish((origin) => ({
    audio_path: [`${origin}/1.mp3`, 'http://127.0.0.1:1/2.mp3'],
  }));
  expect(output.troubles).toMatchObject([{ row: 0, failure: { class: 'retry' } }]);
  expect(outcomes).toEqual([]);
});

describe('names of files', () => {
  async function* pages(...ids: string[]) {
    await Promise.resolve();
    yield ids.map((id) => ({ id }) as Clip);
  }

  test('a number is passed over only where it names a clip', async () => {
    const ids = await numberedIds({
      pages: () => pages('x', 'x-2', 'X-3', 'y-2', 'x-04', 'x-5\uFE0F'),
    });
    expect(fileNames('x', 4, ids)).toEqual(['x', 'x-4', 'x-6', 'x-7']);
    expect(fileNames('z', 3, ids)).toEqual(['z', 'z-2', 'z-3']);
    expect(fileNames('x-2', 2, ids)).toEqual(['x-2', 'x-2-2']);
  });

  test('of all clips together are never two alike', async () => {
    const all = ['x', 'x-2', 'x-2-2', 'x-2-3', 'x-3', 'x-3-2', 'x-100', 'x-99'];
    const ids = await numberedIds({ pages: () => pages(...all) });
    const names = all.flatMap((id) => fileNames(id, 100, ids));
    expect(new Set(names).size).toBe(all.length * 100);
  });
});
