import { expect, test } from 'vitest';
import { OpenBatches } from '../../activities/batch-files.js';
import { openLocalStore } from '../../store/local-store.js';
import type { Store } from '../../store/store.js';
import { frozenBatch, manifestOf } from './support.js';

const POST = { round: 1, row: 0, attempt: 1, run: 'run', activityTry: 1 };

test('a batch is opened once, however often it is asked for', async () => {
  const { location } = await frozenBatch(manifestOf(1));
  const batches = new OpenBatches(openLocalStore);
  expect(batches.at(location, 1)).toBe(batches.at(location, 1));
});

test('a worker with more batches than it keeps open writes one journal a batch', async () => {
  const { store, location } = await frozenBatch(manifestOf(1));
  const opened: Store[] = [];
  const batches = new OpenBatches((at) => {
    const one = openLocalStore(at);
    opened.push(one);
    return one;
  });
  for (let round = 1; round <= 3; round += 1) {
    await batches.at(location, 1).journal.begin({ ...POST, round });
    for (let other = 0; other < 30; other += 1) batches.at(`/nowhere/${other}`, 1);
  }
  expect(opened.filter(({ location: at }) => at === location)).toHaveLength(3);
  expect(await store.list('submissions')).toHaveLength(1);
  expect(await batches.at(location, 1).journal.find(POST)).toBe('begun');
});

test('of many batches those used last stay open', async () => {
  const { location } = await frozenBatch(manifestOf(1));
  const batches = new OpenBatches(openLocalStore);
  const files = batches.at(location, 1);
  for (let other = 0; other < 100; other += 1) {
    batches.at(`/nowhere/${other}`, 1);
    expect(batches.at(location, 1)).toBe(files);
  }
});

test('two workers write two journals', async () => {
  const { store, location } = await frozenBatch(manifestOf(1));
  for (const worker of [new OpenBatches(openLocalStore), new OpenBatches(openLocalStore)]) {
    await worker.at(location, 1).journal.begin(POST);
  }
  expect(await store.list('submissions')).toHaveLength(2);
});

test('a selection is read once; one that is missing or damaged is named and read again', async () => {
  const { store, location } = await frozenBatch(manifestOf(1));
  const { selection } = new OpenBatches(openLocalStore).at(location, 1);
  await expect(selection('selections/2.json')).rejects.toThrow('selections/2.json is missing');
  await store.write('selections/2.json', '[1,"2"]');
  await expect(selection('selections/2.json')).rejects.toThrow('selections/2.json is damaged');
  await store.write('selections/2.json', '[1,2]');
  expect(await selection('selections/2.json')).toEqual([1, 2]);
  await store.remove('selections/2.json');
  expect(await selection('selections/2.json')).toEqual([1, 2]);
});
