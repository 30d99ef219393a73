import type { HostAlias } from '../net/guard.js';
import { SIMULATOR_ACCOUNT } from '../contract/names.js';
import type { ResolvedConfig } from './config.js';
import { Secret } from './secret.js';

/** Host of the sample library's links; the simulator answers there. */
export const SIMULATOR_HOST = 'simulator.localhost';

export type SimulatedConfig = ResolvedConfig & { hostAliases: Record<string, HostAlias> };

/** What a worker may be given: hosts of the simulator lead to its port. */
export type WorkerConfig = ResolvedConfig & Partial<Pick<SimulatedConfig, 'hostAliases'>>;

/**
 * The configuration for batches against the simulator: an account of its own, so that no worker with
 * real keys ever takes them.
 * @param callbackPort of a receiver on this machine; without it results are polled
 */
export function simulatedConfig(
  config: ResolvedConfig,
  simulator: { url: string },
  callbackPort?: number,
): SimulatedConfig {
  const { hostname, port, host } = new URL(simulator.url);
  const simulated: SimulatedConfig = {
    ...config,
    account: SIMULATOR_ACCOUNT,
    tomoviee: {
      baseUrl: simulator.url,
      keys: { appKey: new Secret('simulator-key'), appSecret: new Secret('simulator-secret') },
    },
    allowHosts: [...config.allowHosts, host],
    hostAliases: { [SIMULATOR_HOST]: { host: hostname, port: Number(port) } },
    callbacks: {
      listen: { host: '127.0.0.1', port: callbackPort ?? 0 },
      ...(config.callbacks.secret && { secret: config.callbacks.secret }),
      ...(callbackPort !== undefined && { publicUrl: `http://127.0.0.1:${callbackPort}` }),
    },
  };
  // What is only tried is not uploaded, and no version of it is ever made the current one.
  delete simulated.staging;
  delete simulated.deployment;
  return simulated;
}
