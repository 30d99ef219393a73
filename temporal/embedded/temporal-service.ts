// The Temporal server as a service of a home.
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { withRpcRetry } from '../../net/retry-rpc.js';
import { ATTRIBUTES } from '../../contract/names.js';
import { KEYWORD, missingAttributes } from '../attributes.js';
import type { Ports, ServiceSpec } from './protocol.js';

export const TEMPORAL_SERVICE = 'temporal';
export const TEMPORAL_NAMESPACE = 'default';

/**
 * The development server forgets closed workflows after a day, by default. `status` and `retry` of
 * last week's batch should work.
 */
const RETENTION_DAYS = 30;
const RETENTION_SECONDS = RETENTION_DAYS * 86_400;

/**
 * The development server opens its HTTP API on a port of its choice, which cannot be turned off. Web
 * pages could reach it: it takes any body as JSON, so a page on any site can start a workflow. Nothing
 * here needs it, so it is closed: a Host header cannot hold a space, and everything else gets 403.
 */
const CLOSED_HTTP = ['--dynamic-config-value', 'frontend.httpAllowedHosts=["no host"]'];

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
  // A query waits for the workflow task under way. By default only one may; a second one is
  // refused and asks again after 1-2 s: `status` beside a `run` that shows its progress.
  '--dynamic-config-value',
  'history.MaxBufferedQueryCount=100',
];

/** @param binary absolute path of the `temporal` command line tool; @param ui with the web UI */
export function temporalService(binary: string, database: string, ui: boolean): ServiceSpec {
  const args = ['server', 'start-dev', '--db-filename', database, '--log-level', 'error'];
  const ports = ['--ip', '127.0.0.1', '--port', '{port:grpc}'];
  ports.push(...(ui ? ['--ui-port', '{port:ui}'] : ['--headless']));
  return {
    name: TEMPORAL_SERVICE,
    command: binary,
    args: [...args, ...ports, ...CLOSED_HTTP, ...TUNING],
    ports: ui ? ['grpc', 'ui'] : ['grpc'],
    // Answered with OK only once the namespace exists.
    ready: {
      port: 'grpc',
      grpc: {
        path: '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
        message: namespaceRequest(TEMPORAL_NAMESPACE),
      },
    },
  };
}

/** A DescribeNamespaceRequest in protobuf: field 1 is the name, a string. */
function namespaceRequest(namespace: string): string {
  const name = Buffer.from(namespace);
  return Buffer.concat([Buffer.from([(1 << 3) | 2, name.length]), name]).toString('base64');
}

/** A server that has just started, on a busy machine, may answer late. */
const PATIENCE = { forMs: 60_000 };
const CALL_MS = 5_000;

/**
 * Makes the server's namespace what batches need: closed workflows are kept for 30 days, and the
 * search attributes of batches are registered. What is so already stays untouched. Calls that are not
 * answered are repeated for a minute.
 * @throws the server's refusal
 */
export async function prepareNamespace(ports: Ports): Promise<void> {
  const { Connection } = await import('@temporalio/client');
  const connection = Connection.lazy({ address: `127.0.0.1:${String(ports['grpc'])}` });
  const call = <T>(make: () => Promise<T>): Promise<T> =>
    withRpcRetry(() => connection.withDeadline(Date.now() + CALL_MS, make), PATIENCE);
  try {
    await call(() => keepClosedWorkflows(connection));
    await call(() => registerAttributes(connection));
  } finally {
    await connection.close();
  }
}

async function keepClosedWorkflows({ workflowService }: Connection): Promise<void> {
  const namespace = TEMPORAL_NAMESPACE;
  const { config } = await workflowService.describeNamespace({ namespace });
  if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) >= RETENTION_SECONDS) return;
  await workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(RETENTION_SECONDS * 1000) },
  });
}

/** The server's own `--search-attribute` does so for a new database only. */
async function registerAttributes(connection: Connection): Promise<void> {
  if ((await missingAttributes(connection, TEMPORAL_NAMESPACE)).length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace: TEMPORAL_NAMESPACE,
    searchAttributes: Object.fromEntries(Object.values(ATTRIBUTES).map((name) => [name, KEYWORD])),
  });
}
