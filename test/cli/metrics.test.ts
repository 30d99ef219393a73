// What a worker gives to Prometheus: scraped from a real process, and checked by Prometheus' own tool.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { callbackUrl } from '../../tomoviee/callbacks/url.js';
import { built } from '../support/built.js';
import { temporaryHome, testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { reelscore } from './cli.js';
import { vendorEnv } from './vendor-env.js';

await built();
const hasPromtool = execaSync('which', ['promtool'], { reject: false }).exitCode === 0;
if (!hasPromtool) console.warn('SKIPPED: metrics are checked with promtool where it is on PATH');

/** By Prometheus' own tool. */
async function mustBeClean(scraped: string): Promise<void> {
  const own = scraped.split('\n').filter((line) => /^(# (HELP|TYPE) )?reelscore_/.test(line));
  expect(own.length).toBeGreaterThan(5);
  if (!hasPromtool) return;
  const { exitCode, all } = await execa('promtool', ['check', 'metrics'], {
    ...{ input: `${own.join('\n')}\n`, reject: false, all: true },
  });
  expect([exitCode, all]).toEqual([0, '']);
}

test('submissions, outcomes and times are counted, under names that Prometheus likes', async () => {
  const server = await testServer();
  const [cwd, home] = [await temporaryHome(), await temporaryHome()];
  const simulator = await startSimulator({ taskMs: 50, soundtrackSeconds: 0.1 });
  const port = await freePort(undefined);
  const env = vendorEnv({ home, account: 'metrics-test', server, simulator });
  const links = ['', '&sim=429*1', '&sim=fail*9', '&sim=code:2004'];
  const rows = links.map((more, n) => `c${n},${simulator.url}/clips/a.mp4?n=${n}${more},Calm\n`);
  await writeFile(join(cwd, 'library.csv'), `id,file_link,prompt\n${rows.join('')}`);
  const worker = spawn(process.execPath, [distFile('cli/main.js'), 'worker'], {
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      ...env,
      REELSCORE_METRICS_LISTEN: `127.0.0.1:${port}`,
      REELSCORE_PRICE_PER_CLIP: '0.05 EUR',
    },
    cwd,
    stdio: 'ignore',
  });
  try {
    const started = await reelscore(['start', 'library.csv', '--no-probe', '--json'], { cwd, env });
    const { batch } = JSON.parse(started.stdout) as { batch: string };
    await until(
      async () => (await reelscore(['status', batch, '--json'], { cwd, env })).stdout,
      (status) => status.includes('"finished"'),
    );
    const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const total = (name: string, ...labels: string[]): number =>
      scraped
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) && labels.every((one) => line.includes(one)))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    const accepted = simulator.ledger().length;
    expect(accepted).toBeGreaterThan(3);
    expect(total('reelscore_submissions_total', 'answer="accepted"')).toBe(accepted);
    expect(total('reelscore_submissions_total', 'answer="refused"', 'code="429"')).toBe(1);
    expect(total('reelscore_outcomes_total')).toBe(4);
    expect(total('reelscore_outcomes_total', 'status="succeeded"', 'code=""')).toBe(2);
    expect(total('reelscore_outcomes_total', 'status="failed"', 'code="680001"')).toBe(1);
    expect(total('reelscore_submission_duration_seconds_count')).toBe(
      total('reelscore_submissions_total'),
    );
    expect(total('reelscore_submission_lateness_seconds_bucket', 'le="+Inf"')).toBeGreaterThan(3);
    expect(total('reelscore_download_duration_seconds_count', 'end="fetched"')).toBe(2);
    expect(scraped).toContain('reelscore_submissions_total{account="metrics-test",answer=');
    expect(total('reelscore_submissions_total', 'class="throttled"', 'code="429"')).toBe(1);
    // The tasks of the two that succeeded, and those of the one that failed again and again.
    expect(total('reelscore_vendor_wait_seconds_count', 'end="succeeded"')).toBe(2);
    expect(total('reelscore_vendor_wait_seconds_count')).toBe(accepted);
    expect(total('reelscore_clip_price', 'currency="EUR"')).toBe(0.05);
    expect(total('reelscore_account_read_timestamp_seconds')).toBeGreaterThan(1e9);
    expect(scraped).toMatch(/^reelscore_clips\{account="metrics-test",phase="queued"/m);
    // The SDK's own are there as well, and no secret is.
    expect(scraped).toContain('temporal_workflow_completed_total');
    expect(scraped).not.toContain('secret');

    // Another process of this machine cannot have the same place, and says so.
    const second = await reelscore(['worker'], {
      cwd,
      env: { ...env, REELSCORE_METRICS_LISTEN: `127.0.0.1:${port}` },
    });
    expect([second.exitCode, second.stderr]).toEqual([
      1,
      expect.stringContaining('REELSCORE_METRICS_LISTEN: metrics cannot be given at 127.0.0.1:'),
    ]);
    await mustBeClean(scraped);
  } finally {
    const gone = once(worker, 'exit');
    worker.kill('SIGTERM');
    await gone;
    await simulator.close();
  }
});

test('a process that only receives callbacks counts them and their signals', async () => {
  const server = await testServer();
  const home = await temporaryHome();
  const [port, callbackPort] = [await freePort(undefined), await freePort(undefined)];
  const secret = 'a secret of callbacks, for tests';
  const receiver = spawn(process.execPath, [distFile('cli/main.js'), 'callbacks'], {
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      REELSCORE_HOME: home,
      TEMPORAL_ADDRESS: server.address,
      REELSCORE_CALLBACK_SECRET: secret,
      REELSCORE_CALLBACK_LISTEN: `127.0.0.1:${callbackPort}`,
      REELSCORE_METRICS_LISTEN: `127.0.0.1:${port}`,
    },
    stdio: 'ignore',
  });
  try {
    const origin = `http://127.0.0.1:${callbackPort}`;
    await until(
      () =>
        fetch(`${origin}/health`).then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
    );
    const target = { batch: 'no-such-batch', round: 1, row: 1, attempt: 1 };
    const url = callbackUrl(origin, target, secret);
    const body = JSON.stringify({ task_id: 't1', status: 3 });
    const answers = await Promise.all(
      [url, `${url}x`].map((one) => fetch(one, { method: 'POST', body })),
    );
    expect(answers.map(({ status }) => status)).toEqual([410, 404]);
    const scraped = await until(
      async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
      (text) => text.includes('code="410"'), // counted once it has been answered
    );
    expect(scraped).toMatch(/^reelscore_callback_duration_seconds_count\{code="410".* 1$/m);
    expect(scraped).toMatch(/^reelscore_callback_duration_seconds_count\{code="404".* 1$/m);
    expect(scraped).toMatch(/^reelscore_callback_signals_total\{result="ended".* 1$/m);
    expect(scraped).not.toContain('no-such-batch');
    await mustBeClean(scraped);
  } finally {
    const gone = once(receiver, 'exit');
    receiver.kill('SIGTERM');
    await gone;
  }
});
