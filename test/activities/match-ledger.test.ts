// matchLedger: what earlier batches scored is skipped.
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MatchLedgerInput, MatchLedgerOutput } from '../../contract/activities.js';
import type { Store } from '../../store/store.js';
import { serve } from '../net/servers.js';
import { rig, TUNE } from './finish-rig.js';
import { night, outcomesOf, resultsFolder, score, type Results } from './ledger-rig.js';
import { manifestOf, run, start, workerOf } from './support.js';

const HEADER = 'id,file_link,prompt\n';

function inputOf(
  { ledger }: Results,
  store: Store,
  count: number,
  given: Partial<MatchLedgerInput> = {},
): MatchLedgerInput {
  return { store: store.location, round: 1, rows: { count }, ledger, ...given };
}

/** Matches a night's batch of so many rows. */
function match(
  results: Results,
  store: Store,
  count: number,
  given: Partial<MatchLedgerInput> = {},
): Promise<MatchLedgerOutput> {
  return run(workerOf({}), 'matchLedger', inputOf(results, store, count, given));
}

async function left(store: Store, { rows }: MatchLedgerOutput): Promise<unknown> {
  return rows.key === undefined ? 'all' : JSON.parse((await store.readText(rows.key)) ?? '');
}

/** As warnings.jsonl is to have them. */
async function warningsOf(store: Store): Promise<unknown[]> {
  const keys = await store.list('warnings');
  const texts = await Promise.all(keys.map((key) => store.readText(key)));
  const lines = texts.flatMap((text) => (text ?? '').split('\n'));
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}

describe('a second night', () => {
  test('skips what the first one scored, and points to it', async () => {
    const results = await resultsFolder();
    const first = await night(results, 'night-1', manifestOf(3));
    await score(results, first, 'night-1', (row) => row !== 1);
    const second = await night(
      results,
      'night-2',
      manifestOf(5).replace('Pop 2', 'Another prompt'),
    );
    const output = await match(results, second, 5);
    expect(output).toEqual({ skipped: 1, rows: { count: 4, key: 'selections/1-new.json' } });
    expect(await left(second, output)).toEqual([1, 2, 3, 4]);
    expect(await outcomesOf(second)).toEqual([
      {
        ...{ row: 0, status: 'skipped', taskId: 'task-c0', attempts: 0 },
        ...{ errorCode: 'already_scored', errorMessage: 'scored 2026-11-23 by batch night-1' },
        output: '../night-1/soundtracks/c0.wav',
      },
    ]);
  });

  test('without anything new leaves nothing to do', async () => {
    const results = await resultsFolder();
    await score(results, await night(results, 'night-1', manifestOf(1200)), 'night-1');
    const second = await night(results, 'night-2', manifestOf(1200));
    const output = await match(results, second, 1200);
    expect(output).toEqual({ skipped: 1200, rows: { count: 0, key: 'selections/1-new.json' } });
    expect(await left(second, output)).toEqual([]);
    const rows = (await outcomesOf(second)).map(({ row }) => row);
    expect(rows).toEqual(Array.from({ length: 1200 }, (_, row) => row));
    expect(await second.list('outcomes')).toEqual([
      'outcomes/1-ledger-00000000.jsonl',
      'outcomes/1-ledger-00000500.jsonl',
      'outcomes/1-ledger-00001000.jsonl',
    ]);
  });

  test('scores all anew when asked to', async () => {
    const results = await resultsFolder({ again: true });
    await score(results, await night(results, 'night-1', manifestOf(2)), 'night-1');
    const second = await night(results, 'night-2', manifestOf(2));
    expect(await match(results, second, 2)).toEqual({ skipped: 0, rows: { count: 2 } });
    expect(await outcomesOf(second)).toEqual([]);
  });

  test('of the real vendor knows nothing of the simulator', async () => {
    const results = await resultsFolder({ kind: 'simulated' });
    await score(results, await night(results, 'night-1', manifestOf(2)), 'night-1');
    const second = await night(results, 'night-2', manifestOf(2));
    const ledger = { ...results.ledger, kind: 'scored' } as const;
    expect((await match(results, second, 2, { ledger })).skipped).toBe(0);
    expect((await match(results, second, 2)).skipped).toBe(2);
  });
});

describe('the clip that a row means', () => {
  const spring = [1, 2, 3].map((n) => `${n},https://cdn.example/get?id=s${n},calm piano\n`);

  test('is another one where the id leads to another link', async () => {
    const results = await resultsFolder();
    await score(results, await night(results, 'spring', HEADER + spring.join('')), 'spring');
    const rows = [spring[0], '2,https://cdn.example/get?id=a2,calm piano\n'].join('');
    const autumn = await night(results, 'autumn', HEADER + rows);
    const output = await match(results, autumn, 2);
    expect(await left(autumn, output)).toEqual([1]);
    const message =
      'it was scored 2026-11-23 by batch spring with another link: https://cdn.example/get?id=s2, now https://cdn.example/get?id=a2 (it is scored anew)';
    const told = { id: '2', code: 'link_changed', message };
    expect(output.found).toEqual({ counts: { link_changed: 1 }, notes: [{ row: 1, ...told }] });
    expect(await warningsOf(autumn)).toEqual([told]);
  });

  test('goes by parameters as the batch has them', async () => {
    const results = await resultsFolder({ signatures: ['id', '!token'] });
    const manifest = `${HEADER}1,https://cdn.example/get?id=1&token=1,calm\n`;
    const one = await rig(TUNE);
    const first = await night(results, 'night-1', manifest);
    const common = { round: 1, ledger: results.ledger };
    await run(one.worker, 'finishClips', { ...one.input, ...common, store: first.location });
    const skipped: number[] = [];
    for (const [batch, query] of [
      ['night-2', 'id=2&token=1'],
      ['night-3', 'id=1&token=2'],
    ] as const) {
      const store = await night(results, batch, manifest.replace('id=1&token=1', query));
      skipped.push((await match(results, store, 1)).skipped);
    }
    expect(skipped).toEqual([1, 0]);
  });

  test('is told where its link is another one, and the id alone counts', async () => {
    const results = await resultsFolder({ identity: 'id' });
    await score(results, await night(results, 'spring', HEADER + spring.join('')), 'spring');
    const moved = `${HEADER}1,https://cdn.example/get?id=a1&X-Amz-Date=2,calm piano\n`;
    const autumn = await night(results, 'autumn', moved);
    expect(await match(results, autumn, 1)).toMatchObject({
      ...{ skipped: 1, found: { counts: { link_ignored: 1 } } },
    });
    expect(await outcomesOf(autumn)).toMatchObject([
      {
        errorMessage:
          'scored 2026-11-23 by batch spring, with another link: https://cdn.example/get?id=s1',
      },
    ]);
  });
});

describe('a soundtrack that is gone', () => {
  test('is of no use: its clip is scored anew', async () => {
    const results = await resultsFolder();
    const first = await night(results, 'night-1', manifestOf(3));
    await score(results, first, 'night-1');
    await rm(join(first.location, 'soundtracks', 'c1.wav'));
    const second = await night(results, 'night-2', manifestOf(3));
    const output = await match(results, second, 3);
    expect(await left(second, output)).toEqual([1]);
    expect(await warningsOf(second)).toMatchObject([{ id: 'c1', code: 'soundtrack_gone' }]);
    await rm(first.location, { recursive: true });
    const third = await night(results, 'night-3', manifestOf(3));
    expect(await match(results, third, 3)).toMatchObject({
      ...{ skipped: 0, rows: { count: 3 }, found: { counts: { soundtrack_gone: 3 } } },
    });
  });

  test('that was put back is not told any more, when the activity is done again', async () => {
    const results = await resultsFolder();
    const first = await night(results, 'night-1', manifestOf(700));
    await score(results, first, 'night-1');
    for (const row of [3, 650]) await rm(join(first.location, 'soundtracks', `c${row}.wav`));
    const second = await night(results, 'night-2', manifestOf(700));
    const output = await match(results, second, 700);
    expect(output.found?.notes.map(({ row }) => row)).toEqual([3, 650]);
    await writeFile(join(first.location, 'soundtracks', 'c650.wav'), '');
    await match(results, second, 700);
    expect(await warningsOf(second)).toMatchObject([{ id: 'c3' }]);
  });

  test('of several files is gone when one of them is', async () => {
    const results = await resultsFolder();
    const first = await night(results, 'night-1', manifestOf(1));
    const soundtracks = ['c0.wav', 'c0-2.wav'].map((name) => `night-1/soundtracks/${name}`);
    await score(results, first, 'night-1', () => true, { soundtracks });
    await writeFile(join(results.folder, soundtracks[1] ?? ''), '');
    const second = await night(results, 'night-2', manifestOf(1));
    expect((await match(results, second, 1)).skipped).toBe(1);
    expect(await outcomesOf(second)).toMatchObject([
      { outputs: soundtracks.map((soundtrack) => `../${soundtrack}`) },
    ]);
    await rm(join(results.folder, soundtracks[1] ?? ''));
    const third = await night(results, 'night-3', manifestOf(1));
    expect((await match(results, third, 1)).skipped).toBe(0);
  });

  test('is not taken for gone when the disk does not tell', async () => {
    const results = await resultsFolder();
    const first = await night(results, 'night-1', manifestOf(1));
    await score(results, first, 'night-1');
    const folder = join(first.location, 'soundtracks');
    await rm(folder, { recursive: true });
    await symlink(folder, folder); // a loop
    const second = await night(results, 'night-2', manifestOf(1));
    await expect(match(results, second, 1)).rejects.toThrow(/cannot be looked up: ELOOP/);
    expect(await outcomesOf(second)).toEqual([]);
  });
});

test('a batch without a ledger yet does all its rows', async () => {
  const results = await resultsFolder();
  const store = await night(results, 'night-1', manifestOf(2));
  expect(await match(results, store, 2)).toEqual({ skipped: 0, rows: { count: 2 } });
});

test('rows with a fault are left to be told of', async () => {
  const results = await resultsFolder();
  const manifest = manifestOf(3).replace('http://clips.example/1.mp4', 'no link');
  await score(results, await night(results, 'night-1', manifestOf(3)), 'night-1');
  const second = await night(results, 'night-2', manifest);
  const output = await match(results, second, 3);
  expect(await left(second, output)).toEqual([1]);
});

test('a round of some rows looks at these alone', async () => {
  const results = await resultsFolder();
  await score(results, await night(results, 'night-1', manifestOf(4)), 'night-1', (row) => row < 3);
  const store = await night(results, 'night-2', manifestOf(6));
  await store.write('selections/2.json', '[1,3,5]');
  const rows = { count: 3, key: 'selections/2.json' };
  const output = await match(results, store, 6, { round: 2, rows });
  expect(output).toEqual({ skipped: 1, rows: { count: 2, key: 'selections/2-new.json' } });
  expect(await left(store, output)).toEqual([3, 5]);
  expect(await store.list('outcomes')).toEqual(['outcomes/2-ledger-00000000.jsonl']);
});

test('done again, it leaves nothing of what an earlier try found', async () => {
  const results = await resultsFolder();
  const ledger = join(results.folder, '.reelscore', 'scored');
  const first = await night(results, 'night-1', manifestOf(1200));
  await score(results, first, 'night-1');
  const second = await night(results, 'night-2', manifestOf(1200));
  await match(results, second, 1200);
  await rm(ledger, { recursive: true });
  await score(results, first, 'night-1', (row) => row === 1100);
  const output = await match(results, second, 1200);
  expect(output.skipped).toBe(1);
  expect((await outcomesOf(second)).map(({ row }) => row)).toEqual([1100]);
});

test('a cancelled one records nothing', async () => {
  const results = await resultsFolder();
  await score(results, await night(results, 'night-1', manifestOf(20)), 'night-1');
  const second = await night(results, 'night-2', manifestOf(20));
  const { result, cancel } = start(workerOf({}), 'matchLedger', inputOf(results, second, 20));
  cancel();
  await expect(result).rejects.toThrow();
  expect(await outcomesOf(second)).toEqual([]);
});

describe('by ETag', () => {
  async function clips(answer: (path: string) => Record<string, string>) {
    const server = await serve(({ url }, response) => {
      response.writeHead(200, answer(String(url))).end();
    });
    const rows = ['a', 'b'].map((id) => `${id},${server.origin}/${id}.mp4,Pop\n`);
    return { ...server, manifest: HEADER + rows.join('') };
  }

  test('a clip whose server names no version comes with a warning', async () => {
    const results = await resultsFolder({ identity: 'etag' });
    const { manifest } = await clips((path): Record<string, string> =>
      path === '/a.mp4' ? { etag: '"v1"' } : {},
    );
    await score(results, await night(results, 'night-1', manifest), 'night-1');
    const second = await night(results, 'night-2', manifest);
    const output = await match(results, second, 2);
    expect(await left(second, output)).toEqual([0]); // night-1 did not go by ETags
    expect(await second.readText('warnings/1-ledger-00000.jsonl')).toMatch(
      /^\{"id":"b","code":"etag_missing","message":"[^"]+"\}\n$/,
    );
  });

  test('a repeated one asks the servers only for what it has not learned', async () => {
    const results = await resultsFolder({ identity: 'etag', again: true });
    const { manifest, seen } = await clips(() => ({ etag: '"v1"' }));
    const store = await night(results, 'night-1', manifest);
    await match(results, store, 2);
    await match(results, store, 2);
    expect(seen).toEqual(['HEAD /a.mp4', 'HEAD /b.mp4']);
  });

  test('a server that is down makes its clips new', async () => {
    const results = await resultsFolder({ identity: 'etag' });
    const { manifest, server } = await clips(() => ({ etag: '"v1"' }));
    await score(results, await night(results, 'night-1', manifest), 'night-1');
    server.closeAllConnections();
    server.close();
    const second = await night(results, 'night-2', manifest);
    expect((await match(results, second, 2)).skipped).toBe(0);
  });
});
