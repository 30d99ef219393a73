// What the script and the BullMQ worker share does its part: a peer that fails by mistake would make
// every comparison worthless.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readClips } from '../../bench/by-hand/job.js';
import { TaskEnds } from '../../bench/by-hand/task-ends.js';
import { Vendor, VendorError } from '../../bench/by-hand/vendor.js';
import { generateManifest } from '../../bench/generate-manifest.js';
import { ResultsFile } from '../../bench/script/results-file.js';
import type { SimulatorOptions } from '../../tomoviee/simulator/options.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { freePort } from '../../temporal/embedded/ports.js';

const CLIP = { id: 'a', file_link: 'http://clips.example/a.mp4', prompt: 'Pop Melody' };

async function setUp(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ taskMs: 0, soundtrackSeconds: 0.05, ...options });
  const vendor = new Vendor(simulator.url, { key: 'key', secret: 'secret' });
  // Whoever waits for a callback that does not come waits too long for a test.
  const ends = await TaskEnds.listen(await freePort(undefined), vendor, 3_600_000);
  onTestFinished(async () => {
    await ends.close();
    await simulator.close();
  });
  return { simulator, vendor, ends };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-bench-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function refusal(work: Promise<unknown>): Promise<VendorError> {
  const error = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(VendorError);
  return error as VendorError;
}

test('a clip is submitted, called back, confirmed and downloaded whole', async () => {
  const { simulator, vendor, ends } = await setUp({ taskMs: 50 });
  const task = await ends.ended(await vendor.submit(CLIP, ends.callbackUrl));
  expect(simulator.stats()).toMatchObject({ queries: 1, callbacks: { delivered: 1 } });
  const path = join(await newFolder(), 'a.wav');
  await vendor.download(task.link!, path);
  expect((await readFile(path)).toString('latin1', 0, 4)).toBe('RIFF');
});

test('a callback that comes before the submission is answered is kept', async () => {
  const { simulator, vendor, ends } = await setUp({ faults: 'early' });
  await ends.ended(await vendor.submit(CLIP, ends.callbackUrl));
  expect(simulator.stats().queries).toBe(1);
});

test('a callback that came while nobody listened is not waited for', async () => {
  const { simulator, vendor, ends } = await setUp({ faults: 'lost' });
  const taskId = await vendor.submit(CLIP, ends.callbackUrl);
  await expect.poll(() => simulator.ledger()[0]?.notified).toBe(true);
  expect(await ends.ended(taskId, { lookFirst: true })).toMatchObject({ ended: true });
});

test('a callback before the end is only a hint', async () => {
  const { simulator, vendor, ends } = await setUp({ taskMs: 200, faults: 'forged-status' });
  await ends.ended(await vendor.submit(CLIP, ends.callbackUrl));
  expect(simulator.ledger()[0]?.endedAt).toBeGreaterThan(0);
});

test('a failed task has a reason and no link', async () => {
  const { vendor, ends } = await setUp({ faults: 'fail:no melody found' });
  const task = await ends.ended(await vendor.submit(CLIP, ends.callbackUrl));
  expect(task).toEqual({ ended: true, reason: 'no melody found' });
});

test('refusals tell whether to try again, and when', async () => {
  const { simulator, vendor } = await setUp({ faults: '429:7' });
  expect(await refusal(vendor.submit(CLIP, ''))).toMatchObject({
    ...{ canRetry: true, throttled: true, retryAfterMs: 7000 },
  });
  simulator.setFaults('http:503');
  expect(await refusal(vendor.submit(CLIP, ''))).toMatchObject({ canRetry: true });
  simulator.setFaults('http:422');
  expect(await refusal(vendor.submit(CLIP, ''))).toMatchObject({ canRetry: false });
  simulator.setFaults('code:681234:no credit');
  expect(await refusal(vendor.submit(CLIP, ''))).toMatchObject({ canRetry: false });
  simulator.setFaults('html');
  expect(await refusal(vendor.submit(CLIP, ''))).toMatchObject({ canRetry: true });
  simulator.setFaults('drop-before');
  expect(await refusal(vendor.submit(CLIP, ''))).toMatchObject({ canRetry: true });
});

test('a download that breaks off leaves no file under its name', async () => {
  const { vendor, ends } = await setUp({ faults: 'cut' });
  const { link } = await ends.ended(await vendor.submit(CLIP, ends.callbackUrl));
  const path = join(await newFolder(), 'a.wav');
  expect(await refusal(vendor.download(link!, path))).toMatchObject({ canRetry: true });
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('the results file tells what was submitted and what is done, also to the next run', async () => {
  const path = join(await newFolder(), 'results.jsonl');
  const results = new ResultsFile(path);
  results.append({ id: 'a', taskId: 'task-a' });
  results.append({ id: 'b', taskId: 'task-b' });
  results.append({ id: 'b', status: 'succeeded' });
  for (const seen of [results, new ResultsFile(path)]) {
    expect([seen.taskOf('a'), seen.isDone('a')]).toEqual(['task-a', false]);
    expect([seen.taskOf('b'), seen.isDone('b')]).toEqual(['task-b', true]);
    expect(seen.taskOf('c')).toBeUndefined();
  }
});

test('the manifest of the benchmarks is read as it was written', async () => {
  const manifest = join(await newFolder(), 'library.csv');
  await generateManifest(manifest, 3);
  const clips = await readClips(manifest);
  expect(clips.map(({ id }) => id)).toEqual(['clip_0', 'clip_1', 'clip_2']);
  expect(clips[0]!.prompt).toBe('Bright Pop, Energetic Rhythm for scene 0');
  expect(new Set(clips.map(({ file_link }) => file_link)).size).toBe(3);
});
