// The vendor that a run is counted at: a simulator in a process of its own, new for every run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { SimulatorStats } from '../../tomoviee/simulator/controls.js';
import type { Arrival, TaskEntry } from '../../tomoviee/simulator/task-list.js';
import type { SimulatorOptions } from '../../tomoviee/simulator/options.js';
import { distFile } from '../../config/paths.js';

export interface BenchVendor {
  url: string;
  /** In order of arrival. */
  arrivals(): Promise<Arrival[]>;
  ledger(): Promise<TaskEntry[]>;
  stats(): Promise<SimulatorStats>;
  close(): Promise<void>;
}

/** Starts a simulator that ends with this process at the latest. */
export async function startVendor(options: SimulatorOptions): Promise<BenchVendor> {
  const given = JSON.stringify({ soundtrackSeconds: 0.05, ...options });
  const args = [distFile('tomoviee/simulator/main.js'), '--stop-with-stdin', given];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const started = once(child.stdout, 'data').then(([line]) => String(line));
  const line = await Promise.race([started, gone.then(() => undefined)]);
  if (line === undefined) throw new Error('the simulator ended before it was up (see above)');
  const { url } = JSON.parse(line) as { url: string };

  return {
    url,
    arrivals: () => readArrivals(url),
    ledger: () => lines<TaskEntry>(url, 'ledger'),
    stats: async () => JSON.parse(await read(url, 'stats')) as SimulatorStats,
    async close() {
      child.stdin.end();
      await gone;
    },
  };
}

/** What has arrived at a simulator, in order. */
export async function readArrivals(url: string): Promise<Arrival[]> {
  return (await lines<Arrival>(url, 'arrivals')).sort((a, b) => a.at - b.at);
}

async function lines<T>(url: string, path: string): Promise<T[]> {
  return (await read(url, path))
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as T);
}

async function read(url: string, path: string): Promise<string> {
  const response = await fetch(`${url}/_simulator/${path}`);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} for ${path}`);
  return await response.text();
}
