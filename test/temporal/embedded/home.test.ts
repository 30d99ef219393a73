// Homes with real Temporal servers: shared, killed, and gone when nobody needs them.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ATTRIBUTES } from '../../../contract/names.js';
import { withRpcRetry } from '../../../net/retry-rpc.js';
import { acquireHome, type HomeLease } from '../../../temporal/embedded/acquire-home.js';
import { KEYWORD } from '../../../temporal/attributes.js';
import { identifyProcess } from '../../../temporal/embedded/process-identity.js';
import { socketPathOf } from '../../../temporal/embedded/socket-path.js';
import { prepareNamespace } from '../../../temporal/embedded/temporal-service.js';
import { built } from '../../support/built.js';
import { childPid } from '../../support/temporal.js';
import { startHolder } from './holder.js';

await built();

/** Search attributes of this type that a namespace on SQLite can have. */
const MOST_KEYWORDS = 10;

let home: string;
const leases: HomeLease[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'reelscore-home-'));
});

afterEach(async () => {
  await Promise.all(leases.splice(0).map((lease) => lease.release()));
  expect(childPid(home, 'supervisor')).toBeUndefined();
  expect(childPid(home, 'temporal')).toBeUndefined();
  rmSync(home, { recursive: true, force: true });
});

async function acquire(): Promise<NonNullable<HomeLease['temporal']>> {
  const lease = await acquireHome({ home, onProgress: () => undefined });
  leases.push(lease);
  return lease.temporal!;
}

/** Runs `use` with a client; its calls ride over restarts. */
async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await withRpcRetry(() => Connection.connect({ address }), { forMs: 30_000 });
  try {
    return await withRpcRetry(() => use(new Client({ connection })), { forMs: 30_000 });
  } finally {
    await connection.close();
  }
}

/** Starts a workflow that no worker takes: it stays open, as something durable to look for. */
async function leaveMark(address: string): Promise<string> {
  const workflowId = crypto.randomUUID();
  await withClient(address, (client) =>
    client.workflow.start('mark', { workflowId, taskQueue: 'nobody' }),
  );
  return workflowId;
}

async function expectMark(address: string, workflowId: string): Promise<void> {
  const { status } = await withClient(address, (client) =>
    client.workflow.getHandle(workflowId).describe(),
  );
  expect(status.name).toBe('RUNNING');
}

async function killed(pid: number | undefined): Promise<void> {
  process.kill(pid!, 'SIGKILL');
  await expect.poll(() => isAlive(pid!), { timeout: 10_000 }).toBe(false);
}

function isAlive(pid: number): boolean {
  return [childPid(home, 'temporal'), childPid(home, 'supervisor')].includes(pid);
}

function processGroup(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }));
}

describe('sharing', () => {
  test('the first starts the server, the second shares it, the last takes it down', async () => {
    const first = await acquire();
    const pid = childPid(home, 'temporal');
    expect(await acquire()).toEqual(first);
    expect(childPid(home, 'temporal')).toBe(pid);

    await leases.pop()?.release();
    expect(childPid(home, 'temporal')).toBe(pid);
    await leases.pop()?.release();
    expect(childPid(home, 'temporal')).toBeUndefined();
    expect(childPid(home, 'supervisor')).toBeUndefined();
    expect(existsSync(dirname(socketPathOf(home)))).toBe(false);
  });

  test('processes that begin at the same moment share one server', async () => {
    const holders = await Promise.all([startHolder(home), startHolder(home), startHolder(home)]);
    const addresses = new Set(holders.map(({ temporal }) => temporal.address));
    expect(addresses.size).toBe(1);
    await Promise.all(holders.map((holder) => holder.release()));
  });

  test('a holder that is killed gives its share up', async () => {
    const holder = await startHolder(home);
    const pid = childPid(home, 'supervisor');
    expect(pid).toBeDefined();
    await holder.kill();
    await expect.poll(() => isAlive(pid!), { timeout: 20_000 }).toBe(false);
    expect(childPid(home, 'temporal')).toBeUndefined();
  });

  test('a command right after the last one gets the server back, on the same port', async () => {
    const { address } = await acquire();
    const mark = await leaveMark(address);
    await leases.pop()?.release();
    expect(await acquire()).toMatchObject({ address });
    await expectMark(address, mark);
  });

  test('one that comes while the last one leaves waits for its turn', async () => {
    const first = await startHolder(home);
    const leaving = first.release();
    await new Promise((resolve) => setTimeout(resolve, 600)); // past the linger, into the stop
    const { address } = await acquire();
    await leaving;
    expect(address).toBe(first.temporal.address);
    await leaveMark(address);
  });
});

describe('being killed', () => {
  test('a killed server comes back on its port with everything it had', async () => {
    const { address } = await acquire();
    const mark = await leaveMark(address);
    const pid = childPid(home, 'temporal');
    await killed(pid);
    await expectMark(address, mark);
    expect(childPid(home, 'temporal')).not.toBe(pid);
  });

  test('a killed supervisor is replaced, with one server on the same port', async () => {
    const { address } = await acquire();
    const mark = await leaveMark(address);
    const [server, supervisor] = [childPid(home, 'temporal'), childPid(home, 'supervisor')];
    await killed(supervisor);
    await expect.poll(() => childPid(home, 'supervisor'), { timeout: 20_000 }).toBeDefined();
    await expect
      .poll(() => ![undefined, server].includes(childPid(home, 'temporal')), { timeout: 20_000 })
      .toBe(true);
    expect(identifyProcess(server!)).toBeUndefined(); // the orphan was ended
    await expectMark(address, mark);
  });

  test('after everything was killed the next command goes on', async () => {
    const holder = await startHolder(home);
    const { address } = holder.temporal;
    const mark = await leaveMark(address);
    const [server, supervisor] = [childPid(home, 'temporal'), childPid(home, 'supervisor')];
    await holder.kill();
    process.kill(supervisor!, 'SIGKILL');
    process.kill(server!, 'SIGKILL');
    expect(await acquire()).toMatchObject({ address });
    await expectMark(address, mark);
  });

  test('a server whose holder and supervisor were killed is ended by the next command', async () => {
    const holder = await startHolder(home);
    const [server, supervisor] = [childPid(home, 'temporal'), childPid(home, 'supervisor')];
    process.kill(supervisor!, 'SIGKILL');
    await holder.kill();
    expect(childPid(home, 'temporal')).toBe(server);
    expect(await acquire()).toMatchObject({ address: holder.temporal.address });
    expect(childPid(home, 'temporal')).not.toBe(server);
  });

  test('Ctrl-C in the command that started the server does not reach the server', async () => {
    const holder = await startHolder(home);
    const pid = childPid(home, 'temporal');
    for (const name of ['supervisor', 'temporal'] as const) {
      expect(processGroup(childPid(home, name)!)).not.toBe(holder.child.pid);
    }
    const { address } = await acquire();
    const exit = once(holder.child, 'exit');
    process.kill(-holder.child.pid!, 'SIGINT');
    expect(await exit).toEqual([null, 'SIGINT']);
    await leaveMark(address);
    expect(childPid(home, 'temporal')).toBe(pid);
  });
});

describe('what it keeps and lets through', () => {
  test('closed workflows are kept for 30 days', async () => {
    const { address } = await acquire();
    const { config } = await withClient(address, (client) =>
      client.workflowService.describeNamespace({ namespace: 'default' }),
    );
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
  });

  test.runIf(process.platform === 'linux')('secrets do not reach the server', async () => {
    const holder = await startHolder(home, {
      TOMOVIEE_APP_SECRET: 'not-for-the-server',
      TEMPORAL_NAMESPACE: 'not-for-the-server',
    });
    for (const name of ['supervisor', 'temporal'] as const) {
      const environment = readFileSync(`/proc/${String(childPid(home, name))}/environ`, 'utf8');
      expect(environment).toContain('PATH=');
      expect(environment).not.toContain('not-for-the-server');
    }
    await holder.release();
  });

  test('a server that answers late is waited for', async () => {
    const { address } = await acquire();
    const server = childPid(home, 'temporal')!;
    process.kill(server, 'SIGSTOP');
    const prepared = prepareNamespace({ grpc: Number(address.split(':')[1]) });
    await new Promise((resolve) => setTimeout(resolve, 6_000)); // past the deadline of one call
    process.kill(server, 'SIGCONT');
    await prepared;
  });

  test('a command that the namespace refuses leaves no server running', async () => {
    const { address } = await acquire();
    const connection = await Connection.connect({ address });
    try {
      const { operatorService } = connection;
      const [namespace, searchAttributes] = ['default', Object.values(ATTRIBUTES)];
      await operatorService.removeSearchAttributes({ namespace, searchAttributes });
      const others = Array.from({ length: MOST_KEYWORDS }, (_, i) => `Other${String(i)}`);
      await operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(others.map((name) => [name, KEYWORD])),
      });
    } finally {
      await connection.close();
    }
    await leases.pop()?.release();
    await expect(acquire()).rejects.toThrow(/cannot have more than 10/);
    expect(childPid(home, 'supervisor')).toBeUndefined();
  });

  test('the database is readable by its owner alone', async () => {
    chmodSync(home, 0o755);
    await acquire();
    expect(lstatSync(join(home, 'temporal.db')).mode & 0o077).toBe(0);
  });

  test('a socket folder that others could have made is refused, with what to do', async () => {
    const dir = dirname(socketPathOf(home));
    mkdirSync(dir);
    chmodSync(dir, 0o777);
    try {
      await expect(acquire()).rejects.toThrow(/others can enter it \(remove it, or set TMPDIR/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('a home that cannot be made is refused, with what to do', async () => {
    const lease = acquireHome({ home: '/dev/null/home', onProgress: () => undefined });
    await expect(lease).rejects.toThrow(
      /\/dev\/null\/home: .* \(set it to a folder you can write\)/,
    );
  });
});
