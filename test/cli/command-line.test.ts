import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { built } from '../support/built.js';
import { ask, reelscore } from './cli.js';

await built();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-cli-'));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const home = join(cwd, 'home');
const env = { REELSCORE_HOME: home };

async function manifest(name: string, ...lines: string[]): Promise<string> {
  await writeFile(join(cwd, name), ['id,file_link,prompt', ...lines, ''].join('\n'));
  return name;
}

const good = await manifest('good.csv', 'a,https://cdn.example/a.mp4,Calm piano');
const bad = await manifest('bad.csv', 'a,,Calm piano', 'b,ftp://cdn.example/b.mp4,Calm piano');

const COMMANDS = ['validate', 'run', 'start', 'status', 'results', 'retry', 'pause', 'resume']
  .concat(
    'audit',
    'callbacks',
    'codec',
    'cancel',
    'doctor',
    'evict',
    'manifest',
    'mix',
    'page',
    'plan',
    'report',
    'schedule',
    'serve',
    'simulate',
    'spend',
    'tune',
    'worker',
  )
  .sort();

describe('help', () => {
  test('lists every command on stdout', async () => {
    const { stdout, stderr, exitCode } = await reelscore(['--help']);
    const listed = [...stdout.matchAll(/^ {2}(?!help)([a-z]+) \[/gm)]
      .map(([, name]) => name)
      .sort();
    expect({ listed, stderr, exitCode }).toEqual({ listed: COMMANDS, stderr: '', exitCode: 0 });
  });

  test.each(COMMANDS)('%s --help has an example', async (command) => {
    const { stdout, exitCode } = await ask([command, '--help'], { cwd, env });
    expect(stdout).toMatch(new RegExp(`Examples?:\\n(.*\\n)*.*reelscore ${command}`));
    expect(exitCode).toBe(0);
  });

  const SCHEDULE = ['create', 'update', 'list', 'describe', 'trigger', 'backfill', 'pause']
    .concat('resume', 'delete')
    .sort();

  test('schedule --help lists its commands, and each has an example and prints errors with it', async () => {
    const { stdout } = await ask(['schedule', '--help'], { cwd, env });
    const listed = [...stdout.matchAll(/^ {2}(?!help)([a-z]+) \[/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(SCHEDULE);
    for (const command of SCHEDULE) {
      const help = await ask(['schedule', command, '--help'], { cwd, env });
      expect(help.stdout).toMatch(
        new RegExp(`Examples?:\\n(.*\\n)*.*reelscore schedule ${command}`),
      );
      expect({ exitCode: help.exitCode, stderr: help.stderr }).toEqual({ exitCode: 0, stderr: '' });
    }
    const wrong = await ask(['schedule', 'describe', 'n', '--jsn'], { cwd, env });
    expect(wrong.stderr).toContain('(see: reelscore schedule describe --help)');
    expect(wrong.exitCode).toBe(1);
  });

  test('simulate --help explains the faults', async () => {
    const { stdout } = await ask(['simulate', '--help'], { cwd, env });
    expect(stdout).toContain('drop-after');
  });
});

describe('usage errors', () => {
  test.each([
    [['strat', good], 'Did you mean start?'],
    [['run', good, '--rat', '3'], 'Did you mean --rate?'],
    [['results', 'b', '--format', 'xml'], 'csv, json, jsonl'],
    [['run'], "missing required argument 'manifest'"],
    [['run', good, 'more.csv'], 'too many arguments'],
    [['run', good, '--simulate', '--rate', 'fast'], '--rate: "fast" is not a number'],
    [['run', good, '--simulate', '--max-in-flight', '0'], '--max-in-flight: 0 is out of bounds'],
    [['run', good, '--simulate', '--priority', 'urgnt'], '--priority: "urgnt" is unknown (did you'],
    [['run', good, '--simulate', '--max-failures', '0'], '--max-failures: "0" is not a number of'],
    [['retry', 'b', '--max-failures', '200%'], '--max-failures: "200%" is not a number of'],
    [['tune'], 'nothing to tune (give --rate, --burst or --max-in-flight)'],
    [['tune', '--rate', '0'], '--rate: 0 is out of bounds'],
    [['schedule', 'create', 'n', '--cron', '0 4 * * *'], "required option '--manifest <where>'"],
    [['schedule', 'lsit'], '(Did you mean list?)'],
    [['schedule', 'trigger', 'n', '--overlap', 'bufferOne'], 'skip, buffer-one, buffer-all'],
    [['schedule', 'pause'], "missing required argument 'name'"],
    [['schedule', 'update', 'n'], 'nothing to change (see: reelscore schedule update --help)'],
    [['schedule', 'update', 'n', '--rate', '0'], '--rate: 0 is out of bounds'],
    [['schedule', 'update', 'n', '--unset', 'color'], '--unset: color is no setting (use rate,'],
    [['worker', '--serve', 'some'], 'all, scoring, probing'],
    [['status', 'b', '--accounts'], '--accounts is not about one batch'],
    [['simulate', '--listen', 'here', '--task-time', '5'], '--listen: "here" is not host:port'],
    [['simulate', '--faults', 'fial'], 'fault "fial" is not known'],
  ])('%j exits 1 and says so on stderr, without a stack', async (args, message) => {
    const { stdout, stderr, exitCode } = await ask(args, { cwd, env });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^reelscore: /);
    expect(stderr).not.toContain('    at ');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  });

  test('all faults of the configuration are told at once', async () => {
    const { stderr } = await ask(['run', good, '--rate', '0', '--max-in-flight', 'x'], {
      ...{ cwd, env },
    });
    expect(stderr).toContain('--rate:');
    expect(stderr).toContain('--max-in-flight:');
  });

  test('--verbose adds where an error came from', async () => {
    const { stderr } = await reelscore(['run', good, '--rate', '0', '--verbose'], { cwd, env });
    expect(stderr).toContain('    at ');
  });
});

describe('validate', () => {
  test('tells every problem with its place and exits 1', async () => {
    const { stdout, exitCode } = await reelscore(['validate', bad], { cwd, env });
    expect(stdout).toContain('bad.csv:2: file_link is empty (');
    expect(stdout).toContain('bad.csv:3: file_link');
    expect(exitCode).toBe(1);
  });

  test('exits 0 for a manifest without problems', async () => {
    const { stdout, exitCode } = await ask(['validate', good], { cwd, env });
    expect(stdout).toBe('good.csv: 1 row, 1 valid, 0 problems, 0 warnings');
    expect(exitCode).toBe(0);
  });

  test('--json prints one document on stdout', async () => {
    const { stdout, exitCode } = await ask(['validate', bad, '--json'], { cwd, env });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ ok: false, clips: { total: 2, valid: 0, invalid: 2 }, problemCount: 2 },
      problems: [{ line: 2 }, { line: 3 }],
    });
    expect(exitCode).toBe(1);
  });

  test('a file that is not there is a problem like any other', async () => {
    const { stdout, exitCode } = await ask(['validate', 'none.csv', '--json'], { cwd, env });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, problemCount: 1 });
    expect(exitCode).toBe(1);
  });

  test('control characters of a manifest do not reach the terminal', async () => {
    const name = await manifest(
      'hostile.csv',
      '"\u001b]0;owned\u0007",https://cdn.example/a.mp4,x',
    );
    const { stdout } = await ask(['validate', name], { cwd, env });
    expect(stdout).not.toMatch(/[\u001b\u0007]/);
  });

  test('--probe refuses private addresses', async () => {
    const name = await manifest('private.csv', 'a,http://127.0.0.1:1/a.mp4,Calm piano');
    const { stdout, exitCode } = await ask(['validate', name, '--probe', '--json'], {
      ...{ cwd, env },
    });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, probe: { problems: [{ line: 2 }] } });
    expect(exitCode).toBe(1);
  });
});

describe('run', () => {
  test('refuses a manifest with problems before anything is started', async () => {
    const { stdout, stderr, exitCode } = await reelscore(['run', bad, '--simulate', '--json'], {
      ...{ cwd, env },
    });
    expect(stderr).toContain('bad.csv:2: file_link is empty');
    expect(stderr).toContain('--skip-invalid');
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, problemCount: 2 });
    expect(exitCode).toBe(1);
    expect(await readdir(cwd)).not.toContain('home');
  });

  test('without keys it names them and --simulate, and starts nothing', async () => {
    const { stderr, exitCode } = await reelscore(['run', good], { cwd, env });
    expect(stderr).toContain('TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET are not set');
    expect(stderr).toContain('--simulate');
    expect(exitCode).toBe(1);
    expect(await readdir(cwd)).not.toContain('home');
  });

  test('under --json an error is a document on stdout and a text on stderr', async () => {
    const { stdout, stderr } = await reelscore(['run', good, '--json'], { cwd, env });
    const { error } = JSON.parse(stdout) as { error: { message: string } };
    expect(error.message).toContain('TOMOVIEE_APP_KEY');
    expect(stderr).toContain('TOMOVIEE_APP_KEY');
  });
});

describe('simulate', () => {
  test('says where it listens, answers there, and ends with SIGTERM', async () => {
    const running = reelscore(['simulate', '--listen', '127.0.0.1:0', '--json'], { cwd, env });
    let printed = '';
    for await (const chunk of running.stdout) {
      printed += String(chunk);
      if (printed.includes('}')) break;
    }
    const { url } = JSON.parse(printed) as { url: string };
    const stats = await fetch(`${url}/_simulator/stats`);
    expect(stats.status).toBe(200);
    running.kill('SIGTERM');
    const { exitCode } = await running;
    expect(exitCode).toBe(0);
  });
});
