// The files of deploy/ name what there is: settings, commands, metrics, and times that fit ours.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { resolveConfig } from '../../config/config.js';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { CONFIG_ENV, SETTINGS } from '../../config/settings.js';
import { HEALTH_PATH } from '../../contract/callback.js';
import { built } from '../support/built.js';
import { reelscore } from '../cli/cli.js';

await built();
const hasPromtool = execaSync('which', ['promtool'], { reject: false }).exitCode === 0;
if (!hasPromtool) console.warn('SKIPPED: alerts are fired with promtool where it is on PATH');
const fileOf = (name: string): Promise<string> =>
  readFile(join(PACKAGE_ROOT, 'deploy', name), 'utf8');

/** Of the process's environment. */
const KNOWN = new Set([
  ...Object.values(SETTINGS).flatMap(({ env }) => env ?? []),
  ...[CONFIG_ENV, 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
]);
const { shutdownGraceMs } = resolveConfig({}, {}, '/');
/** See shutdown.ts. */
const ENDS_WITHIN_S = (shutdownGraceMs * 1.35) / 1000 + 2;

/** Objects with this key, however deep. */
function having(key: string, value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap((one) => having(key, one));
  return key in value ? [value as Record<string, unknown>, ...inner] : inner;
}

const commandOf = (container: Record<string, unknown>): string[] =>
  (container['args'] ?? container['command']) as string[];

async function mustBeCommand([name, ...args]: string[]): Promise<void> {
  expect(name).toBe('reelscore');
  const { exitCode, stdout } = await reelscore([...args, '--help'], { cwd: '/', env: {} });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`Usage: reelscore ${args[0]}`)]);
}

test('the Kubernetes manifests', async () => {
  const documents = parseAllDocuments(await fileOf('kubernetes/reelscore.yaml')).map(
    (one) => one.toJS({}) as Record<string, unknown>,
  );
  const settings = documents
    .filter((one) => ['ConfigMap', 'Secret'].includes(String(one['kind'])))
    .flatMap((one) => Object.keys((one['data'] ?? one['stringData']) as object));
  for (const name of settings.filter((one) => one !== 'reelscore.yaml')) {
    expect(KNOWN).toContain(name);
  }
  const deployments = documents.filter(({ kind }) => kind === 'Deployment');
  expect(deployments).toHaveLength(4);
  for (const one of deployments) {
    const [pod] = having('terminationGracePeriodSeconds', one);
    const [container] = having('args', one);
    await mustBeCommand(commandOf(container!));
    // All of them read what Temporal keeps.
    expect(container?.['envFrom']).toContainEqual({ secretRef: { name: 'reelscore-shared' } });
    for (const { name } of (container?.['env'] ?? []) as { name: string }[]) {
      expect(KNOWN).toContain(name);
    }
    const least = commandOf(container!).includes('worker') ? ENDS_WITHIN_S : 10;
    expect(pod?.['terminationGracePeriodSeconds']).toBeGreaterThan(least);
  }
  const [health] = having('httpGet', documents);
  expect(health?.['httpGet']).toMatchObject({ path: HEALTH_PATH });
});

test('the compose file and the systemd unit', async () => {
  const { services } = parse(await fileOf('compose.yaml')) as {
    services: Record<string, { environment: object; stop_grace_period: string }>;
  };
  const { stop_grace_period: grace } = services['reelscore']!;
  for (const name of ['reelscore', 'codec']) {
    for (const variable of Object.keys(services[name]!.environment)) {
      expect(KNOWN).toContain(variable);
    }
  }
  expect(Number.parseInt(grace)).toBeGreaterThan(ENDS_WITHIN_S);
  for (const name of ['reelscore', 'codec'])
    await mustBeCommand(commandOf(services[name] as never));
  const unit = await fileOf('systemd/reelscore.service');
  await mustBeCommand(/^ExecStart=.*\/(reelscore .*)$/m.exec(unit)![1]!.split(' '));
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1])).toBeGreaterThan(ENDS_WITHIN_S);
  expect(KNOWN).toContain(/^Environment=(\w+)=/m.exec(unit)![1]);
});

describe('alerts and dashboard', () => {
  /** Temporal's own, as a worker of ours gives them. */
  const TEMPORAL = [
    'temporal_activity_schedule_to_start_latency_seconds',
    'temporal_worker_task_slots_used',
    'temporal_workflow_task_execution_failed_total',
  ];

  test.each(['prometheus/reelscore.rules.yml', 'grafana/reelscore.json'])(
    '%s asks for metrics that there are',
    async (name) => {
      const documented = await readFile(join(PACKAGE_ROOT, 'docs', 'metrics.md'), 'utf8');
      const asked = new Set((await fileOf(name)).match(/\b(reelscore|temporal)_\w+/g));
      expect(asked.size).toBeGreaterThan(5);
      for (const metric of asked) {
        const plain = metric.replace(/_(bucket|count|sum)$/, '');
        if (metric.startsWith('temporal_')) expect(TEMPORAL).toContain(plain);
        else expect(documented).toContain(`\`${plain}\``);
      }
    },
  );

  test.skipIf(!hasPromtool)('each alert fires once, and none in a quiet night', async () => {
    const cwd = join(PACKAGE_ROOT, 'deploy', 'prometheus');
    const rules = parse(await fileOf('prometheus/reelscore.rules.yml')) as {
      groups: { rules: { alert: string }[] }[];
    };
    const fired = await fileOf('prometheus/reelscore.rules.test.yml');
    for (const { alert } of rules.groups.flatMap((group) => group.rules)) {
      expect(fired).toContain(alert === 'ReelscoreDown' ? `alertname: ${alert}` : `"${alert}"`);
    }
    const { exitCode, all } = await execa(
      'promtool',
      ['test', 'rules', 'reelscore.rules.test.yml'],
      { cwd, reject: false, all: true },
    );
    expect([exitCode, all]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});
