// A vendor that behaves, and misbehaves, like the real one: start and stop.
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { controlsOf, type SimulatorControls } from './controls.js';
import { faultsOfClip } from './faults.js';
import { createHttpServer, listen } from './http-server.js';
import { resolveSimulatorOptions, type SimulatorOptions } from './options.js';
import { assemble } from './parts.js';
import { openState } from './state.js';

/** A running simulator. */
export interface Simulator extends SimulatorControls {
  /** Base URL, to be used as `TOMOVIEE_BASE_URL`. */
  url: string;
  port: number;
  /** Stops at once, as a kill would; with a state directory the next start goes on. */
  close(): Promise<void>;
}

/**
 * Starts a simulator and resolves when it listens.
 * @throws Error on a wrong option, a port in use or a state directory that cannot be used.
 */
export async function startSimulator(given: SimulatorOptions = {}): Promise<Simulator> {
  const options = resolveSimulatorOptions(given);
  const state = await openState(options.stateDir, randomBytes(32).toString('hex'));
  const { journal, ledger } = state;
  try {
    let url = '';
    const parts = assemble(options, state, () => options.publicUrl?.replace(/\/+$/, '') ?? url);
    const controls = controlsOf(parts);
    const server = createHttpServer(parts, controls);
    await listen(server, options.host, options.port);
    const { port } = server.address() as AddressInfo;
    url = `http://${hostForLinks(options.host)}:${port}`;

    for (const task of ledger.tasks.values()) {
      const own = faultsOfClip(task);
      if (own.length > 0) task.faults = own;
    }
    parts.processing.resume(ledger.tasks.values());

    return {
      ...controls,
      url,
      port,
      async close() {
        parts.timers.close();
        // First, so that callbacks broken off now are not taken as sent at the next start.
        journal.close();
        server.close();
        server.closeAllConnections();
        await parts.notifier.close();
      },
    };
  } catch (error) {
    journal.close();
    throw error;
  }
}

/** A host that listens on every address is reached on this one. */
function hostForLinks(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
