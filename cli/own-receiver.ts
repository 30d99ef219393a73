// The callback receiver of a command that scores in its own process.
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import type { OpenedTemporal } from '../temporal/connection.js';
import type { RunningReceiver } from '../workers/callback-receiver.js';
import { simulatedConfig, type SimulatedConfig } from '../config/simulated.js';

const PORT_FILE = 'simulated-callback-port';

/** Starts a receiver if callbacks can come at all; undefined if another process has its place. */
export async function startOwnReceiver(
  config: ResolvedConfig,
  temporal: OpenedTemporal,
  note: (line: string) => void,
): Promise<RunningReceiver | undefined> {
  const { startCallbackReceiver } = await import('../workers/callback-receiver.js');
  try {
    return await startCallbackReceiver({ config, temporal });
  } catch (error) {
    if (!isInUse(error)) throw error;
    const { host, port } = config.callbacks.listen;
    note(`${host}:${port} is in use: callbacks are left to the receiver that listens there`);
    return undefined;
  }
}

/**
 * Starts a receiver for the simulator's callbacks on a port of loopback: the same as last time if it
 * is free, since tasks of an earlier run that was killed call back there.
 * @returns the configuration for the worker too, which has to know the port
 */
export async function startSimulatedReceiver(
  config: ResolvedConfig,
  temporal: OpenedTemporal,
  simulator: { url: string },
): Promise<{ receiver: RunningReceiver; config: SimulatedConfig }> {
  const { startCallbackReceiver } = await import('../workers/callback-receiver.js');
  const file = path.join(config.home, PORT_FILE);
  const start = (port: number): Promise<RunningReceiver> =>
    startCallbackReceiver({ config: simulatedConfig(config, simulator, port), temporal });
  let receiver: RunningReceiver;
  try {
    receiver = await start(await lastPort(file));
  } catch (error) {
    if (!isInUse(error)) throw error;
    receiver = await start(0);
  }
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  await writeFile(file, `${receiver.port}\n`);
  return { receiver, config: simulatedConfig(config, simulator, receiver.port) };
}

async function lastPort(file: string): Promise<number> {
  try {
    const port = Number(await readFile(file, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
  } catch {
    return 0; // none kept
  }
}

/** Another process listens there. */
export function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
