// Keys and certificates of a Temporal server that change while batches run.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { Reelscore } from '../../client/reelscore.js';
import { LOOK_EVERY_MS } from '../../temporal/renewable-connection.js';
import { authority, guardedServer } from '../support/guarded-server.js';
import { envOfParts, Part, startByCommand } from '../support/parts.js';
import { ownServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';

const server = await ownServer();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-renewed-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('worker, receiver and client go on with a new API key and a new certificate', async () => {
  const { ca, sign } = await authority(folder);
  await sign('server', 'server');
  await sign('client', 'first');
  const guard = await guardedServer(server.address, folder);
  Object.assign(guard.allowed, { names: ['first'], keys: ['key-one'] });
  const file = join(folder, 'temporal.toml');
  /** In one step, as secrets that are mounted change. */
  const write = async (apiKey: string, name: string): Promise<void> => {
    const text = [
      '[profile.default]',
      `address = "${guard.address}"`,
      'namespace = "default"',
      `api_key = "${apiKey}"`,
      '[profile.default.tls]',
      `server_ca_cert_path = "${ca}"`,
      `client_cert_path = "${join(folder, `${name}.pem`)}"`,
      `client_key_path = "${join(folder, `${name}.key`)}"`,
    ];
    await writeFile(`${file}.new`, text.join('\n'));
    await rename(`${file}.new`, file);
  };
  await write('key-one', 'client');
  const simulator = await startSimulator({ port: 0 });
  onTestFinished(() => simulator.close());
  const parts = envOfParts({ folder, server, simulator, callbackPort: await freePort(undefined) });
  const env = {
    ...parts,
    ...{ TEMPORAL_ADDRESS: '', TEMPORAL_CONFIG_FILE: file, REELSCORE_LOG_LEVEL: 'info' },
  };
  const serving = new Part(['serve'], env, 'Worker:', folder);
  await serving.start();
  onTestFinished(() => serving.stop());
  const { batch } = await startByCommand({
    ...{ env, folder, simulator, name: 'renewed', count: 60, how: ['--rate', '1'], cwd: folder },
  });

  const client = await Reelscore.connect({ env, cwd: folder });
  onTestFinished(() => client.close());

  // What cannot connect is not used.
  await sign('stranger', 'stranger');
  await write('key-two', 'stranger');
  await until(
    () => Promise.resolve(serving.output),
    (output) => output.split('cannot be used').length > 2,
  );
  expect(guard.passed).toEqual(new Set(['key-one first']));

  await sign('next', 'second');
  guard.allowed.names.push('second');
  guard.allowed.keys.push('key-two');
  await write('key-two', 'next');
  await until(
    () => Promise.resolve(serving.output),
    (output) => output.split('a new key or certificate is in use').length > 2,
  );
  await setTimeout(LOOK_EVERY_MS + 2000); // the client in this process tells nothing
  Object.assign(guard.allowed, { names: ['second'], keys: ['key-two'] });
  const before = guard.refused.length;
  guard.drop();

  const ended = await client.wait(batch);
  expect(ended.summary.counts).toMatchObject({ succeeded: 60, total: 60 });
  expect(guard.passed).toContain('key-two second');
  // A poll that was under way may come back once with the old key.
  expect({ refused: guard.refused.slice(before) }).toEqual({ refused: [] });
  expect(serving.output).not.toContain('key-one');
  expect(serving.output).not.toContain('key-two');
});
