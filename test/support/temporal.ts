// Real embedded servers for tests, had the way the product has them.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { acquireHome, type ServiceName } from '../../temporal/embedded/acquire-home.js';
import { isRunning, type ProcessIdentity } from '../../temporal/embedded/process-identity.js';
import { built } from './built.js';

export interface TestServer {
  /** host:port, for `Connection.connect` and `NativeConnection.connect`. */
  address: string;
  namespace: string;
  /** REELSCORE_HOME it belongs to, for commands that are to use the same server. */
  home: string;
}

/**
 * The Temporal server that this run's test files share. Use task queues and workflow ids of your own
 * (`crypto.randomUUID()`), and kill nothing. Call it at the top level of the file; it is given up
 * after the file's tests.
 */
export async function testServer(): Promise<TestServer> {
  return serverIn(inject('sharedHome'));
}

/**
 * A Temporal server of the file's own, to be killed at will (see `childPid`). Call it at the top
 * level of the file; server and home are gone after the file's tests.
 */
export async function ownServer(): Promise<TestServer> {
  const home = await temporaryHome();
  return serverIn(home);
}

/** A home that is removed after the file's tests. Call it at the top level of the file. */
export async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'reelscore-home-'));
  afterAll(() => rm(home, { recursive: true, force: true }));
  return home;
}

/** Pid of what a home runs; undefined when it does not run. */
export function childPid(home: string, name: 'supervisor' | ServiceName): number | undefined {
  const path = join(home, name === 'supervisor' ? 'supervisor.json' : 'services.json');
  if (!existsSync(path)) return undefined;
  const state = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const found = name === 'supervisor' ? state : (state[name] ?? {});
  const { holder, process } = found as Record<'holder' | 'process', ProcessIdentity | undefined>;
  const identity = holder ?? process;
  return identity !== undefined && isRunning(identity) ? identity.pid : undefined;
}

async function serverIn(home: string): Promise<TestServer> {
  await built();
  const lease = await acquireHome({ home });
  afterAll(() => lease.release());
  if (lease.temporal === undefined) throw new Error('no Temporal server was started');
  return { ...lease.temporal, home };
}
