// reelscore doctor, with what it looks at real: servers, folders, ports.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../client/index.js';
import { clockFinding } from '../../client/doctor/gateway.js';
import { roomOf } from '../../client/doctor/folders.js';
import { nodeFinding } from '../../client/doctor/settings.js';
import { createCommands } from '../../client/doctor/temporal.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { serve } from '../net/servers.js';
import { envOfParts, Part } from '../support/parts.js';
import { ownServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { ask, reelscore } from './cli.js';

const server = await ownServer();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-doctor-'));
const simulator = await startSimulator({});
const callbackPort = await freePort(undefined);
const SECRET = 'test-secret';
/** A place where all is well, but for what nobody has started. */
const env = {
  ...envOfParts({ folder: cwd, server, simulator, callbackPort }),
  REELSCORE_CALLBACK_URL: undefined,
};
afterAll(async () => {
  await simulator.close();
  await rm(cwd, { recursive: true, force: true });
});

interface Report {
  problems: number;
  warnings: number;
  checks: Finding[];
}

async function examine(more: NodeJS.ProcessEnv = {}, by: typeof ask = ask, ...flags: string[]) {
  const args = ['doctor', '--json', ...flags];
  const { stdout, stderr, exitCode } = await by(args, { cwd, env: { ...env, ...more } });
  expect(`${stdout}${stderr}`).not.toContain(SECRET);
  const report = JSON.parse(stdout) as Report;
  const of = (check: string) => report.checks.find((finding) => finding.check === check);
  return { ...report, exitCode, of, names: report.checks.map(({ check }) => check) };
}

describe('reelscore doctor', () => {
  test('finds nothing wrong for the simulator, starts what it needs, and leaves nothing behind', async () => {
    const home = join(cwd, 'new', 'home');
    const alone = { REELSCORE_HOME: home, TEMPORAL_ADDRESS: '', TOMOVIEE_APP_KEY: '' };
    const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME']!, '.cache');
    const found = await examine(
      { ...alone, TOMOVIEE_APP_SECRET: '', XDG_CACHE_HOME: cache },
      reelscore,
      '--simulate',
    );
    expect(found).toMatchObject({ problems: 0, warnings: 0, exitCode: 0 });
    expect(found.names).toEqual([
      ...['Node', 'Keys', 'Notifications', 'Payloads', 'Results', 'Ledger', 'Home', 'ffmpeg'],
      ...['Temporal', 'Worker', 'Search attributes', 'Vendor', 'Clock', 'Callback URL'],
    ]);
    expect(found.of('Temporal')?.found).toMatch(
      /^embedded server, namespace default: server \d+\.\d+\.\d+ answers in \d+ ms$/,
    );
    expect(found.of('Search attributes')?.verdict).toBe('ok');
    expect(found.of('Clock')?.found).toContain('agrees');
    expect(existsSync(join(cwd, 'results'))).toBe(false);
  });

  test('sees worker and receiver at work', async () => {
    const url = `http://127.0.0.1:${callbackPort}`;
    const parts = new Part(['serve'], { ...env, REELSCORE_CALLBACK_URL: url }, 'Worker:');
    await parts.start();
    try {
      const found = await until(
        () => examine({ REELSCORE_CALLBACK_URL: url }),
        ({ of }) => of('Worker')?.verdict === 'ok',
      );
      expect(found.problems).toBe(0);
      expect(found.of('Receiver')).toEqual({
        ...{ check: 'Receiver', verdict: 'ok', found: `listens on 127.0.0.1:${callbackPort}` },
      });
      const callbacks = found.of('Callback URL');
      expect(callbacks?.verdict).toBe('warning'); // of this machine, so the vendor cannot reach it
      expect(callbacks?.found).toContain('leads to a receiver');

      // The same receiver behind a URL that leads elsewhere.
      const lost = await examine({ REELSCORE_CALLBACK_URL: 'http://127.0.0.1:9' });
      expect(lost.of('Callback URL')?.verdict).toBe('problem');
      expect(lost.of('Callback URL')?.advice).toContain('let the URL lead to it');
    } finally {
      await parts.stop();
    }
  });

  test('misses the keys', async () => {
    const found = await examine({ TOMOVIEE_APP_KEY: '', TOMOVIEE_APP_SECRET: '' });
    expect(found).toMatchObject({ problems: 1, exitCode: 1 });
    expect(found.of('Keys')?.found).toBe('TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET are not set');
  });

  test('misses the secret of notifications, and shows no more of their URL than the host', async () => {
    const url = 'https://hooks.example/services/PATH-TOKEN?key=QUERY-TOKEN';
    const found = await examine({ REELSCORE_NOTIFY: url });
    expect(found.of('Notifications')?.verdict).toBe('problem');
    expect(found.of('Notifications')?.found).toContain('REELSCORE_WEBHOOK_SECRET is not set');
    expect(JSON.stringify(found)).not.toContain('TOKEN');
    expect(JSON.stringify(found)).toContain('hooks.example');
  });

  test('goes on when Temporal cannot be reached', async () => {
    const found = await examine({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(found).toMatchObject({ problems: 1, exitCode: 1 });
    expect(found.of('Temporal')).toMatchObject({
      found: 'Temporal at 127.0.0.1:1 does not answer',
      advice: 'check that it runs, and TEMPORAL_ADDRESS',
    });
    expect(found.of('Vendor')?.verdict).toBe('ok');
  });

  test('tells a namespace that is not there', async () => {
    const found = await examine({ TEMPORAL_NAMESPACE: 'no-such-namespace' });
    expect(found.of('Temporal')?.verdict).toBe('problem');
    expect(found.of('Temporal')?.found).toContain('no-such-namespace');
    expect(found.of('Temporal')?.advice).toContain('TEMPORAL_NAMESPACE');
  });

  test('finds folders that cannot be written', async () => {
    await writeFile(join(cwd, 'a-file'), '');
    await writeFile(join(cwd, 'broken.yaml'), 'out: a-file/results\nledger: a-file/ledger\n');
    const found = await examine({ REELSCORE_CONFIG: join(cwd, 'broken.yaml') });
    expect(found).toMatchObject({ problems: 2, exitCode: 1 });
    for (const check of ['Results', 'Ledger']) {
      expect(found.of(check)?.verdict).toBe('problem');
      expect(found.of(check)?.found).toContain(join(cwd, 'a-file'));
    }
    expect(found.of('Home')?.found).toMatch(/is writable, [\d.]+ GiB free$/);
  });

  test('sees by the gateway that the clock is wrong', async () => {
    const keys: (string | undefined)[] = [];
    const wrong = await serve((request, response) => {
      keys.push(request.headers.authorization);
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      response.writeHead(404, { date }).end('nothing here');
    });
    const found = await examine({ TOMOVIEE_BASE_URL: wrong.origin });
    expect(found).toMatchObject({ problems: 0, exitCode: 0 });
    expect(found.of('Vendor')?.found).toBe(`${wrong.origin} answers (404)`);
    const clock = found.of('Clock');
    expect(clock?.verdict).toBe('warning');
    expect(clock?.found).toMatch(/^this machine's is (3599|3600|3601) s behind the gateway's$/);
    expect(keys).toEqual([undefined]);
  });

  test('finds no gateway where there is none', async () => {
    const found = await examine({ TOMOVIEE_BASE_URL: 'http://127.0.0.1:9' });
    expect(found.of('Vendor')?.verdict).toBe('problem');
    expect(found.of('Vendor')?.found).toContain('ECONNREFUSED');
  });

  test('finds a callback URL that leads to something else, and a port that is taken', async () => {
    const other = await serve((_request, response) => response.end('<html>'));
    const taken = { REELSCORE_CALLBACK_LISTEN: `127.0.0.1:${other.port}` };
    const found = await examine({ ...taken, REELSCORE_CALLBACK_URL: other.origin });
    expect(found).toMatchObject({ problems: 2, exitCode: 1 });
    expect(found.of('Callback URL')?.found).toContain('is not a receiver (it answers 200)');
    expect(found.of('Receiver')?.found).toContain('taken by another program');
    // Without callbacks the port matters only to those who want a receiver.
    expect((await examine(taken)).of('Receiver')?.verdict).toBe('warning');
  });

  test('a receiver that has not been started is worth a warning', async () => {
    const found = await examine({ REELSCORE_CALLBACK_URL: `http://127.0.0.1:${callbackPort}` });
    expect(found.problems).toBe(0);
    expect(found.of('Callback URL')).toMatchObject({ verdict: 'warning' });
    expect(found.of('Callback URL')?.advice).toContain('reelscore serve');
    expect(found.of('Receiver')?.found).toContain('is free for one');
  });

  test('settings that cannot be used are all it can tell', async () => {
    const found = await examine({ REELSCORE_RATE: 'fast', REELSCORE_BURST: '0' });
    expect(found).toMatchObject({ problems: 2, exitCode: 1, names: ['Settings', 'Settings'] });
    expect(found.checks[0]?.found).toContain('REELSCORE_RATE: "fast" is not a number');
    expect(found.checks[0]?.advice).toContain('write a number');
  });

  test('the commands it gives register the search attributes', async () => {
    const namespace = 'doctored';
    const connection = await Connection.connect({ address: server.address });
    await connection.workflowService.registerNamespace({
      ...{ namespace, workflowExecutionRetentionPeriod: msToTs('3 days') },
    });
    const taskQueue = { name: 'nobody' };
    // The server takes some seconds to know a new namespace everywhere.
    await until(
      () =>
        connection.workflowService
          .describeTaskQueue({ namespace, taskQueue })
          .catch(() => undefined),
      (answer) => answer !== undefined,
    );
    await connection.close();
    const before = (await examine({ TEMPORAL_NAMESPACE: namespace })).of('Search attributes');
    expect(before?.verdict).toBe('warning');
    expect(before?.advice).toContain('all works without them');
    const binary = await findTemporalBinary(process.env, () => undefined);
    const commands = before!.advice!.split('\n').slice(1);
    expect(commands).toHaveLength(3);
    for (const [command, ...args] of commands.map((line) => line.split(' '))) {
      expect(command).toBe('temporal');
      await execa(binary, args);
    }
    const after = await examine({ TEMPORAL_NAMESPACE: namespace });
    expect(after.of('Search attributes')?.found).toBe('are registered');
  });

  test('for people it is a table, with what to do below each find', async () => {
    const { stdout, exitCode } = await reelscore(['doctor'], {
      cwd,
      env: { ...env, TOMOVIEE_APP_KEY: '', TOMOVIEE_APP_SECRET: '' },
    });
    expect(exitCode).toBe(1);
    const lines = stdout.split('\n');
    const column = lines[0]!.indexOf(process.versions.node);
    const keys = lines.findIndex((line) => line.startsWith('problem'));
    expect(lines[keys]!.slice(column)).toBe('TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET are not set');
    expect(lines[keys + 1]).toMatch(new RegExp(`^ {${column + 2}}set them to your keys`));
    expect(lines.at(-1)).toMatch(/^1 problem, \d+ warnings?$/);
  });
});

test('little room is worth a warning', () => {
  const GIB = 1024 ** 3;
  expect(roomOf('Results', '/data', GIB - 1).verdict).toBe('warning');
  expect(roomOf('Results', '/data', 34 * GIB)).toEqual({
    ...{ check: 'Results', verdict: 'ok', found: '/data is writable, 34.0 GiB free' },
  });
});

test('clocks may differ by half a minute', () => {
  const now = Date.parse('2026-11-24T02:00:00.500Z');
  const at = (seconds: number) => clockFinding(now + seconds * 1000 - 500, now);
  expect(at(30).verdict).toBe('ok');
  expect(at(-30).verdict).toBe('ok');
  expect(at(32)).toMatchObject({
    verdict: 'warning',
    found: expect.stringContaining('32 s behind') as string,
  });
  expect(at(-32)).toMatchObject({ found: expect.stringContaining('32 s ahead') as string });
  expect(clockFinding(NaN, now).verdict).toBe('ok');
});

test('Node is compared by number, not by text', () => {
  const verdicts = ['20.19.0', '20.9.4', '18.20.8', '22.0.0', '100.1.0'].map(
    (version) => nodeFinding(version).verdict,
  );
  expect(verdicts).toEqual(['ok', 'problem', 'problem', 'ok', 'ok']);
});

test("Temporal Cloud's own command registers attributes there", () => {
  expect(createCommands('ns.acct.tmprl.cloud:7233', 'ns.acct', ['A', 'B'])).toEqual([
    'tcld namespace search-attributes add --namespace ns.acct --search-attribute A=Keyword --search-attribute B=Keyword',
  ]);
});
