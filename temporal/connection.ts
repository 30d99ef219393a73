// Chooses the Temporal server of this process: one that the user named, or the embedded one.
import { accessSync } from 'node:fs';
import type { TLSConfig } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { acquireHome, type AcquireHomeOptions } from './embedded/acquire-home.js';
import type { PayloadKeys } from '../config/payload-keys.js';
import { dataConverterOf } from './payloads/data-converter.js';
import { openTraces } from './traces/open-traces.js';
import type { Traces } from './traces/traces.js';
import type { TracesConfig } from '../config/traces.js';
import { namedServerUi, workflowUrl } from './ui-url.js';

/** Options both for `Connection.connect` of @temporalio/client and `NativeConnection.connect`. */
export interface TemporalConnectionOptions {
  /** host:port */
  address: string;
  tls?: TLSConfig | boolean;
  apiKey?: string;
  metadata?: Record<string, string>;
}

export interface OpenTemporalOptions extends Pick<AcquireHomeOptions, 'onProgress' | 'simulator'> {
  /** Start the vendor simulator in the home too, whichever Temporal server is used. */
  withSimulator?: boolean;
}

/** What clients and workers of a server need. */
export interface TemporalServer {
  connection: TemporalConnectionOptions;
  namespace: string;
  /** Absent = the SDK's own. */
  dataConverter?: DataConverter;
  /**
   * Reads again how it is reached: key and certificates may have changed, its address is as it was. Absent = they
   * cannot change. Throws what a file that cannot be read throws.
   */
  optionsNow?: () => TemporalConnectionOptions;
  /** Absent = no spans are sent. */
  traces?: Traces;
}

export interface OpenedTemporal extends TemporalServer {
  /** Whether it is the embedded server. */
  embedded: boolean;
  /** Only with `withSimulator`. */
  simulatorUrl?: string;
  /** Page of a workflow in the web UI; undefined when it is not known where the UI is. */
  uiUrl(workflowId: string, runId?: string): string | undefined;
  /** Sends the last spans, and releases this process's lease on the embedded server (and simulator). Call it last. */
  release(): Promise<void>;
}

interface NamedServer {
  connection: TemporalConnectionOptions;
  namespace: string;
}

/** What an SDK or the Temporal CLI assumes when a profile names no address or namespace. */
const DEFAULT_ADDRESS = 'localhost:7233';
const DEFAULT_NAMESPACE = 'default';

/**
 * Finds the Temporal server: the one named by TEMPORAL_ADDRESS, by a profile (TEMPORAL_PROFILE,
 * TEMPORAL_CONFIG_FILE) or by an address in the default temporal.toml; otherwise the embedded server
 * of `config.home`, which is started if need be, with its web UI if `config.ui` says so. Connects to nothing yet.
 *
 * Throws an Error on a profile or file that is not there, NoTemporalServerError when no embedded
 * server can be had.
 */
export async function openTemporal(
  config: { home: string; ui?: boolean; payloadKeys?: PayloadKeys; traces?: TracesConfig },
  env: NodeJS.ProcessEnv,
  options: OpenTemporalOptions = {},
): Promise<OpenedTemporal> {
  const { withSimulator = false, ...homeOptions } = options;
  const named = namedServer(env);
  const traces = config.traces && (await openTraces(config.traces));
  const services = [
    ...(named === undefined ? (['temporal'] as const) : []),
    ...(withSimulator ? (['simulator'] as const) : []),
  ];
  const lease =
    services.length > 0
      ? await acquireHome({
          home: config.home,
          ui: config.ui ?? false,
          env,
          ...homeOptions,
          services,
        })
      : undefined;
  const server = named ?? embeddedServer(lease?.temporal);
  const ui =
    named === undefined ? lease?.temporal?.uiUrl : namedServerUi(server.connection.address);
  return {
    ...server,
    dataConverter: dataConverterOf(config.payloadKeys),
    ...(named && { optionsNow: () => optionsNow(env, named) }),
    ...(traces && { traces }),
    embedded: named === undefined,
    ...(lease?.simulator !== undefined && { simulatorUrl: lease.simulator.url }),
    uiUrl: (workflowId, runId) =>
      ui === undefined ? undefined : workflowUrl(ui, server.namespace, workflowId, runId),
    async release() {
      await traces?.close();
      await lease?.release();
    },
  };
}

function embeddedServer(temporal: { address: string; namespace: string } | undefined): NamedServer {
  if (temporal === undefined) throw new Error('the embedded Temporal server was not started');
  return { connection: { address: temporal.address }, namespace: temporal.namespace };
}

/** Who moves to another server restarts. */
function optionsNow(env: NodeJS.ProcessEnv, named: NamedServer): TemporalConnectionOptions {
  return { ...namedServer(env)?.connection, address: named.connection.address };
}

/** Undefined when the user named no server. */
function namedServer(env: NodeJS.ProcessEnv): NamedServer | undefined {
  const given = setVariables(env);
  const file = given['TEMPORAL_CONFIG_FILE'];
  if (file !== undefined) checkReadable(file);
  const loaded = loadClientConnectConfig({ overrideEnvVars: given });
  const { address, tls, apiKey, metadata } = loaded.connectionOptions;
  if (address === undefined && file === undefined && given['TEMPORAL_PROFILE'] === undefined) {
    return undefined;
  }
  return {
    connection: {
      address: address ?? DEFAULT_ADDRESS,
      ...(tls !== undefined && tls !== null && { tls }),
      ...(typeof apiKey === 'string' && { apiKey }),
      ...(metadata !== undefined && { metadata: metadata as Record<string, string> }),
    },
    namespace: loaded.namespace ?? DEFAULT_NAMESPACE,
  };
}

/** A variable set to nothing is not set; only an emptied TEMPORAL_GRPC_META_* has a meaning. */
function setVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || (value === '' && !name.startsWith('TEMPORAL_GRPC_META_'))) continue;
    set[name] = value;
  }
  return set;
}

/** The library takes a file that is not there for an empty one. */
function checkReadable(file: string): void {
  try {
    accessSync(file);
  } catch (cause) {
    throw new Error(`TEMPORAL_CONFIG_FILE: cannot read ${file} (correct or unset it)`, { cause });
  }
}
