// The product as its users run it: `reelscore run` with keys, a callback URL, and a home of its own.
import { join } from 'node:path';
import { distFile } from '../../config/paths.js';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { cleanEnv } from '../support/product.js';
import { startProcess } from './child-process.js';
import type { Contender, Job, KillableAttempt, Prepared } from './contender.js';

/** Id of the batch. */
export const BATCH = 'bench';

export const reelscore: Contender<KillableAttempt> = {
  id: 'reelscore',
  name: 'Reelscore',
  prepare: (job) => prepareReelscore(job, distFile('cli/main.js')),
};

export interface PreparedReelscore extends Prepared<KillableAttempt> {
  temporal: { address: string; namespace: string };
}

/** @param program the command of this state of the package or of an earlier one */
export async function prepareReelscore(
  { folder, manifest, vendorUrl, ratePerSecond, maxInFlight }: Job,
  program: string,
): Promise<PreparedReelscore> {
  const home = join(folder, 'home');
  const out = join(folder, 'out');
  // A share of our own, so that the Temporal server stays when the process is killed.
  const lease = await acquireHome({ home, services: ['temporal'] });
  const { temporal } = lease;
  if (!temporal) throw new Error(`${home}: its Temporal server was not started`);
  const callbacks = `127.0.0.1:${await freePort(undefined)}`;
  const env = {
    ...cleanEnv(home),
    TOMOVIEE_BASE_URL: vendorUrl,
    TOMOVIEE_APP_KEY: 'bench-key',
    TOMOVIEE_APP_SECRET: 'bench-secret',
    REELSCORE_ALLOW_HOSTS: new URL(vendorUrl).host,
    REELSCORE_CALLBACK_URL: `http://${callbacks}`,
    REELSCORE_CALLBACK_LISTEN: callbacks,
    // For tasks that take seconds, as with --simulate.
    REELSCORE_CALLBACK_GRACE: '5s',
    REELSCORE_POLL_INTERVAL: '2s',
    REELSCORE_LOG_LEVEL: 'error',
  };
  const limits = ['--rate', String(ratePerSecond), '--max-in-flight', String(maxInFlight)];
  const options = ['--batch', BATCH, '--out', out, '--no-probe', '--json', ...limits];
  return {
    out,
    temporal,
    // 2: it has dealt with every clip, and some did not succeed, which is for the benchmark to count.
    start: () => startProcess([program, 'run', manifest, '--again', ...options], env, [0, 2]),
    close: () => lease.release(),
  };
}
