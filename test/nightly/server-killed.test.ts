// A schedule, and the batches it starts, through kill -9 of the Temporal server that keeps it.
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultsOf } from '../support/checker.js';
import { clips, readRows } from '../support/rig.js';
import { childPid, ownServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { startNights } from './rig.js';

const ROWS = 24;
const KILLS = 2;

const server = await ownServer();
const nights = await startNights({ server, simulator: { taskMs: [100, 800] } });
const { api, cwd } = nights;
afterAll(() => nights.close());

/** SIGKILL; the supervisor starts it again, on the same database. Returns when it answers. */
async function killServer(): Promise<void> {
  const pid = childPid(server.home, 'temporal');
  if (pid === undefined) throw new Error('no Temporal server runs');
  process.kill(pid, 'SIGKILL');
  const now = () => Promise.resolve(childPid(server.home, 'temporal'));
  await until(now, (found) => found !== undefined && found !== pid);
}

test('after kill -9 of the server a schedule goes on, and the batches of its nights end whole', async () => {
  const name = await nights.schedule(await nights.manifest(clips(ROWS)), {
    ...{ every: '5s', again: true, note: 'ask Ana', overlap: 'skip', catchUpWindow: '10m' },
    settings: { rate: 10, burst: 1, maxFailures: '25%' },
  });
  /** Batches of the schedule, oldest first. */
  const batches = async (): Promise<string[]> =>
    (await api.schedules.describe(name)).last.map(({ batch }) => batch).reverse();
  const { intervals, manifest, settings, createdAt } = await api.schedules.describe(name);
  const made = {
    ...{ intervals, manifest, settings, createdAt, again: true, note: 'ask Ana' },
    ...{ overlap: 'skip', catchUpWindowMs: 600_000, paused: false },
  };

  const interrupted: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const inProgress = await until(
      async () => {
        const newest = (await batches()).at(-1);
        return newest !== undefined && !interrupted.includes(newest) ? newest : undefined;
      },
      (newest) => newest !== undefined && within(nights.paid(newest).length, 3, ROWS - 6),
    );
    await killServer();
    interrupted.push(inProgress!);
    expect(nights.paid(inProgress!).length).toBeLessThan(ROWS);
    expect(await api.schedules.describe(name)).toMatchObject(made);
    await api.wait(inProgress!);
  }

  const after = await until(
    async () => (await batches()).filter((batch) => batch > interrupted.at(-1)!),
    (found) => found.length > 0,
  );
  for (const batch of [...interrupted, after[0]!]) {
    const { summary, store } = await api.wait(batch);
    expect(summary.counts).toMatchObject({ total: ROWS, succeeded: ROWS });
    expect(store.startsWith(join(cwd, 'results', name))).toBe(true);
    const paid = nights.paid(batch);
    expect(faultsOf(await readRows(store), ROWS, paid, store)).toEqual([]);
    expect(paid).toHaveLength(ROWS); // the worker lived, so no answer of the vendor was lost
  }
});

function within(count: number, least: number, most: number): boolean {
  return count >= least && count <= most;
}
