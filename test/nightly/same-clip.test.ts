// A clip never gets another clip's music: ids and links that come again in another manifest.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRows, type ManifestRow } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { startNights } from './rig.js';

const nights = await startNights({ server: await testServer() });
const { api, manifest, paid } = nights;
afterAll(() => nights.close());

const BASE = 'http://simulator.localhost/clips/load';

function row(id: string, link: string, prompt = 'calm piano'): ManifestRow {
  return { id, file_link: `${BASE}/${link}`, prompt };
}

/** Runs a manifest to its end; what of it was paid for, and its rows. */
async function scored(rows: ManifestRow[]) {
  const { batch } = await api.start(await manifest(rows));
  const { store } = await api.wait(batch);
  const links = paid(batch).map(({ fileLink }) => fileLink.slice(BASE.length + 1));
  const told: string[] = [];
  for await (const { id, code, message } of await api.warnings(batch)) {
    told.push(`${id} ${code} ${message.replaceAll(`${BASE}/`, '')}`);
  }
  return { batch, links: links.sort(), rows: await readRows(store), store, told };
}

test('row numbers that another campaign uses again are other clips', async () => {
  const spring = await scored(['1', '2', '3'].map((n) => row(n, `good.mp4?spring=${n}`)));
  const { links, rows, told } = await scored([
    row('1', 'autumn1.mp4'),
    row('2', 'autumn2.mp4'),
    row('3', 'good.mp4?spring=3'),
    row('4', 'good.mp4'),
  ]);
  expect(links).toEqual(['autumn1.mp4', 'autumn2.mp4', 'good.mp4']);
  expect(rows.map(({ status }) => status)).toEqual([
    ...['succeeded', 'succeeded', 'skipped', 'succeeded'],
  ]);
  const before = `link_changed it was scored ${new Date().toISOString().slice(0, 10)} by batch ${spring.batch} with another link:`;
  expect(told).toEqual([
    `1 ${before} good.mp4?spring=1, now autumn1.mp4 (it is scored anew)`,
    `2 ${before} good.mp4?spring=2, now autumn2.mp4 (it is scored anew)`,
  ]);
});

test('a corrected link is scored, and the rest is not again', async () => {
  await scored([row('a', 'wrong.mp4'), row('b', 'b.mp4?X-Amz-Date=1&X-Amz-Signature=1')]);
  const { links, rows } = await scored([
    row('a', 'right.mp4'),
    row('b', 'b.mp4?X-Amz-Date=2&X-Amz-Signature=2'),
  ]);
  expect(links).toEqual(['right.mp4']);
  expect(rows).toMatchObject([{ status: 'succeeded' }, { error_code: 'already_scored' }]);
});

test('a clip whose soundtrack was deleted is scored once more', async () => {
  const library = [row('x', 'x.mp4'), row('y', 'y.mp4')];
  const first = await scored(library);
  await rm(join(first.store, String(first.rows[0]?.output)));
  const second = await scored([...library, row('z', 'z.mp4')]);
  expect(second.links).toEqual(['x.mp4', 'z.mp4']);
  expect(second.told).toMatchObject([expect.stringMatching(/^x soundtrack_gone /)]);
});
