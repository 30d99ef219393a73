import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { faultHelp } from '../../../tomoviee/simulator/faults.js';
import { resolveSimulatorOptions } from '../../../tomoviee/simulator/options.js';
import { startSimulator } from '../../../tomoviee/simulator/simulator.js';
import {
  eventually,
  ended,
  linkOf,
  post,
  query,
  receive,
  simulate,
  submit,
  type VendorReply,
} from './support.js';
import { built } from '../../support/built.js';
import { MAIN, spawnSimulator } from './process.js';

await built();

async function newStateDir(): Promise<string> {
  const stateDir = await mkdtemp(join(tmpdir(), 'simulator-state-'));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  return stateDir;
}

async function spawned(options: object) {
  const running = await spawnSimulator([JSON.stringify({ taskMs: 0, ...options })]);
  onTestFinished(async () => {
    await running.stop('SIGKILL');
  });
  return running;
}

describe('after kill -9 and a new start', () => {
  test('every submission that was answered is in the ledger', async () => {
    const stateDir = await newStateDir();
    const first = await spawned({ stateDir });
    const answered: string[] = [];
    const clients = Promise.allSettled(
      Array.from({ length: 20 }, async () => {
        for (;;) answered.push(await submit(first));
      }),
    );
    await eventually(() => answered.length).toBeGreaterThan(300);
    await first.stop('SIGKILL');
    await clients;
    const second = await simulate({ stateDir });
    const known = new Set(second.ledger().map(({ taskId }) => taskId));
    expect(answered.filter((id) => !known.has(id))).toEqual([]);
    // Those whose answer was on its way may be more, as at the real vendor.
    expect(known.size).toBeLessThanOrEqual(answered.length + 20);
    for (const taskId of answered.slice(-20)) await ended(second, taskId);
  });

  test('tasks go on with their remaining time, and call back', async () => {
    const stateDir = await newStateDir();
    const receiver = await receive();
    const first = await spawned({ stateDir, taskMs: 3000, workers: 2 });
    const callback = receiver.url;
    const ids: string[] = [];
    for (const params of ['a', 'b', 'c']) ids.push(await submit(first, { callback, params }));
    await first.stop('SIGKILL');
    const second = await simulate({ stateDir, taskMs: 600_000, workers: 2 });
    expect((await query(second, ids[2]!)).status).toBe(1);
    await receiver.count(3);
    expect(new Set(receiver.received.map(({ body }) => body.params))).toEqual(
      new Set(['a', 'b', 'c']),
    );
    for (const { startedAt, endedAt } of second.ledger()) {
      expect(endedAt! - startedAt!).toBeGreaterThanOrEqual(2990);
      expect(endedAt! - startedAt!).toBeLessThan(600_000);
    }
  });

  test('a callback that had not been sent is sent', async () => {
    const stateDir = await newStateDir();
    const receiver = await receive();
    const first = await spawned({ stateDir, callbackDelayMs: 600_000 });
    const taskId = await submit(first, { callback: receiver.url });
    await ended(first, taskId);
    await first.stop('SIGKILL');
    const second = await simulate({ stateDir });
    const [callback] = await receiver.count(1);
    expect(callback!.body.task_id).toBe(taskId);
    await eventually(() => second.ledger()[0]?.notified).toBe(true);
    const known = second.ledger();
    await second.close();
    const third = await simulate({ stateDir });
    expect(receiver.received).toHaveLength(1);
    expect(known[0]!.calledBackAt).toBeGreaterThan(0);
    expect(third.ledger()).toEqual(known);
  });

  test('faults counted for a clip stay counted, and revoked keys revoked', async () => {
    const stateDir = await newStateDir();
    const first = await spawned({ stateDir });
    const fields = { file_link: 'http://clips.example/a.mp4?sim=http:500*2' };
    expect((await post(first, fields)).status).toBe(500);
    await first.stop('SIGKILL');
    const second = await spawned({ stateDir });
    expect((await post(second, fields)).status).toBe(500);
    expect((await post(second, fields)).status).toBe(200);
    const headers = { 'content-type': 'application/json' };
    const revoke = { method: 'POST', headers, body: '{"revoked":true}' };
    await fetch(`${second.url}/_simulator/keys`, revoke);
    await second.stop('SIGKILL');
    const third = await simulate({ stateDir });
    expect((await post(third)).status).toBe(401);
    expect(third.arrivals().map(({ answer }) => answer)).toEqual([500, 500, 0, 401]);
  });

  test('result links still open, on the same port', async () => {
    const stateDir = await newStateDir();
    const first = await startSimulator({ stateDir, taskMs: 0, soundtrackSeconds: 0.1 });
    const link = linkOf(await ended(first, await submit(first)));
    await first.close();
    await simulate({ stateDir, port: first.port });
    expect((await fetch(link)).status).toBe(200);
  });

  test("a clip's own faults hold for what is still to come", async () => {
    const stateDir = await newStateDir();
    const first = await startSimulator({ stateDir, taskMs: 0 });
    const file_link = 'http://clips.example/a.mp4?sim=no-url';
    const taskId = await submit(first, { file_link });
    await first.close();
    const second = await simulate({ stateDir });
    expect(JSON.parse((await ended(second, taskId)).result)).toMatchObject({ audio_path: [] });
  });
});

describe('the state file', () => {
  test('whose last line was cut short is taken up without it', async () => {
    const stateDir = await newStateDir();
    const file = join(stateDir, 'simulator.jsonl');
    const first = await startSimulator({ stateDir, taskMs: 0 });
    await submit(first);
    await first.close();
    const whole = await readFile(file, 'utf8');
    await appendFile(file, '{"e":"accept","task":{"taskId":"tm_');
    const second = await simulate({ stateDir });
    expect(second.ledger()).toHaveLength(1);
    await submit(second);
    await second.close();
    const lines = (await readFile(file, 'utf8')).slice(whole.length).trim().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('e');
    expect((await simulate({ stateDir })).ledger()).toHaveLength(2);
  });

  test('that is something else is refused with file and line', async () => {
    const stateDir = await newStateDir();
    await writeFile(join(stateDir, 'simulator.jsonl'), '{"e":"keys","revoked":false}\nhello\n');
    await expect(startSimulator({ stateDir })).rejects.toThrow(
      /simulator\.jsonl:2: .*move the file/,
    );
  });

  test('holds no app key and no secret', async () => {
    const stateDir = await newStateDir();
    const simulator = await simulate({ stateDir, appKey: 'key', appSecret: 'secret' });
    await submit(simulator);
    const text = await readFile(join(stateDir, 'simulator.jsonl'), 'utf8');
    expect(text).not.toMatch(/"key"|secret/);
  });
});

test('when the state file cannot grow, nothing more is accepted, and all that was is in it', async () => {
  const stateDir = await newStateDir();
  const options = JSON.stringify({ stateDir, taskMs: 600_000 });
  const full = await spawnSimulator([options], { maxFileBlocks: 8 });
  const answered: string[] = [];
  let refused: Response | undefined;
  while (refused === undefined) {
    const response = await post(full);
    if (response.status !== 200) refused = response;
    else answered.push(((await response.json()) as VendorReply).data!['task_id'] as string);
  }
  expect(refused.status).toBe(500);
  expect(((await refused.json()) as VendorReply).msg).toContain('free some space and restart');
  expect((await post(full)).status).toBe(500);
  await full.stop('SIGKILL');
  expect(answered.length).toBeGreaterThan(5);
  const next = await simulate({ stateDir });
  expect(next.ledger().map(({ taskId }) => taskId)).toEqual(answered);
});

describe('as a process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with code 0', async (signal) => {
    const running = await spawned({ taskMs: 600_000 });
    await submit(running);
    expect(await running.stop(signal)).toBe(0);
  });

  test('it ends with the stdin of the one who started it, when told to', async () => {
    const running = await spawnSimulator(['--stop-with-stdin']);
    const exited = new Promise((resolve) => running.child.once('exit', resolve));
    await fetch(`${running.url}/_simulator/stats`);
    running.child.stdin.end();
    expect(await exited).toBe(0);
  });

  test('it takes options from environment and command line, keys from the environment', async () => {
    const env = {
      REELSCORE_SIMULATOR_OPTIONS: '{"faults":"http:500","appKey":"a","appSecret":"b"}',
    };
    const running = await spawnSimulator(['{"faults":""}'], { env });
    onTestFinished(async () => {
      await running.stop('SIGKILL');
    });
    expect((await post(running)).status).toBe(401);
    const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`;
    const headers = { 'content-type': 'application/json', authorization, 'x-app-key': 'a' };
    expect((await post(running, {}, headers)).status).toBe(200);
    await expect(spawnSimulator(['{"appKey":"a"}'])).rejects.toThrow('command line');
  });

  test('its help names every option and fault, and it ends', async () => {
    const { stdout } = await execa(process.execPath, [MAIN, '--help']);
    for (const option of Object.keys(resolveSimulatorOptions({}))) expect(stdout).toContain(option);
    expect(stdout).toContain(faultHelp());
  });

  test('it says what is wrong with its options', async () => {
    await expect(spawnSimulator(['{"taskMs":-5}'])).rejects.toThrow('taskMs');
    await expect(spawnSimulator(['taskMs'])).rejects.toThrow('not JSON');
    await expect(spawnSimulator(['{}', '{}'])).rejects.toThrow('too many arguments');
  });
});
