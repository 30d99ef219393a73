// Client, worker and receiver, each a process, reach Temporal by the standard TEMPORAL_ variables and
// profiles of temporal.toml: over TLS with a client's certificate, and with an API key.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGrpcCounter } from '../../bench/support/grpc-counter.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { reelscore } from '../cli/cli.js';
import { clips } from '../support/rig.js';
import { envOfParts, Part } from '../support/parts.js';
import { ownServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { authority, SERVER_NAME, startTlsProxy, type TlsProxy } from './support.js';

const server = await ownServer();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-profiles-'));
const simulator = await startSimulator({ taskMs: 50, soundtrackSeconds: 0.05 });
const { ca, issue } = await authority(folder);
const own = await issue('server', `subjectAltName=DNS:${SERVER_NAME}`);
const plain = await Connection.connect({ address: server.address });
const toml = join(folder, 'temporal.toml');
/** Not the default one, so that the profile has to name it. */
const NAMESPACE = 'profiled';
const opened: { close: () => Promise<unknown> }[] = [];
afterAll(async () => {
  for (const part of opened.reverse()) await part.close();
  await plain.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

beforeAll(async () => {
  await plain.workflowService.registerNamespace({
    ...{ namespace: NAMESPACE, workflowExecutionRetentionPeriod: msToTs('3 days') },
  });
  const taskQueue = { name: 'nobody' };
  // The server takes some seconds to know a new namespace everywhere.
  await until(
    () =>
      plain.workflowService
        .describeTaskQueue({ namespace: NAMESPACE, taskQueue })
        .catch(() => undefined),
    (answer) => answer !== undefined,
  );
});

/** The environment of parts that find Temporal by nothing but what is given. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const callbackPort = await freePort(undefined);
  return {
    ...envOfParts({ folder, server, simulator, callbackPort }),
    TEMPORAL_ADDRESS: undefined,
    REELSCORE_CALLBACK_GRACE: '1h', // no poll stands in for a callback that does not reach its batch
    REELSCORE_RATE: '50',
    REELSCORE_PROBE: 'false',
    REELSCORE_ACCOUNT: `profiled-${randomUUID().slice(0, 8)}`,
    REELSCORE_LOG_LEVEL: 'trace',
  };
}

/** Scores a batch: started by one process, submitted by another, called back to a third. */
async function score(
  env: NodeJS.ProcessEnv,
  of: Record<'client' | 'worker' | 'receiver', NodeJS.ProcessEnv>,
): Promise<{ batch: string; succeeded: number }> {
  const manifest = join(folder, `${randomUUID()}.csv`);
  const rows = clips(4).map((row) => ({
    ...row,
    file_link: row.file_link.replace('http://simulator.localhost', simulator.url),
  }));
  await writeFile(manifest, stringify(rows, { header: true }));
  const parts = [
    new Part(['worker'], { ...env, ...of.worker }, 'Worker:'),
    new Part(['callbacks'], { ...env, ...of.receiver }, 'Callbacks:'),
  ];
  const ask = async (...args: string[]) => {
    const asked = await reelscore([...args, '--json'], {
      ...{ cwd: folder, env: { ...env, ...of.client } },
    });
    if (asked.exitCode !== 0) throw new Error(asked.stderr);
    return JSON.parse(asked.stdout) as { batch: string; state: string; counts: Counts };
  };
  try {
    await Promise.all(parts.map((part) => part.start()));
    const { batch } = await ask('start', manifest, '--again');
    const ended = await until(
      () => ask('status', batch),
      ({ state }) => state === 'finished',
    );
    return { batch, succeeded: ended.counts.succeeded };
  } finally {
    await Promise.all(parts.map((part) => part.stop()));
  }
}

interface Counts {
  succeeded: number;
}

/** In which of the namespaces Temporal has a workflow. */
async function namespacesOf(workflowId: string): Promise<string[]> {
  const found: string[] = [];
  for (const namespace of ['default', NAMESPACE]) {
    const handle = new Client({ connection: plain, namespace }).workflow.getHandle(workflowId);
    try {
      await handle.describe();
      found.push(namespace);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return found;
}

const quote = (text: string) => (text.includes('\n') ? `"""\n${text}"""` : JSON.stringify(text));

/** Sections of a temporal.toml. */
function profile(
  name: string,
  values: Record<string, string>,
  tls: Record<string, string>,
): string {
  const lines = (of: Record<string, string>) =>
    Object.entries(of).map(([key, value]) => `${key} = ${quote(value)}`);
  return [`[profile.${name}]`, ...lines(values), `[profile.${name}.tls]`, ...lines(tls), ''].join(
    '\n',
  );
}

describe('TLS with a certificate of the client', () => {
  /** A proxy each, so that it shows who came through. */
  const proxies = {} as Record<'client' | 'worker' | 'receiver', TlsProxy>;
  const names = ['client', 'worker', 'receiver'] as const;

  beforeAll(async () => {
    for (const name of names) {
      const asking = { cert: own.cert, key: own.key, ca: ca.cert, requestCert: true };
      proxies[name] = await startTlsProxy(server.address, { ...asking, rejectUnauthorized: true });
      opened.push(proxies[name]);
    }
  });

  test('comes from files of a profile, from its data, or from variables', async () => {
    const ext = 'extendedKeyUsage=clientAuth';
    const [client, worker, receiver] = await Promise.all(names.map((name) => issue(name, ext)));
    const common = { namespace: NAMESPACE };
    await writeFile(
      toml,
      [
        profile(
          'client',
          { address: proxies.client.address, ...common },
          {
            server_name: SERVER_NAME,
            client_cert_path: client!.certPath,
            client_key_path: client!.keyPath,
            server_ca_cert_path: ca.certPath,
          },
        ),
        profile(
          'worker',
          { address: proxies.worker.address, ...common },
          {
            server_name: SERVER_NAME,
            client_cert_data: worker!.cert,
            client_key_data: worker!.key,
            server_ca_cert_data: ca.cert,
          },
        ),
      ].join('\n'),
    );
    const { batch, succeeded } = await score(await environment(), {
      client: { TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'client' },
      worker: { TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'worker' },
      receiver: {
        TEMPORAL_ADDRESS: proxies.receiver.address,
        TEMPORAL_NAMESPACE: NAMESPACE,
        TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
        TEMPORAL_TLS_CLIENT_CERT_PATH: receiver!.certPath,
        TEMPORAL_TLS_CLIENT_KEY_PATH: receiver!.keyPath,
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca.certPath,
      },
    });
    expect(succeeded).toBe(4);
    expect(await namespacesOf(batch)).toEqual([NAMESPACE]);
    for (const name of names) expect(new Set(proxies[name].clients)).toEqual(new Set([name]));
  });

  test.each([
    ['without a certificate', {}],
    ['with one of another authority', { foreign: true }],
  ])('is refused %s', async (_, { foreign = false }: { foreign?: boolean }) => {
    const other = await authority(await mkdtemp(join(folder, 'other-')));
    const stranger = await other.issue('stranger', 'extendedKeyUsage=clientAuth');
    const before = proxies.client.clients.length;
    const { exitCode, stderr } = await reelscore(['status'], {
      cwd: folder,
      env: {
        ...(await environment()),
        TEMPORAL_ADDRESS: proxies.client.address,
        TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca.certPath,
        ...(foreign && {
          TEMPORAL_TLS_CLIENT_CERT_PATH: stranger.certPath,
          TEMPORAL_TLS_CLIENT_KEY_PATH: stranger.keyPath,
        }),
      },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`Temporal at ${proxies.client.address} does not answer`);
    expect(proxies.client.clients).toHaveLength(before);
  });

  test('goes to no server whose certificate names another', async () => {
    const { exitCode } = await reelscore(['status'], {
      cwd: folder,
      env: {
        ...(await environment()),
        ...{ TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'client' },
        TEMPORAL_TLS_SERVER_NAME: 'other.test',
      },
    });
    expect(exitCode).toBe(1);
  });
});

describe('an API key', () => {
  const key = `key-${randomUUID()}`;
  /** What each part showed; by proxies of their own. */
  const shown = { client: new Set(), worker: new Set(), receiver: new Set() };
  const of = {} as Record<keyof typeof shown, NodeJS.ProcessEnv>;

  beforeAll(async () => {
    const names = Object.keys(shown) as (keyof typeof shown)[];
    const sections: string[] = [];
    for (const name of names) {
      const checking = await startGrpcCounter(server.address, ({ authorization }) => {
        shown[name].add(authorization);
        return authorization === `Bearer ${key}` ? undefined : 'unknown key';
      });
      const tls = await startTlsProxy(checking.address, { cert: own.cert, key: own.key });
      opened.push(checking, tls);
      sections.push(
        profile(
          `key-${name}`,
          {
            address: tls.address,
            namespace: NAMESPACE,
            ...(name !== 'worker' && { api_key: key }),
          },
          { server_name: SERVER_NAME, server_ca_cert_path: ca.certPath },
        ),
      );
      of[name] = {
        TEMPORAL_CONFIG_FILE: join(folder, 'keys.toml'),
        TEMPORAL_PROFILE: `key-${name}`,
        ...(name === 'worker' && { TEMPORAL_API_KEY: key }),
      };
    }
    await writeFile(join(folder, 'keys.toml'), sections.join('\n'));
  });

  test('reaches the server from client, worker and receiver, by profile or variable', async () => {
    const { batch, succeeded } = await score(await environment(), of);
    expect(succeeded).toBe(4);
    expect(await namespacesOf(batch)).toEqual([NAMESPACE]);
    for (const seen of Object.values(shown)) expect(seen).toEqual(new Set([`Bearer ${key}`]));
  });

  test.each(['status', 'doctor', 'worker', 'callbacks'])(
    'that is refused shows in nothing that %s says',
    async (command) => {
      const wrong = `wrong-${randomUUID()}`;
      const { exitCode, stdout, stderr } = await reelscore([command, '--verbose'], {
        cwd: folder,
        env: { ...(await environment()), ...of.client, TEMPORAL_API_KEY: wrong },
      });
      expect(exitCode).toBe(1);
      expect(`${stdout}${stderr}`).toContain('unknown key');
      expect(`${stdout}${stderr}`).toContain('check TEMPORAL_NAMESPACE and the credentials');
      expect(`${stdout}${stderr}`).not.toContain(wrong);
    },
  );
});
