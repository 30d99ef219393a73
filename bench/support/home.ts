// A home with Temporal server and simulator as processes of their own, as the product has them.
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { readHomeState } from '../../temporal/embedded/home-state.js';

export interface BenchHome {
  home: string;
  temporal: { connection: { address: string }; namespace: string };
  simulatorUrl: string;
  pids: { temporal: number; simulator: number };
  release(): Promise<void>;
}

/** The vendor answers at once; its soundtracks are as short as they can sensibly be. */
const SIMULATOR = { taskMs: 0, soundtrackSeconds: 0.05 };

export async function startHome(home: string): Promise<BenchHome> {
  const lease = await acquireHome({
    ...{ home, services: ['temporal', 'simulator'] },
    simulator: SIMULATOR,
  });
  const { temporal, simulator } = lease;
  if (!temporal || !simulator) throw new Error(`${home}: its services were not started`);
  const state = readHomeState(home);
  return {
    home,
    temporal: { connection: { address: temporal.address }, namespace: temporal.namespace },
    simulatorUrl: simulator.url,
    pids: { temporal: pidOf(state['temporal']), simulator: pidOf(state['simulator']) },
    release: () => lease.release(),
  };
}

function pidOf(service: { process?: { pid: number } | undefined } | undefined): number {
  if (!service?.process) throw new Error('a service of the home has no process');
  return service.process.pid;
}
