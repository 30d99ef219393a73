// Checks the Temporal server and its workers.
import { mediaQueueOf, SIMULATOR_ACCOUNT, taskQueueOf } from '../../contract/names.js';
import { servesFiles } from '../status.js';
import type { OpenedTemporal } from '../../temporal/connection.js';
import { namedServerUi } from '../../temporal/ui-url.js';
import { TemporalClient } from '../temporal.js';
import { ok, problemOf, warning, type DoctorFinding } from './finding.js';
import { idleVersions } from './worker-versions.js';

export interface WorkToDo {
  /** Whose batches are to be worked on. */
  account: string;
  /** Clips are probed. */
  probe: boolean;
}

/** Checks the server; no answer is a finding too. */
export async function temporalFindings(
  server: OpenedTemporal,
  work: WorkToDo,
): Promise<DoctorFinding[]> {
  let client: TemporalClient | undefined;
  try {
    client = await TemporalClient.connect(server);
    const { version, ms } = await client.ping();
    // Asked first, as it tells whether the namespace can be used.
    const worker = await workerFinding(client, work);
    const { connection, namespace, embedded } = server;
    const which = `${embedded ? 'embedded server' : connection.address}, namespace ${namespace}`;
    return [
      ok('Temporal', `${which}: server ${version} answers in ${ms.toFixed(0)} ms`),
      worker,
      await attributesFinding(client, server),
    ];
  } catch (error) {
    return [problemOf('Temporal', error)];
  } finally {
    await client?.close();
  }
}

async function workerFinding(
  client: TemporalClient,
  { account, probe }: WorkToDo,
): Promise<DoctorFinding> {
  const taskQueue = taskQueueOf(account);
  const versions = await client.workerVersions(taskQueue);
  const scores = versions.asking.length > 0;
  const files = await servesFiles(client, taskQueue);
  const probes = await client.hasPollers(mediaQueueOf(taskQueue), 'activities');
  if (!scores && account === SIMULATOR_ACCOUNT) {
    return ok('Worker', 'none is running; reelscore run MANIFEST --simulate brings its own');
  }
  if (!scores) {
    return warning(
      'Worker',
      `none has asked for work of the account ${account} in the last minutes`,
      'start one: reelscore serve, or reelscore worker (reelscore run brings its own)',
    );
  }
  const idle = idleVersions(account, versions);
  if (idle) return idle;
  if (!files) {
    return warning(
      'Worker',
      `one takes batches of the account ${account}, but none downloads soundtracks and writes results`,
      'start those that run again, all of this version: reelscore serve, or reelscore worker',
    );
  }
  if (probe && !probes) {
    return warning(
      'Worker',
      `one takes batches of the account ${account}, but none probes clips`,
      'start one: reelscore worker --serve probing',
    );
  }
  return ok('Worker', `one has asked for work of the account ${account} in the last minutes`);
}

async function attributesFinding(
  client: TemporalClient,
  { connection: { address }, namespace }: OpenedTemporal,
): Promise<DoctorFinding> {
  const check = 'Search attributes';
  let missing: string[];
  try {
    missing = await client.missingAttributes();
  } catch {
    return ok(check, 'the server does not tell; all works without them');
  }
  if (missing.length === 0) return ok(check, 'are registered');
  return warning(
    check,
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not registered`,
    [
      "all works without them; to find batches by them in Temporal's web UI:",
      ...createCommands(address, namespace, missing),
    ].join('\n'),
  );
}

/** Commands that register attributes: people, or scripts, can run them as they are. */
export function createCommands(address: string, namespace: string, names: string[]): string[] {
  if (namedServerUi(address) !== undefined) {
    // Temporal Cloud takes this from its own command only.
    const wanted = names.map((name) => `--search-attribute ${name}=Keyword`);
    return [`tcld namespace search-attributes add --namespace ${namespace} ${wanted.join(' ')}`];
  }
  // One by one: of several names, the command (1.8.2) takes the first and ignores the others.
  return names.map(
    (name) =>
      `temporal operator search-attribute create --address ${address} --namespace ${namespace} --name ${name} --type Keyword`,
  );
}
