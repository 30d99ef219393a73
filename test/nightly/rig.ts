// What nights need, all of it real: a rig, an API on it, a folder for manifests and results, schedules.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import { onTestFinished } from 'vitest';
import { Reelscore, type EndedBatch, type ScheduleSpec } from '../../client/index.js';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import type { BatchRequest, RequestSettings } from '../../contract/request.js';
import type { TaskEntry } from '../../tomoviee/simulator/task-list.js';
import type { SettingName } from '../../config/settings.js';
import { startRig, TEST_OPTIONS, type ManifestRow, type RigOptions } from '../support/rig.js';

const PACE = { rate: 200, burst: 20, maxInFlight: 100 };
const GIVEN: SettingName[] = [
  ...(['probe', 'pollInterval', 'callbackGrace', 'rate', 'burst', 'maxInFlight'] as const),
];

export type Nights = Awaited<ReturnType<typeof startNights>>;

export async function startNights(options: RigOptions) {
  const { server } = options;
  const rig = await startRig(options);
  const cwd = await mkdtemp(join(tmpdir(), 'reelscore-nights-'));
  /** Of a batch that another program starts. */
  const settings: RequestSettings = {
    ...{ ledger: join(cwd, 'ledger'), ...PACE },
    ...{ probe: false, pollInterval: '500ms', callbackGrace: '2s' },
  };
  const { pollIntervalMs = 0, callbackGraceMs = 0 } = TEST_OPTIONS;
  const { rate: ratePerSecond, burst, maxInFlight } = PACE;
  const embedded = server.namespace === 'default';
  const api = await Reelscore.connect({
    config: {
      ...rig.config,
      ...{ pollIntervalMs, callbackGraceMs, probe: false, ledgerDir: join(cwd, 'ledger') },
      pace: { ratePerSecond, burst, maxInFlight },
      given: [...rig.config.given, ...GIVEN],
    },
    ...(!embedded && {
      env: { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace },
    }),
    cwd,
  });

  async function manifest(rows: ManifestRow[], name = `m-${randomUUID()}`): Promise<string> {
    const path = join(cwd, `${name}.csv`);
    await writeFile(path, stringify(rows, { header: true }));
    return path;
  }

  /** A schedule that fires only when it is triggered, unless more is given; gone after the test. */
  async function schedule(at: string, more: Partial<ScheduleSpec> = {}): Promise<string> {
    const name = `n-${randomUUID().slice(0, 13)}`;
    const when = more.every === undefined ? { cron: '0 4 1 1 *' } : {};
    await api.schedules.create(name, { ...when, timezone: 'UTC', manifest: at, ...more });
    onTestFinished(() => api.schedules.delete(name));
    return name;
  }

  /** Triggers a night. The server names batches by the second: two of one second would be one. */
  async function trigger(name: string): Promise<string> {
    await sleep(1000 - (Date.now() % 1000) + 50);
    const { how, batch } = await api.schedules.trigger(name);
    if (how !== 'started' || batch === undefined) throw new Error(`the night was ${how}`);
    return batch;
  }

  async function night(name: string): Promise<EndedBatch> {
    return await api.wait(await trigger(name));
  }

  /** Starts a batch as another program would. */
  async function request(
    of: Partial<BatchRequest> | Record<string, unknown>,
    batch = `r-${randomUUID()}`,
  ) {
    return await rig.client.workflow.start(SCORE_BATCH_WORKFLOW, {
      workflowId: batch,
      taskQueue: taskQueueOf(rig.config.account),
      args: [{ version: 1, results: join(cwd, 'results'), settings, ...of }],
    });
  }

  /** What the vendor was paid for, of one batch. */
  function paid(batch: string): TaskEntry[] {
    const of = `/${encodeURIComponent(batch)}/`;
    return rig.simulator.ledger().filter(({ callback = '' }) => callback.includes(of));
  }

  return {
    ...{ server, rig, api, cwd, settings, manifest, schedule, trigger, night, request, paid },
    submissions: (): number => rig.simulator.ledger().length,
    async close(): Promise<void> {
      await api.close();
      await rig.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
