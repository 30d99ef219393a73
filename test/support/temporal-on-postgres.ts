// A Temporal server as a cluster has it, on PostgreSQL: built from package sources, like the embedded one.
import { createHash, randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { execa, execaSync } from 'execa';
import { afterAll } from 'vitest';
import { stringify } from 'yaml';
import { cacheDir, PACKAGE_ROOT } from '../../config/paths.js';
import { ATTRIBUTES } from '../../contract/names.js';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { builtTool } from './go-tool.js';
import { testServer } from './temporal.js';

const SOURCE = join(PACKAGE_ROOT, 'test', 'support', 'temporal-on-postgres');
const TOOLS = {
  server: 'go.temporal.io/server/cmd/server',
  sql: 'go.temporal.io/server/cmd/tools/sql',
} as const;
const HOST = '127.0.0.1';
const NAMESPACE = 'default';
const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;

export interface PostgresServer {
  /** host:port of Temporal. */
  address: string;
  namespace: string;
  /** Of Temporal, such as `1.31.2`. */
  version: string;
  /** Ends both, and removes all they have. */
  close(): Promise<void>;
}

/**
 * A server of the file's own on PostgreSQL; where that cannot be had, the shared one, and a line says so. Call it at
 * the top level of the file; it is gone after the file's tests.
 */
export async function clusterServer(): Promise<{ address: string }> {
  const reason = whyNoPostgres();
  if (reason !== undefined) {
    console.warn(`SKIPPED: Temporal on PostgreSQL (${reason}); this runs on the embedded server`);
    return testServer();
  }
  const server = await startTemporalOnPostgres();
  afterAll(() => server.close());
  return server;
}

/** Why there can be no such server here; undefined: there can. */
export function whyNoPostgres(): string | undefined {
  if (postgresBin() === undefined) return 'PostgreSQL is not installed';
  if (isRoot() && userId() === undefined) return 'there is no user postgres to run it as';
  const has = execaSync('go', ['version'], { reject: false }).exitCode === 0;
  return has || Object.keys(TOOLS).every((name) => existsSync(cached(name as Tool)))
    ? undefined
    : 'Go is not installed';
}

/** Starts it, with our search attributes; the first time on a machine it is built. */
export async function startTemporalOnPostgres(): Promise<PostgresServer> {
  const [server, sql] = [await toolBinary('server'), await toolBinary('sql')];
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-postgres-'));
  const ended: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of ended.reverse()) await end();
  };
  try {
    const password = randomBytes(16).toString('hex');
    const database = await startPostgres(folder, password);
    ended.push(() => stop(database.child, 'SIGINT')); // a fast shutdown
    await createSchemas(sql, database.port, password);
    const config = join(folder, 'temporal.yaml');
    const { port, text } = await configOf(database.port, password);
    await writeFile(config, text, { mode: 0o600 });
    const log = openSync(join(folder, 'temporal.log'), 'w');
    const child = spawn(server, ['--config-file', config, '--allow-no-auth', 'start'], {
      ...{ cwd: folder, env: { PATH: process.env['PATH'] }, stdio: ['ignore', log, log] },
    });
    ended.push(() => stop(child, 'SIGTERM'));
    const address = `${HOST}:${port}`;
    await registered(address, child, join(folder, 'temporal.log'));
    return { address, namespace: NAMESPACE, version: serverVersion(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Tool = keyof typeof TOOLS;

/** Debian keeps its programs off PATH. The newest of several. */
function postgresBin(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  for (const version of versions.sort((one, other) => other - one)) {
    const bin = join(debian, String(version), 'bin');
    if (existsSync(join(bin, 'initdb'))) return bin;
  }
  const { stdout } = execaSync('which', ['initdb'], { reject: false });
  return stdout ? dirname(stdout) : undefined;
}

const isRoot = (): boolean => process.getuid?.() === 0;

function userId(): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+):/m);
  return line ? { uid: Number(line[1]), gid: Number(line[2]) } : undefined;
}

/** It refuses to run as root. */
async function startPostgres(folder: string, password: string) {
  const bin = postgresBin()!;
  const home = join(folder, 'postgres');
  await mkdir(home, { mode: 0o700 });
  const user = isRoot() ? userId() : undefined;
  const secret = join(home, 'password');
  await writeFile(secret, password, { mode: 0o600 });
  if (user) {
    for (const path of [home, secret]) await chown(path, user.uid, user.gid);
    await execa('chmod', ['711', folder]);
  }
  const as = { cwd: home, env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' }, extendEnv: false };
  const data = join(home, 'data');
  const init = ['-D', data, '-U', 'temporal', '-A', 'scram-sha-256', '--pwfile', secret];
  await execa(join(bin, 'initdb'), [...init, '-E', 'UTF8'], { ...as, ...user });
  const port = await freePort(undefined);
  const log = openSync(join(folder, 'postgres.log'), 'w');
  const args = ['-D', data, '-h', HOST, '-p', String(port), '-k', home];
  const child = spawn(join(bin, 'postgres'), args, {
    ...{ cwd: home, env: as.env, stdio: ['ignore', log, log], ...user },
  });
  const ready = ['-h', HOST, '-p', String(port), '-q'];
  while ((await execa(join(bin, 'pg_isready'), ready, { reject: false })).exitCode !== 0) {
    if (child.exitCode !== null) {
      throw new Error(`PostgreSQL ended: ${await readFile(join(folder, 'postgres.log'), 'utf8')}`);
    }
    await sleep(100);
  }
  return { child, port };
}

async function createSchemas(sql: string, port: number, password: string): Promise<void> {
  const plugin = ['--plugin', 'postgres12', '--ep', HOST, '-p', String(port), '-u', 'temporal'];
  const run = (...args: string[]) =>
    execa(sql, [...plugin, ...args], { env: { SQL_PASSWORD: password } });
  for (const [kind, name] of Object.entries(DATABASES)) {
    await run('--db', name, 'create-database');
    await run('--db', name, 'setup-schema', '-v', '0.0');
    await run('--db', name, 'update-schema', '--schema-name', `postgresql/v12/${kind}`);
  }
}

async function configOf(database: number, password: string) {
  const ports: number[] = [];
  while (ports.length < 8) {
    const port = await freePort(undefined);
    if (!ports.includes(port)) ports.push(port);
  }
  const [port, ...others] = ports;
  const store = (databaseName: string) => ({
    sql: {
      ...{ pluginName: 'postgres12', databaseName, user: 'temporal', password },
      ...{ connectAddr: `${HOST}:${database}`, connectProtocol: 'tcp' },
      ...{ maxConns: 20, maxIdleConns: 20, maxConnLifetime: '1h' },
    },
  });
  const service = (grpcPort = port, membershipPort = others.pop()) => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true },
  });
  const text = stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      ...{ defaultStore: 'main', visibilityStore: 'visibility', numHistoryShards: 4 },
      datastores: { main: store(DATABASES.temporal), visibility: store(DATABASES.visibility) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: HOST } },
    services: {
      frontend: service(),
      matching: service(others.pop()),
      history: service(others.pop()),
      worker: service(others.pop()),
    },
    clusterMetadata: {
      ...{ enableGlobalNamespace: false, failoverVersionIncrement: 10 },
      ...{ masterClusterName: 'active', currentClusterName: 'active' },
      clusterInformation: {
        active: {
          ...{ enabled: true, initialFailoverVersion: 1 },
          ...{ rpcName: 'frontend', rpcAddress: `${HOST}:${port}` },
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
  });
  return { port: port!, text };
}

/** Waits for the server, and registers namespace and search attributes as docs/deployment.md has it. */
async function registered(address: string, child: ChildProcess, log: string): Promise<void> {
  const temporal = await findTemporalBinary(process.env, () => undefined);
  const operator = (...args: string[]) =>
    execa(temporal, ['operator', ...args, '--address', address], { reject: false });
  const ended = async (done: () => Promise<boolean>): Promise<void> => {
    while (!(await done())) {
      if (child.exitCode !== null) {
        throw new Error(`the server ended:\n${(await readFile(log, 'utf8')).slice(-2000)}`);
      }
      await sleep(200);
    }
  };
  await ended(async () => {
    const answer = await operator('namespace', 'create', '--namespace', NAMESPACE);
    return answer.exitCode === 0 || answer.stderr.includes('already');
  });
  const names = Object.values(ATTRIBUTES);
  const attributes = names.flatMap((name) => ['--name', name, '--type', 'Keyword']);
  await ended(
    async () => (await operator('search-attribute', 'create', ...attributes)).exitCode === 0,
  );
  // A frontend learns of a namespace some seconds after it is there.
  const connection = await Connection.connect({ address });
  await ended(() =>
    connection.workflowService
      .countWorkflowExecutions({
        namespace: NAMESPACE,
        query: `${ATTRIBUTES.name} = 'x'`,
      })
      .then(
        () => true,
        () => false,
      ),
  );
  await connection.close();
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(late);
}

function serverVersion(): string {
  const modules = readFileSync(join(SOURCE, 'go.mod'), 'utf8');
  return /go\.temporal\.io\/server v(\S+)/.exec(modules)![1]!;
}

function cached(name: Tool): string {
  const sums = readFileSync(join(SOURCE, 'go.sum'));
  const hash = createHash('sha256').update(sums).digest('hex').slice(0, 12);
  return join(cacheDir(process.env), `temporal-${name}-${serverVersion()}-${hash}`);
}

function toolBinary(name: Tool): Promise<string> {
  return builtTool({ source: SOURCE, program: TOOLS[name], binary: cached(name) });
}
