// Workers of two versions on one running batch: as they are replaced without versions, with an old release built
// from the history; and as versions of a worker deployment, which `temporal worker deployment` makes current.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { distFile } from '../../../config/paths.js';
import { accountIdOf, NOTIFICATION_WORKFLOW, taskQueueOf } from '../../../contract/names.js';
import { findTemporalBinary } from '../../../temporal/embedded/find-binary.js';
import { freePort } from '../../../temporal/embedded/ports.js';
import { startSimulator } from '../../../tomoviee/simulator/simulator.js';
import { faultsOf } from '../../support/checker.js';
import { notificationOf } from '../../notifications/support.js';
import { chainOf, type RunEvents } from '../../support/history.js';
import { oldRelease } from '../../support/old-release.js';
import { envOfParts, Part, startByCommand } from '../../support/parts.js';
import { readRows } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { until } from '../../support/until.js';

/** WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND */
const SIGNAL_CAME = 1;

const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-upgrade-'));
const old = await oldRelease(join(folder, 'old'));
if (!old) console.warn('SKIPPED: the old release is built where the history goes back to it');
const simulator = await startSimulator({ taskMs: [200, 900], soundtrackSeconds: 0.05 });
const temporal = await findTemporalBinary(process.env, () => undefined);
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const parts: Part[] = [];

afterAll(async () => {
  await Promise.all(parts.map((one) => one.stop()));
  await connection.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

interface Bench {
  env: NodeJS.ProcessEnv;
  part: (args: string[], ready: string, env?: NodeJS.ProcessEnv, main?: string) => Part;
}

/** An account of its own, with its receiver. */
async function account(name: string): Promise<Bench> {
  const callbackPort = await freePort(undefined);
  const env = {
    ...envOfParts({ folder, server, simulator, callbackPort }),
    REELSCORE_ACCOUNT: name,
  };
  const part: Bench['part'] = (args, ready, more = {}, main) => {
    const one = new Part(args, { ...env, ...more }, ready, folder, main);
    parts.push(one);
    return one;
  };
  await part(['callbacks'], 'Callbacks:').start();
  return { env, part };
}

interface Started {
  batch: string;
  out: string;
  firstRun: string;
  /** How many of its clips have been submitted. */
  submitted: () => number;
}

async function start(
  env: NodeJS.ProcessEnv,
  name: string,
  count: number,
  rate: number,
): Promise<Started> {
  await writeFile(join(folder, 'reelscore.yaml'), 'historyBound: 1500\n');
  const how = ['--rate', String(rate), '--max-in-flight', '60'];
  const which = { env, folder, simulator, name, count, how, cwd: folder };
  const { batch, out } = await startByCommand(which);
  const { raw } = await client.workflow.getHandle(batch).describe();
  const { firstRunId } = raw.workflowExecutionInfo as { firstRunId: string };
  const own = (): number =>
    simulator.ledger().filter(({ fileLink }) => fileLink.includes(`/${name}-c`)).length;
  return { batch, out, firstRun: firstRunId, submitted: own };
}

/** Looks until it has happened. */
async function happened(look: () => boolean | Promise<boolean>): Promise<void> {
  await until(async () => await look(), Boolean);
}

/**
 * The failure of a workflow task. Not one that only tells of a signal that came while the batch continued as new: the
 * server then has it look again, whatever its version is.
 */
function failedTask({ workflowTaskFailedEventAttributes: failed }: RunEvents[number]) {
  const cause: unknown = failed?.cause;
  return !failed || cause === SIGNAL_CAME ? [] : [{ cause, message: failed.failure?.message }];
}

/** Nothing lost, nothing paid twice, and no workflow task failed. @returns the events of all runs */
async function mustBeWhole({ batch, out, firstRun }: Started, count: number): Promise<RunEvents[]> {
  await client.workflow.getHandle(batch).result();
  const rows = await readRows(out);
  expect(faultsOf(rows, count, simulator.ledger(), out)).toEqual([]);
  expect(rows.filter(({ status }) => status !== 'succeeded')).toEqual([]);
  expect(rows.filter((row) => row.possible_duplicate)).toEqual([]);
  const chain = await chainOf(client, batch, firstRun);
  expect(chain.flat().flatMap(failedTask)).toEqual([]);
  return chain;
}

// One that runs beside an old release, or is rolled back to it, changes a workflow's commands under it: that needs versions.
test.skipIf(!old)(
  'an old release is replaced by this one in the middle of a batch: no workflow task fails, nothing is paid twice',
  async () => {
    const { env, part } = await account('replaced');
    const older = part(['worker'], 'Worker:', {}, old);
    const newer = part(['worker'], 'Worker:');
    await older.start();
    const count = 1_000;
    const batch = await start(env, 'side', count, 60);
    await happened(() => batch.submitted() > 350);
    await older.stop();
    await newer.start();
    const chain = await mustBeWhole(batch, count);
    expect(batch.submitted()).toBe(count);
    expect(chain.length).toBeGreaterThan(2);
    await newer.stop();
  },
);

/** VERSIONING_BEHAVIOR_AUTO_UPGRADE */
const AUTO_UPGRADE = 2;

/** A notification may be tried for days, and keeps no version up. */
async function tellsThatItUpgrades(ofAccount: string): Promise<void> {
  const nowhere = `http://127.0.0.1:${await freePort(undefined)}/`;
  const handle = await client.workflow.start(NOTIFICATION_WORKFLOW, {
    ...{ workflowId: 'told', taskQueue: taskQueueOf(ofAccount) },
    args: [{ url: nowhere, notification: notificationOf('told') }],
  });
  await happened(async () => {
    const { raw } = await handle.describe();
    const behavior: unknown = raw.workflowExecutionInfo?.versioningInfo?.behavior;
    return behavior === AUTO_UPGRADE;
  });
  await handle.terminate('seen enough');
}

test('versions of a deployment: a batch moves to the version that is made current, and back', async () => {
  const deployment = 'upgrade-test';
  const { env, part } = await account('versions');
  const versioned = (buildId: string) =>
    part(['worker'], 'Worker:', {
      REELSCORE_DEPLOYMENT: deployment,
      REELSCORE_BUILD_ID: buildId,
    });
  const makeCurrent = async (buildId: string): Promise<void> => {
    const which = ['--deployment-name', deployment, '--build-id', buildId];
    const to = ['--address', server.address, '--yes'];
    const args = ['worker', 'deployment', 'set-current-version', ...which, ...to];
    // A worker is known some moments after it has begun to poll.
    await happened(async () => (await execa(temporal, args, { reject: false })).exitCode === 0);
  };
  const doctorSays = async (text: string): Promise<void> => {
    const doctor = [distFile('cli/main.js'), 'doctor', '--json'];
    const found = { env, extendEnv: false, reject: false } as const;
    await happened(async () =>
      (await execa(process.execPath, doctor, found)).stdout.includes(text),
    );
  };
  const versionOf = async (id: string): Promise<string> => {
    const { raw } = await client.workflow.getHandle(id).describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? '';
  };
  const [one, two] = [versioned('one'), versioned('two')];
  await Promise.all([one.start(), two.start()]);
  await doctorSays('and only such of the version');
  await makeCurrent('one');
  await doctorSays('one has asked for work');
  const count = 400;
  const batch = await start(env, 'versions', count, 20);
  await tellsThatItUpgrades('versions');
  await happened(() => batch.submitted() > 40);
  expect(await versionOf(batch.batch)).toBe('one');

  const move = async (to: string): Promise<void> => {
    const from = Date.now();
    await makeCurrent(to);
    await happened(async () => (await versionOf(batch.batch)) === to);
    const ms = Date.now() - from;
    console.info(`moved to ${to} in ${ms} ms, ${batch.submitted()} of ${count} submitted`);
  };
  await move('two');
  expect(batch.submitted()).toBeLessThan(count);
  // Its account follows, as soon as something happens there.
  const accountId = accountIdOf(taskQueueOf('versions'));
  const tune = ['tune', '--rate', '21'];
  await execa(process.execPath, [distFile('cli/main.js'), ...tune], { env, extendEnv: false });
  await happened(async () => (await versionOf(accountId)) === 'two');
  await happened(() => batch.submitted() > 200);
  await move('one'); // rolled back
  await two.stop();
  const chain = await mustBeWhole(batch, count);
  expect(batch.submitted()).toBe(count);
  expect(chain.length).toBeGreaterThanOrEqual(3);
  await one.stop();
});
