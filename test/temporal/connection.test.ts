// Which server a process talks to, by environment and profile.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { openTemporal } from '../../temporal/connection.js';
import { built } from '../support/built.js';
import { childPid, temporaryHome } from '../support/temporal.js';

await built();
const home = await temporaryHome();
const config = { home: join(home, 'reelscore') };

const toml = join(home, 'profiles.toml');
writeFileSync(
  toml,
  `[profile.default]
namespace = "of-default"
[profile.prod]
address = "prod.tmprl.cloud:7233"
namespace = "prod.acct"
api_key = "key"
`,
);

/** No profile of this machine's user may decide the outcome. */
const bare = { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: join(home, 'config') };
/** The cache of the user who runs the tests, so that nothing is downloaded or built. */
const cached = {
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME']!, '.cache'),
};

test('TEMPORAL_ADDRESS names a server; none of ours is started', async () => {
  const temporal = await openTemporal(config, {
    ...bare,
    TEMPORAL_ADDRESS: 'temporal.example:7233',
  });
  expect(temporal).toMatchObject({
    connection: { address: 'temporal.example:7233' },
    namespace: 'default',
    embedded: false,
  });
  expect(temporal.uiUrl('batch')).toBeUndefined();
  await temporal.release();
  expect(childPid(config.home, 'supervisor')).toBeUndefined();
});

test('a profile names server, namespace, key and, in the cloud, the page of a batch', async () => {
  const env = { ...bare, TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'prod' };
  const temporal = await openTemporal(config, env);
  expect(temporal.connection).toEqual({
    address: 'prod.tmprl.cloud:7233',
    apiKey: 'key',
    tls: true,
  });
  expect(temporal.uiUrl('a/b', 'run')).toBe(
    'https://cloud.temporal.io/namespaces/prod.acct/workflows/a%2Fb/run/history',
  );
});

test('a file that is named counts even if it gives no address', async () => {
  const temporal = await openTemporal(config, { ...bare, TEMPORAL_CONFIG_FILE: toml });
  expect(temporal).toMatchObject({
    connection: { address: 'localhost:7233' },
    namespace: 'of-default',
  });
});

test('the default temporal.toml counts when its profile has an address', async () => {
  const dir = join(home, 'with-address');
  // Linux and macOS have different places for it.
  for (const place of ['temporalio', 'Library/Application Support/temporalio']) {
    mkdirSync(join(dir, place), { recursive: true });
    writeFileSync(join(dir, place, 'temporal.toml'), '[profile.default]\naddress = "own:7233"\n');
  }
  const temporal = await openTemporal(config, { ...bare, HOME: dir, XDG_CONFIG_HOME: dir });
  expect(temporal.connection.address).toBe('own:7233');
});

test('a file or profile that is not there is an error, never the embedded server', async () => {
  await expect(
    openTemporal(config, { ...bare, TEMPORAL_CONFIG_FILE: join(home, 'none.toml') }),
  ).rejects.toThrow(/TEMPORAL_CONFIG_FILE: cannot read .*none\.toml \(correct or unset it\)/);
  await expect(
    openTemporal(config, { ...bare, TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'none' }),
  ).rejects.toThrow(/Profile 'none' not found/);
});

test('otherwise it is the embedded server, with a UI that answers if it is asked for', async () => {
  const env = { ...bare, ...cached, TEMPORAL_ADDRESS: '' };
  const without = await openTemporal(config, env);
  expect(without.uiUrl('batch')).toBeUndefined();
  await without.release();
  const temporal = await openTemporal({ ...config, ui: true }, env);
  try {
    expect(temporal.embedded).toBe(true);
    const connection = await Connection.connect(temporal.connection);
    await connection.close();
    const url = temporal.uiUrl('batch')!;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/batch$/);
    expect((await fetch(url)).status).toBe(200);
  } finally {
    await temporal.release();
  }
  expect(childPid(config.home, 'temporal')).toBeUndefined();
});

test('the simulator runs beside a server that the user named', async () => {
  const temporal = await openTemporal(
    config,
    { ...bare, TEMPORAL_ADDRESS: 'temporal.example:7233' },
    { withSimulator: true, simulator: { taskMs: 0 } },
  );
  try {
    expect((await fetch(`${temporal.simulatorUrl!}/_simulator/stats`)).status).toBe(200);
    expect(childPid(config.home, 'temporal')).toBeUndefined();
  } finally {
    await temporal.release();
  }
  expect(childPid(config.home, 'simulator')).toBeUndefined();
});

test('services are started and stopped by who needs them', async () => {
  const env = { ...bare, ...cached };
  const both = await openTemporal(config, env, { withSimulator: true });
  const one = await openTemporal(config, env);
  const server = childPid(config.home, 'temporal');
  await both.release();
  expect(childPid(config.home, 'simulator')).toBeUndefined();
  expect(childPid(config.home, 'temporal')).toBe(server);
  await one.release();
  expect(childPid(config.home, 'supervisor')).toBeUndefined();
});
