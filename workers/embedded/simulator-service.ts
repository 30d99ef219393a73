// The vendor simulator as a service of a home.
import { join } from 'node:path';
import { distFile } from '../paths.js';
import type { ServiceSpec } from './protocol.js';

export const SIMULATOR_SERVICE = 'simulator';

/** @param args further arguments of the simulator's own, such as fault options */
export function simulatorService(home: string, args: string[] = []): ServiceSpec {
  const listen = ['--port', '{port:http}', '--state', join(home, 'simulator')];
  return {
    name: SIMULATOR_SERVICE,
    command: process.execPath,
    args: [distFile('simulator/main.js'), ...listen, ...args],
    ports: ['http'],
    ready: { port: 'http', path: '/health' },
  };
}
