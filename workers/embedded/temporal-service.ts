// The Temporal server as a service of a home.
import { request } from 'undici';
import { ATTRIBUTES } from '../../contract/names.js';
import { KEYWORD } from '../attributes.js';
import type { Ports, ServiceSpec } from './protocol.js';

export const TEMPORAL_SERVICE = 'temporal';
export const TEMPORAL_NAMESPACE = 'default';

const NAMESPACE_PATH = `/api/v1/namespaces/${TEMPORAL_NAMESPACE}`;

/**
 * The development server forgets closed workflows after a day, by default. `status` and `retry` of
 * last week's batch should work.
 */
const RETENTION_DAYS = 30;
const RETENTION_SECONDS = RETENTION_DAYS * 86_400;

/** Measured: see docs/architecture.md. */
const TUNING = [
  '--sqlite-pragma',
  'journal_mode=wal',
  '--sqlite-pragma',
  'synchronous=full',
  '--dynamic-config-value',
  'system.enableActivityEagerExecution=true',
  '--dynamic-config-value',
  'matching.numTaskqueueReadPartitions=1',
  '--dynamic-config-value',
  'matching.numTaskqueueWritePartitions=1',
  // Callbacks and answers that arrive during a workflow task; past the limit the server fails the task.
  '--dynamic-config-value',
  'history.maximumBufferedEventsBatch=10000',
  // A query waits for the workflow task under way. By default only one may; whoever asks besides it is
  // refused and asks again after 1-2 s: `status` beside a `run` that shows its progress.
  '--dynamic-config-value',
  'history.MaxBufferedQueryCount=100',
];

/** @param binary absolute path of the `temporal` command line tool */
export function temporalService(binary: string, database: string, headless: boolean): ServiceSpec {
  const ui = headless ? ['--headless'] : ['--ui-port', '{port:ui}'];
  const args = ['server', 'start-dev', '--db-filename', database, '--log-level', 'error'];
  const ports = ['--ip', '127.0.0.1', '--port', '{port:grpc}', '--http-port', '{port:http}', ...ui];
  return {
    name: TEMPORAL_SERVICE,
    command: binary,
    args: [...args, ...ports, ...TUNING],
    ports: headless ? ['grpc', 'http'] : ['grpc', 'http', 'ui'],
    // Answered by the same front end as gRPC, and only once the namespace exists.
    ready: { port: 'http', path: NAMESPACE_PATH },
  };
}

/** Raises the namespace's retention to 30 days, unless it is that long already. */
export async function keepClosedWorkflows(ports: Ports): Promise<void> {
  const url = `http://127.0.0.1:${String(ports['http'])}${NAMESPACE_PATH}`;
  const { body } = await request(url);
  const { config } = (await body.json()) as { config?: { workflowExecutionRetentionTtl?: string } };
  // A protobuf duration in JSON: seconds with an 's'.
  if (Number.parseInt(config?.workflowExecutionRetentionTtl ?? '0') >= RETENTION_SECONDS) return;
  const answer = await request(`${url}/update`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ config: { workflowExecutionRetentionTtl: `${RETENTION_SECONDS}s` } }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) {
    throw new Error(`the embedded Temporal server refused a retention of 30 days: ${text}`);
  }
}

/**
 * Registers the search attributes of batches, unless they are. The server's own `--search-attribute`
 * does so for a new database only.
 */
export async function registerAttributes(ports: Ports): Promise<void> {
  const url = `http://127.0.0.1:${String(ports['http'])}${NAMESPACE_PATH}/search-attributes`;
  const { body } = await request(url);
  const { customAttributes = {} } = (await body.json()) as { customAttributes?: object };
  const names = Object.values(ATTRIBUTES);
  if (names.every((name) => name in customAttributes)) return;
  // Adding them is possible over gRPC alone; it is needed once a database.
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address: `127.0.0.1:${String(ports['grpc'])}` });
  try {
    await connection.operatorService.addSearchAttributes({
      namespace: TEMPORAL_NAMESPACE,
      searchAttributes: Object.fromEntries(names.map((name) => [name, KEYWORD])),
    });
  } finally {
    await connection.close();
  }
}
