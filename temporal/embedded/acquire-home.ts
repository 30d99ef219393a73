// A home (REELSCORE_HOME) and the servers it runs for as long as they are used.
import { join } from 'node:path';
import { ENVIRONMENT } from '../../config/environment.js';
import { findTemporalBinary } from './find-binary.js';
import { leaseServices } from './home-lease.js';
import { openHome } from './home-state.js';
import type { Ports, ServiceSpec } from './protocol.js';
import {
  SIMULATOR_SERVICE,
  simulatorService,
  type HomeSimulatorOptions,
} from './simulator-service.js';
import {
  prepareNamespace,
  TEMPORAL_NAMESPACE,
  TEMPORAL_SERVICE,
  temporalService,
} from './temporal-service.js';

export type ServiceName = 'temporal' | 'simulator';

export interface AcquireHomeOptions {
  /** REELSCORE_HOME; made if need be. */
  home: string;
  /** What is needed; `temporal` when left out. */
  services?: ServiceName[];
  /** With Temporal's web UI. Has no effect on a server that runs already. */
  ui?: boolean;
  /** Of the simulator, if asked for. Has no effect on one that runs already. */
  simulator?: HomeSimulatorOptions;
  /** Where to look for `temporal` and the cache; by default this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** Called, line by line, with what takes long (a download, a build); by default written to stderr. */
  onProgress?: (line: string) => void;
}

/** A lease on the servers of a home. */
export interface HomeLease {
  /** Present if asked for. */
  temporal?: {
    /** host:port of the gRPC front end. */
    address: string;
    namespace: string;
    /** Base URL of the web UI; undefined when it is off. */
    uiUrl?: string;
  };
  /** Present if asked for. */
  simulator?: { url: string };
  /**
   * Releases the lease. If it was the last, the servers have ended when this returns. A process that
   * ends without calling it releases its lease as well.
   */
  release(): Promise<void>;
}

/**
 * Takes a lease on the servers of a home: the first one starts them, the end of the last one stops
 * them. Any number of processes may share a home. The database survives, whatever is killed.
 *
 * Throws NoTemporalServerError when no server binary can be had, and an Error with the last lines of
 * the log when one does not start.
 */
export async function acquireHome(options: AcquireHomeOptions): Promise<HomeLease> {
  const onProgress = options.onProgress ?? ((line) => process.stderr.write(`${line}\n`));
  const home = openHome(options.home);
  const names = options.services ?? ['temporal'];
  const specs: ServiceSpec[] = [];
  if (names.includes('temporal')) {
    const binary = await findTemporalBinary(options.env ?? ENVIRONMENT, onProgress);
    specs.push(temporalService(binary, join(home, 'temporal.db'), options.ui ?? false));
  }
  if (names.includes('simulator')) specs.push(simulatorService(home, options.simulator ?? {}));

  const lease = await leaseServices({
    home,
    services: specs,
    onError: (error) => onProgress(`reelscore: ${error.message} (trying again)`),
  });
  const temporal = lease.services[TEMPORAL_SERVICE];
  const simulator = lease.services[SIMULATOR_SERVICE];
  try {
    if (temporal !== undefined) await prepareNamespace(temporal);
  } catch (error) {
    await lease.release();
    throw error;
  }
  return {
    ...(temporal && { temporal: describeTemporal(temporal) }),
    ...(simulator && { simulator: { url: localUrl(simulator['http']) } }),
    release: () => lease.release(),
  };
}

function describeTemporal(ports: Ports): NonNullable<HomeLease['temporal']> {
  const ui = ports['ui'];
  return {
    address: `127.0.0.1:${String(ports['grpc'])}`,
    namespace: TEMPORAL_NAMESPACE,
    ...(ui !== undefined && { uiUrl: localUrl(ui) }),
  };
}

function localUrl(port: number | undefined): string {
  return `http://127.0.0.1:${String(port)}`;
}
