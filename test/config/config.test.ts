import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  batchOptionsOf,
  ConfigError,
  resolveConfig,
  withSettings,
  type ConfigOptions,
  type ResolvedConfig,
} from '../../config/config.js';
import { CONFIG_FILE, SETTINGS } from '../../config/settings.js';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'reelscore-config-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
});

const resolve = (options: ConfigOptions = {}, env: NodeJS.ProcessEnv = {}): ResolvedConfig =>
  resolveConfig(options, { HOME: '/home/me', ...env }, cwd);

const write = (text: string, name = CONFIG_FILE) => writeFile(join(cwd, name), text);

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('without any setting every default holds', () => {
  expect(resolve()).toEqual({
    account: 'default',
    home: '/home/me/.local/state/reelscore',
    ui: false,
    tomoviee: { baseUrl: 'https://open-api.wondershare.cc' },
    callbacks: { listen: { host: '127.0.0.1', port: 8787 } },
    page: { listen: { host: '127.0.0.1', port: 8790 } },
    codec: { listen: { host: '127.0.0.1', port: 8791 }, origins: [] },
    keepStaged: false,
    allowHosts: [],
    pace: { ratePerSecond: 1, burst: 1, maxInFlight: 20 },
    probe: true,
    pollIntervalMs: 15_000,
    callbackGraceMs: 600_000,
    taskTimeoutMs: 86_400_000,
    retries: {
      maxRetries: 5,
      maxFailedResubmissions: 1,
      maxTimedOutResubmissions: 2,
      retryBackoffMs: 1000,
    },
    vendorCodes: {},
    downloadTimeoutMs: 1_200_000,
    shutdownGraceMs: 20_000,
    logLevel: 'info',
    ffmpeg: 'ffmpeg',
    priority: 'normal',
    xlsx: false,
    takes: 1,
    mixes: false,
    mix: { loudness: -14, fadeSeconds: 2 },
    identity: 'clip',
    signatureParams: [],
    ledgerDir: join(cwd, 'results'),
    notifications: {},
    historyBound: 8000,
    runValues: expect.objectContaining({ rate: 1, identity: 'clip' }) as object,
    given: [],
  });
});

test('a workbook of the results is part of a batch only where it is wanted', () => {
  expect(batchOptionsOf(resolve())).not.toHaveProperty('xlsx');
  expect(batchOptionsOf(resolve({ xlsx: true }))).toMatchObject({ xlsx: true });
});

test('what goes into a batch is taken from the configuration', () => {
  expect(batchOptionsOf(resolve({ rate: 2, probe: false, maxFailures: '25%' }))).toEqual({
    pace: { ratePerSecond: 2, burst: 1, maxInFlight: 20 },
    priority: 'normal',
    maxFailures: { percent: 25 },
    probe: false,
    pollIntervalMs: 15_000,
    callbackGraceMs: 600_000,
    taskTimeoutMs: 86_400_000,
    maxRetries: 5,
    maxFailedResubmissions: 1,
    maxTimedOutResubmissions: 2,
    retryBackoffMs: 1000,
    ledger: { location: join(cwd, 'results'), kind: 'scored', identity: 'clip' },
    historyBound: 8000,
  });
});

describe('caps and requests', () => {
  const capOf = (options: ConfigOptions) => resolve(options).cap;

  test('the tighter of the two limits is the cap', () => {
    expect(capOf({})).toBeUndefined();
    expect(capOf({ maxSubmissions: 7 })).toEqual({
      ...{ submissions: 7, code: 'max_submissions_reached' },
    });
    expect(capOf({ budget: 0.3, pricePerClip: '0.1 EUR' })).toEqual({
      ...{ submissions: 3, code: 'budget_reached' },
    });
    expect(capOf({ budget: 5, pricePerClip: 0.1, maxSubmissions: 49 })).toMatchObject({
      ...{ submissions: 49, code: 'max_submissions_reached' },
    });
    expect(faultsOf(() => resolve({ budget: 5 }))).toEqual([
      'budget: nothing says what a clip costs (set pricePerClip too)',
    ]);
  });

  test("a request's settings come in place of the worker's, all faults at once", () => {
    const own = resolve({ rate: 2, pricePerClip: 0.5, notify: 'https://a.example/hook' });
    const { ledger, ...asked } = batchOptionsOf(
      withSettings(own, { maxFailures: '10%', budget: 2, ledger: '/srv/ledger', probe: false }),
      true,
    );
    expect(ledger).toEqual({
      location: '/srv/ledger',
      kind: 'scored',
      identity: 'clip',
      again: true,
    });
    expect(asked).toMatchObject({
      ...{ pace: { ratePerSecond: 2 }, probe: false, maxFailures: { percent: 10 } },
      ...{
        cap: { submissions: 4, code: 'budget_reached' },
        notify: { url: 'https://a.example/hook' },
      },
    });
    const faults = faultsOf(() =>
      withSettings(own, { rate: 'fast', ledger: 'here', identity: 'x' }),
    );
    expect(faults).toHaveLength(3);
    for (const name of ['rate', 'ledger', 'identity']) {
      expect(faults.some((fault) => fault.startsWith(`settings.${name}: `))).toBe(true);
    }
  });
});

describe('sources', () => {
  test('option before environment before file before default', async () => {
    await write('rate: 2\nburst: 2\nmaxInFlight: 2\n');
    const env = { REELSCORE_RATE: '3', REELSCORE_BURST: '3' };
    expect(resolve({ rate: '4' }, env).pace).toEqual({
      ratePerSecond: 4,
      burst: 3,
      maxInFlight: 2,
    });
  });

  test('an empty variable and an undefined option count as not given', () => {
    expect(resolve({ rate: undefined }, { REELSCORE_RATE: ' ' }).pace.ratePerSecond).toBe(1);
  });

  test('false is a value', async () => {
    await write('probe: true');
    expect(resolve({ probe: false }).probe).toBe(false);
    expect(resolve({}, { REELSCORE_PROBE: 'false' }).probe).toBe(false);
  });

  test('a named file stands in place of reelscore.yaml', async () => {
    await write('rate: 2');
    await write('rate: 3', 'env.yaml');
    await write('rate: 4', 'option.yaml');
    const env = { REELSCORE_CONFIG: 'env.yaml' };
    expect(resolve({}, env).pace.ratePerSecond).toBe(3);
    expect(resolve({ config: 'option.yaml' }, env).pace.ratePerSecond).toBe(4);
  });

  test('a named file that is not there is a fault', () => {
    expect(faultsOf(() => resolve({ config: 'no.yaml' }))).toEqual([
      'option config: no.yaml does not exist (name an existing file, or leave it out)',
    ]);
    expect(faultsOf(() => resolve({}, { REELSCORE_CONFIG: 'no.yaml' }))[0]).toMatch(
      /^REELSCORE_CONFIG: no\.yaml does not exist/,
    );
  });

  test('relative paths begin at the file that holds them, else at the working folder', async () => {
    await mkdir(join(cwd, 'conf'));
    await write('home: state\nout: ../scores\n', 'conf/a.yaml');
    const config = resolve({ config: 'conf/a.yaml' });
    expect(config.home).toBe(join(cwd, 'conf', 'state'));
    expect(config.outDir).toBe(join(cwd, 'scores'));
    expect(resolve({ out: 'x' }, { REELSCORE_HOME: 'y' })).toMatchObject({
      outDir: join(cwd, 'x'),
      home: join(cwd, 'y'),
    });
  });

  test('the home follows XDG_STATE_HOME when that is absolute', () => {
    expect(resolve({}, { XDG_STATE_HOME: '/state' }).home).toBe('/state/reelscore');
    expect(resolve({}, { XDG_STATE_HOME: 'state' }).home).toBe('/home/me/.local/state/reelscore');
  });
});

test('every environment variable is read', () => {
  const config = resolve(
    {},
    {
      REELSCORE_ACCOUNT: 'studio-2',
      REELSCORE_HOME: '/srv/reelscore',
      REELSCORE_LOG_LEVEL: 'debug',
      TOMOVIEE_BASE_URL: 'https://alias.example/api/',
      TOMOVIEE_APP_KEY: 'key',
      TOMOVIEE_APP_SECRET: 'se:cret',
      REELSCORE_CALLBACK_URL: 'https://me.example/hooks/',
      REELSCORE_CALLBACK_LISTEN: '[::1]:0',
      REELSCORE_CALLBACK_SECRET: 'sixteen letters!',
      REELSCORE_ALLOW_HOSTS: 'Media.local, 10.0.0.0/8,',
      REELSCORE_RATE: '0.5',
      REELSCORE_BURST: '3',
      REELSCORE_MAX_IN_FLIGHT: '7',
      REELSCORE_UI: 'true',
      REELSCORE_PROBE: 'false',
      REELSCORE_POLL_INTERVAL: '500ms',
      REELSCORE_CALLBACK_GRACE: '1.5m',
      REELSCORE_TASK_TIMEOUT: '2h',
      REELSCORE_DOWNLOAD_TIMEOUT: '5m',
      REELSCORE_SHUTDOWN_GRACE: '1m',
    },
  );
  expect(config).toMatchObject({
    account: 'studio-2',
    home: '/srv/reelscore',
    ui: true,
    logLevel: 'debug',
    tomoviee: { baseUrl: 'https://alias.example/api' },
    callbacks: { publicUrl: 'https://me.example/hooks', listen: { host: '::1', port: 0 } },
    allowHosts: ['Media.local', '10.0.0.0/8'],
    pace: { ratePerSecond: 0.5, burst: 3, maxInFlight: 7 },
    probe: false,
    pollIntervalMs: 500,
    callbackGraceMs: 90_000,
    taskTimeoutMs: 7_200_000,
    downloadTimeoutMs: 300_000,
    shutdownGraceMs: 60_000,
  });
  expect(config.tomoviee.keys?.appKey.reveal()).toBe('key');
  expect(config.tomoviee.keys?.appSecret.reveal()).toBe('se:cret');
  expect(config.callbacks.secret?.reveal()).toBe('sixteen letters!');
});

test('every key of the file is read', async () => {
  await write(`
account: studio
home: /srv/reelscore
ui: true
out: /srv/scores
logLevel: warn
baseUrl: https://alias.example
callbackUrl: http://me.example
callbackListen: 0.0.0.0:80
pageListen: 0.0.0.0:81
pageUrl: https://music.example/
metricsListen: '[::1]:9464'
deployment: studio
buildId: 0.1.0-test
codecListen: 0.0.0.0:82
codecOrigins: [http://localhost:8233/]
staging: s3://studio/clips//
keepStaged: true
s3Endpoint: https://minio.example
allowHosts: [media.local, "::1"]
rate: 2.5
burst: 3
maxInFlight: 7
priority: background
maxFailures: 12
maxSubmissions: 40
pricePerClip: 0.05 EUR
budget: 1
prompt: 'Calm {{name}}'
map: 'Video URL=file_link; Brief=prompt'
takes: 3
fit: true
long: first
mix: true
audio: under
loudness: -16
fade: 1s
ffmpeg: /opt/ffmpeg/bin/ffmpeg
sheet: 2
xlsx: true
identity: link
signatureParams: [key, 'sign*', '!token']
ledger: /srv/ledger
notify: https://hooks.example/a
probe: true
pollInterval: 20s
callbackGrace: 0s
taskTimeout: 1d
downloadTimeout: 90s
shutdownGrace: 5s
maxRetries: 0
maxFailedResubmissions: 0
maxTimedOutResubmissions: 0
retryBackoff: 250ms
vendorCodes:
  680001: rejected
  "http_402": retry
historyBound: 500
`);
  expect(resolve()).toEqual({
    account: 'studio',
    home: '/srv/reelscore',
    ui: true,
    outDir: '/srv/scores',
    logLevel: 'warn',
    tomoviee: { baseUrl: 'https://alias.example' },
    callbacks: { publicUrl: 'http://me.example', listen: { host: '0.0.0.0', port: 80 } },
    metricsListen: { host: '::1', port: 9464 },
    deployment: { name: 'studio', buildId: '0.1.0-test' },
    page: { publicUrl: 'https://music.example', listen: { host: '0.0.0.0', port: 81 } },
    codec: { origins: ['http://localhost:8233'], listen: { host: '0.0.0.0', port: 82 } },
    staging: { bucket: 'studio', key: 'clips/' },
    keepStaged: true,
    s3Endpoint: 'https://minio.example',
    allowHosts: ['media.local', '::1'],
    pace: { ratePerSecond: 2.5, burst: 3, maxInFlight: 7 },
    probe: true,
    pollIntervalMs: 20_000,
    callbackGraceMs: 0,
    taskTimeoutMs: 86_400_000,
    retries: {
      maxRetries: 0,
      maxFailedResubmissions: 0,
      maxTimedOutResubmissions: 0,
      retryBackoffMs: 250,
    },
    vendorCodes: { '680001': 'rejected', http_402: 'retry' },
    downloadTimeoutMs: 90_000,
    shutdownGraceMs: 5000,
    priority: 'background',
    maxFailures: { clips: 12 },
    cap: { submissions: 20, code: 'budget_reached' },
    pricePerClip: { amount: 0.05, currency: 'EUR' },
    prompt: 'Calm {{name}}',
    map: { 'Video URL': 'file_link', Brief: 'prompt' },
    takes: 3,
    fit: { long: 'first' },
    mixes: true,
    mix: { audio: 'under', loudness: -16, fadeSeconds: 1 },
    ffmpeg: '/opt/ffmpeg/bin/ffmpeg',
    sheet: '2',
    xlsx: true,
    identity: 'link',
    signatureParams: ['key', 'sign*', '!token'],
    ledgerDir: '/srv/ledger',
    notifications: { url: 'https://hooks.example/a' },
    historyBound: 500,
    runValues: expect.objectContaining({ rate: 2.5, budget: 1 }) as object,
    given: Object.entries(SETTINGS).flatMap(([name, it]) => ('secret' in it ? [] : [name])),
  });
});

test('a setting counts as given wherever it stands, even with the value of its default', async () => {
  await write('burst: 1\n');
  const { given } = resolve({ rate: 1, priority: undefined }, { REELSCORE_PROBE: 'true' });
  expect([...given].sort()).toEqual(['burst', 'probe', 'rate']);
});

describe('faults', () => {
  test('come all at once, each with its place, also those that another source overrides', async () => {
    await write('rate: 0\n\nburst: many\n');
    const env = {
      REELSCORE_POLL_INTERVAL: '15',
      REELSCORE_LOG_LEVEL: 'inf',
      TOMOVIEE_APP_KEY: 'key',
    };
    const faults = faultsOf(() => resolve({ rate: 2, maxInFlight: 10001 }, env));
    expect([...faults].sort()).toEqual([
      'REELSCORE_LOG_LEVEL: "inf" is unknown (did you mean info? use one of silent, fatal, error, warn, info, debug, trace)',
      'REELSCORE_POLL_INTERVAL: 15 has no unit (write 15s, 15m or the like)',
      'TOMOVIEE_APP_SECRET: it is not set, but TOMOVIEE_APP_KEY is (set both or neither)',
      'option maxInFlight: 10001 is out of bounds (write a whole number from 1 to 10000)',
      'reelscore.yaml:1: rate: 0 is out of bounds (write a number from 0.0001 to 1000)',
      'reelscore.yaml:3: burst: "many" is not a number (write a whole number from 1 to 1000)',
    ]);
  });

  test('stand one a line in the message', () => {
    const run = () => resolve({ rate: 0, burst: 0 });
    expect(run).toThrow(ConfigError);
    expect(run).toThrow(/^option rate: .*\noption burst: .*$/);
  });

  test.each<[ConfigOptions, RegExp]>([
    [{ account: 'Studio' }, /a-z, 0-9/],
    [{ account: 'a'.repeat(41) }, /1-40/],
    [{ account: 'simulator' }, /kept for the simulator/],
    [{ home: '' }, /is not a path/],
    [{ rate: 'fast' }, /is not a number/],
    [{ rate: '1e3' }, /is not a number/],
    [{ rate: NaN }, /is not a number/],
    [{ rate: -1 }, /out of bounds/],
    [{ rate: 1001 }, /out of bounds/],
    [{ burst: 1.5 }, /whole number/],
    [{ maxInFlight: 0 }, /out of bounds/],
    [{ probe: 'yes' }, /neither true nor false/],
    [{ pollInterval: '10ms' }, /from 50ms to 1h/],
    [{ pollInterval: '15 parsecs' }, /is not a duration/],
    [{ taskTimeout: '-1h' }, /is not a duration/],
    [{ callbackListen: '8787' }, /is not host:port/],
    [{ callbackListen: 'localhost:70000' }, /is not host:port/],
    [{ callbackListen: '::1:80' }, /is not host:port/],
    [{ callbackListen: '[:::]:80' }, /is not host:port/],
    [{ callbackUrl: 'me.example' }, /not an http\(s\) URL/],
    [{ callbackUrl: 'https://me.example/?a=1' }, /remove user, query and fragment/],
    [{ callbackUrl: 'ftp://me.example' }, /not an http\(s\) URL/],
    [{ allowHosts: 'http://media.local' }, /^option allowHosts: "http:\/\/media.local" is not/],
    [{ allowHosts: ['*.local'] }, /is not a host/],
    [{ vendorCodes: { E12: 'retry' } }, /"E12" is not a vendor code/],
    [{ vendorCodes: { '680001': 'rejcted' } }, /680001: .*did you mean rejected/],
    [{ historyBound: 60_000 }, /out of bounds/],
    [{ priority: 'urgnt' }, /did you mean urgent\?/],
    [{ maxFailures: '101%' }, /write 10 or 25%/],
    [{ sheet: ' ' }, /write its name, or its number from 1/],
    [{ maxFailures: 0 }, /write 10 or 25%/],
    [{ maxFailures: 'some' }, /"some" is not a number of clips or a percentage/],
  ])('%j', (options, fault) => {
    const faults = faultsOf(() => resolve(options));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  test.each([
    ['http://vendor.example', '', true],
    ['http://localhost:8080', '', false],
    ['http://127.0.0.2', '', false],
    ['http://[::1]:8080', '', false],
    ['http://[::ffff:127.0.0.1]:8080', '', false],
    ['http://localhost.example', '', true],
    ['http://10.0.0.7', '', true],
    ['http://10.0.0.7', '10.0.0.0/8', false],
    ['http://vendor.example', 'other.example', true],
    ['http://vendor.example', '10.0.0.0/8', true],
    ['http://vendor.example', 'vendor.example', false],
    ['https://vendor.example', '', false],
  ])('keys in clear to %s with allowed hosts "%s": refused %s', (url, allowed, refused) => {
    const run = () => resolve({ baseUrl: url, allowHosts: allowed });
    expect(faultsOf(run).join()).toMatch(refused ? /keys in clear/ : /^$/);
  });

  test('a half-set pair of keys names the missing one', () => {
    expect(faultsOf(() => resolve({}, { TOMOVIEE_APP_SECRET: 's' }))).toEqual([
      'TOMOVIEE_APP_KEY: it is not set, but TOMOVIEE_APP_SECRET is (set both or neither)',
    ]);
  });
});

describe('secrets', () => {
  const env = {
    TOMOVIEE_APP_KEY: 'key-4711',
    TOMOVIEE_APP_SECRET: 'sesame-0815',
    REELSCORE_CALLBACK_SECRET: 'a-callback-secret',
  };

  test('a printed configuration shows none', () => {
    const config = resolve({}, env);
    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(config.tomoviee.keys?.appKey),
    ].join();
    expect(shown).toContain('[hidden]');
    for (const secret of Object.values(env)) expect(shown).not.toContain(secret);
  });

  test('faults show none', () => {
    const bad = {
      TOMOVIEE_APP_KEY: 'key 4711',
      TOMOVIEE_APP_SECRET: 'sesam\u00e9',
      REELSCORE_CALLBACK_SECRET: 'short',
      TOMOVIEE_BASE_URL: 'https://user:passw0rd@vendor.example',
    };
    const faults = faultsOf(() => resolve({}, bad));
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'TOMOVIEE_BASE_URL',
      'TOMOVIEE_APP_KEY',
      'TOMOVIEE_APP_SECRET',
      'REELSCORE_CALLBACK_SECRET',
    ]);
    expect(faults.join()).not.toMatch(/4711|sesam|short\b(?! \()|passw0rd/);
  });

  test('options cannot carry one', () => {
    const options = { appKey: 'key', appSecret: 'secret' } as ConfigOptions;
    expect(resolve(options).tomoviee.keys).toBeUndefined();
  });

  test.each([
    ['appSecret: sesame', 'TOMOVIEE_APP_SECRET'],
    ['app_key: sesame', 'TOMOVIEE_APP_KEY'],
    ['TOMOVIEE_APP_KEY: sesame', 'TOMOVIEE_APP_KEY'],
    ['callbackSecret: sesame', 'REELSCORE_CALLBACK_SECRET'],
    ['tomoviee:\n  keys: {appSecret: sesame}', 'TOMOVIEE_APP_SECRET'],
    ['password: sesame', 'TOMOVIEE_APP_KEY, TOMOVIEE_APP_SECRET, REELSCORE_CALLBACK_SECRET'],
  ])('the file is refused with %j', async (text, variable) => {
    await write(text);
    const faults = faultsOf(() => resolve());
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^reelscore\.yaml:1: .*: secrets come only from the environment/);
    expect(faults[0]).toContain(`(set ${variable} there`);
    expect(faults[0]).not.toContain('sesame');
  });
});

describe('the file', () => {
  test.each([
    ['', 'empty'],
    ['# only a comment\n', 'a comment'],
    ['rate:\n', 'a key without a value'],
  ])('%j is a file without settings', async (text) => {
    await write(text);
    expect(resolve().pace.ratePerSecond).toBe(1);
  });

  test.each([
    [
      '\nmax_in_flight: 3',
      /^reelscore\.yaml:2: max_in_flight: no such setting \(did you mean maxInFlight\?\)$/,
    ],
    ['polInterval: 3s', /did you mean pollInterval\?/],
    ['colour: red', /no such setting \(known are account, /],
    ['__proto__: 1', /no such setting/],
    ['rate: 1\nrate: 2', /^reelscore\.yaml:2: not valid YAML: DUPLICATE_KEY/],
    ['rate: [1', /^reelscore\.yaml:1: not valid YAML/],
    ['- rate', /it is not a map/],
    ['rate: *x', /not valid YAML|too many aliases/],
  ])('%j', async (text, fault) => {
    await write(text);
    const faults = faultsOf(() => resolve());
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  test('an alias bomb is refused', async () => {
    const rows = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++) {
      const [from, to] = [String.fromCharCode(96 + i), String.fromCharCode(97 + i)];
      rows.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`);
    }
    await write(rows.join('\n'));
    expect(faultsOf(() => resolve())).toContain(
      'reelscore.yaml: too many aliases (write the values out)',
    );
  });

  test('a folder in its place is a fault', async () => {
    await mkdir(join(cwd, CONFIG_FILE));
    expect(faultsOf(() => resolve())).toEqual([
      'reelscore.yaml: cannot be read: EISDIR (check the file)',
    ]);
  });
});

test('every setting can be given somewhere, says what it means, and has a readable default', () => {
  for (const [name, setting] of Object.entries(SETTINGS)) {
    expect(setting.meaning, name).not.toMatch(/\.$|^$/);
    expect('default' in setting || 'defaultText' in setting || 'secret' in setting, name).toBe(
      true,
    );
    if ('secret' in setting) expect(setting.env, name).toBeDefined();
    if ('default' in setting) expect(() => setting.read(setting.default), name).not.toThrow();
  }
});

test.each([
  ['127.0.0.1:1', undefined, true],
  ['localhost:1', undefined, true],
  ['[::1]:1', undefined, true],
  ['0.0.0.0:1', undefined, false],
  ['10.0.0.4:1', undefined, false],
  ['[::]:1', undefined, false],
  ['studio.example:1', undefined, false],
  ['0.0.0.0:1', 'https://music.example', true],
])('the page may listen on %s, reached as %s: %s', (pageListen, pageUrl, fine) => {
  const run = () => resolve({ pageListen, ...(pageUrl !== undefined && { pageUrl }) });
  if (fine) expect(run).not.toThrow();
  else expect(run).toThrow(/REELSCORE_PAGE_LISTEN: .*set REELSCORE_PAGE_URL too/);
});

test('a build id needs its deployment, and both have forms that Temporal takes', () => {
  const read = (env: NodeJS.ProcessEnv) => () => resolveConfig({}, env, '/');
  expect(read({ REELSCORE_BUILD_ID: '7' })).toThrow('buildId: it names a version of no deployment');
  expect(read({ REELSCORE_DEPLOYMENT: 'a.b' })).toThrow(
    'REELSCORE_DEPLOYMENT: "a.b" cannot be used',
  );
  const { deployment } = resolveConfig({}, { REELSCORE_DEPLOYMENT: 'studio' }, '/');
  expect(deployment).toEqual({ name: 'studio' });
});
