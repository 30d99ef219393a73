import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ConfigError, resolveConfig } from '../../config/config.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' };
const traces = (env: NodeJS.ProcessEnv) => resolveConfig({}, { HOME: '/home/me', ...env }).traces;

function faults(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    traces(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('spans are sent only where an endpoint is named and nothing switches them off', () => {
  expect(traces({})).toBeUndefined();
  expect(traces({ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toBeUndefined();
  expect(traces({ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' })).toBeUndefined();
  expect(traces({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
  expect(traces(ENDPOINT)).toMatchObject({ serviceName: 'reelscore', ratio: 1, messages: true });
});

test.each([
  ['http://collector.example:4318', 'http://collector.example:4318/v1/traces'],
  ['https://x.example/otlp/', 'https://x.example/otlp/v1/traces'],
])('an endpoint %s is of all signals', (endpoint, url) => {
  expect(traces({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })?.url.reveal()).toBe(url);
});

test('an endpoint of traces counts as it is, and before the other', () => {
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://x.example/in?key=URLCANARY' };
  const config = traces({ ...ENDPOINT, ...own });
  expect(config?.url.reveal()).toBe(own.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  expect(inspect(config, { depth: 9 })).not.toContain('URLCANARY');
});

test('all secrets are to be hidden, and messages too where payloads are encrypted', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const config = traces({
    ...ENDPOINT,
    ...{ TOMOVIEE_APP_KEY: 'the-key', TOMOVIEE_APP_SECRET: 'the-secret' },
    REELSCORE_MANIFEST_HEADER: 'files.example Authorization: Bearer-of-files',
    REELSCORE_PAYLOAD_KEYS: `a:${key}`,
  });
  const hidden = config?.hide.map((secret) => secret.reveal());
  expect(new Set(hidden)).toEqual(new Set(['the-key', 'the-secret', 'Bearer-of-files', key]));
  expect(config?.messages).toBe(false);
});

test.each([
  ['traceidratio', '0.25', 0.25],
  ['parentbased_traceidratio', '0', 0],
  ['parentbased_always_off', undefined, 0],
])('sampler %s with %s keeps %s', (sampler, argument, ratio) => {
  const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
  expect(traces({ ...ENDPOINT, ...env })?.ratio).toBe(ratio);
});

test('what cannot be followed is a fault, and shows no value of an endpoint', () => {
  expect(faults({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector-SECRET' })).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPOINT: it is no URL (write http://host:4318)',
  ]);
  expect(faults({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual([
    expect.stringContaining('OTEL_EXPORTER_OTLP_PROTOCOL: spans are sent by http/protobuf only'),
  ]);
  expect(faults({ ...ENDPOINT, OTEL_TRACES_SAMPLER: 'jaeger_remote' })).toEqual([
    expect.stringContaining('OTEL_TRACES_SAMPLER: there are always_on'),
  ]);
  const ratio = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' };
  expect(faults({ ...ENDPOINT, ...ratio })).toHaveLength(1);
});
