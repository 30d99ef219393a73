// The vendor simulator as a service of a home.
import { join } from 'node:path';
import type { SimulatorOptions } from '../../tomoviee/simulator/options.js';
import { distFile } from '../../config/paths.js';
import type { ServiceSpec } from './protocol.js';

export const SIMULATOR_SERVICE = 'simulator';

/** All but where it listens and what it remembers, which the home decides, and keys. */
export type HomeSimulatorOptions = Omit<
  SimulatorOptions,
  'host' | 'port' | 'publicUrl' | 'stateDir' | 'appKey' | 'appSecret'
>;

/** Its ledger and tasks lie in the home, so that a batch goes on after both were killed. */
export function simulatorService(home: string, options: HomeSimulatorOptions): ServiceSpec {
  const given = JSON.stringify({ ...options, stateDir: join(home, 'simulator') });
  return {
    name: SIMULATOR_SERVICE,
    command: process.execPath,
    // The port's place is filled in before the simulator reads this as JSON.
    args: [distFile('tomoviee/simulator/main.js'), `{"port":{port:http},${given.slice(1)}`],
    ports: ['http'],
    ready: { port: 'http', path: '/_simulator/stats' },
  };
}
