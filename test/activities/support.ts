// Runs activities as a worker does: in the SDK's own activity context, over a real store.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';
import {
  ActivityCancellationDetails,
  defaultFailureConverter,
  defaultPayloadConverter,
  noopMetricMeter,
} from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import { Activity } from '@temporalio/worker/lib/activity.js';
import { onTestFinished } from 'vitest';
import {
  createActivities,
  createMediaActivities,
  type ActivityDependencies,
} from '../../activities/index.js';
import { freezeManifest, type FreezeOptions } from '../../manifests/freeze.js';
import type { Ffmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { openLocalStore } from '../../store/local-store.js';
import type { Store } from '../../store/store.js';
import { createTomovieeClient, type TomovieeClient } from '../../tomoviee/client.js';
import { createErrorTable } from '../../tomoviee/errors.js';

export const BATCH = 'batch-of-this-test';

export interface TestBatch {
  /** Location, as the activities' inputs name it. */
  location: string;
  store: Store;
}

/** A frozen manifest in a folder that is gone when the test ends. */
export async function frozenBatch(
  manifest: string,
  options: FreezeOptions = {},
): Promise<TestBatch> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-activities-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const location = join(folder, 'batch');
  await writeFile(join(folder, 'm.csv'), manifest);
  const store = openLocalStore(location);
  await freezeManifest(join(folder, 'm.csv'), store, { skipInvalid: true, ...options });
  return { location, store };
}

/** A manifest of clips `c0`, `c1`, ...; `sim` writes faults into their links. */
export function manifestOf(count: number, sim = ''): string {
  const rows = Array.from(
    { length: count },
    (_, n) => `c${n},http://clips.example/${n}.mp4${sim && `?sim=${sim}`},Pop ${n}\n`,
  );
  return `id,file_link,prompt\n${rows.join('')}`;
}

/** A client of a vendor on this machine, closed when the test ends. */
export function vendorAt(baseUrl: string): TomovieeClient {
  const vendor = createTomovieeClient({
    baseUrl,
    appKey: 'key',
    appSecret: 'secret',
    errorTable: createErrorTable(),
  });
  onTestFinished(() => vendor.close());
  return vendor;
}

/** For clips that the vendor reaches by their own links. */
const BY_LINK: ActivityDependencies['delivery'] = {
  prepare: () => Promise.resolve(),
  url: (_files, _target, { fileLink }) => Promise.resolve(fileLink),
  release: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};

/** The activities of one worker; what is not given would be an error to use. */
export function workerOf(deps: Partial<ActivityDependencies & { ffmpeg: Ffmpeg }>): Activities {
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  const unused = (): never => {
    throw new Error('this test should not need it');
  };
  const all = {
    openStore: openLocalStore,
    vendor: { submit: unused, queryTask: unused },
    probe: unused,
    ...{ fetch, clipFetch: fetch },
    delivery: BY_LINK,
    callbackUrl: () => undefined,
    ffmpeg: { version: unused, names: unused, inspect: unused, packets: unused, run: unused },
    ...deps,
  };
  return { ...createMediaActivities(all), ...createActivities(all) };
}

export interface RunOptions {
  /** Which try of the activity it is. */
  attempt?: number;
  batch?: string;
}

type Activities = ReturnType<typeof createActivities> & ReturnType<typeof createMediaActivities>;
type Name = keyof Activities;
type Input<N extends Name> = Parameters<Activities[N]>[0];
type Output<N extends Name> = Awaited<ReturnType<Activities[N]>>;

/** Starts one activity; `cancel` is what the cancelling of an activity does to it. */
export function start<N extends Name>(
  worker: Pick<Activities, N>,
  name: N,
  input: Input<N>,
  { attempt = 1, batch = BATCH }: RunOptions = {},
): { result: Promise<Output<N>>; cancel: () => void } {
  const running = new Activity(
    infoOf(attempt, batch),
    undefined,
    {
      payloadConverter: defaultPayloadConverter,
      payloadCodecs: [],
      failureConverter: defaultFailureConverter,
    },
    { type: 'activity', namespace: 'test', isLocal: false },
    undefined,
    () => undefined,
    undefined,
    new DefaultLogger('ERROR'),
    noopMetricMeter,
    [],
  );
  return {
    result: running.runNoEncoding(worker[name], { args: [input], headers: {} }) as Promise<
      Output<N>
    >,
    cancel: () =>
      running.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true })),
  };
}

/** Runs one activity to its end. */
export function run<N extends Name>(
  worker: Pick<Activities, N>,
  name: N,
  input: Input<N>,
  options?: RunOptions,
): Promise<Output<N>> {
  return start(worker, name, input, options).result;
}

/** What the activities, and the context they run in, ask for. */
function infoOf(attempt: number, workflowId: string): Info {
  const info: Partial<Info> = {
    attempt,
    namespace: 'test',
    taskQueue: 'test',
    isLocal: false,
    inWorkflow: true,
    activityId: '1',
    activityType: 'test',
    workflowExecution: { workflowId, runId: '00000000-0000-0000-0000-000000000000' },
  };
  return info as Info;
}
