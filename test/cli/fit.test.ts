// A folder of clips that the vendor does not take, to soundtracks, in one command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { probeClip } from '../../media/probe-clip.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { STATUS } from '../../tomoviee/simulator/task.js';
import { hasFfmpeg, makeClips, picture } from '../media/clips.js';
import { openAnalyzer } from '../media/support.js';
import { built } from '../support/built.js';
import { readRows } from '../support/rig.js';
import { temporaryHome, testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { reelscore } from './cli.js';

await built();
const server = await testServer();
const cwd = await temporaryHome();
const home = await temporaryHome();
const simulator = await startSimulator({ fetchClips: true, taskMs: [300, 600] });
const receiver = await freePort(undefined);

/** What the vendor was given, by the path of its link. */
const given = new Map<string, Buffer>();
const front = createServer((request, response) => {
  void (async () => {
    const { method = 'GET' } = request;
    const body = await buffer(request);
    const answer = await fetch(`http://127.0.0.1:${receiver}${request.url}`, {
      method,
      headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
      ...(body.length > 0 && { body }),
    });
    const content = Buffer.from(await answer.arrayBuffer());
    if (request.url?.startsWith('/clips/')) given.set(request.url, content);
    response.writeHead(answer.status).end(content);
  })().catch(() => response.writeHead(502).end());
});
front.listen(0, '127.0.0.1');
await once(front, 'listening');
const frontPort = (front.address() as { port: number }).port;
afterAll(async () => {
  front.closeAllConnections();
  front.close();
  await simulator.close();
});

const env = {
  REELSCORE_HOME: home,
  REELSCORE_ACCOUNT: 'fit-test',
  REELSCORE_CALLBACK_URL: `http://127.0.0.1:${frontPort}`,
  REELSCORE_CALLBACK_LISTEN: `127.0.0.1:${receiver}`,
  REELSCORE_ALLOW_HOSTS: new URL(simulator.url).host,
  REELSCORE_POLL_INTERVAL: '300ms',
  // A callback may come while its receiver is dead.
  REELSCORE_CALLBACK_GRACE: '3s',
  TEMPORAL_ADDRESS: server.address,
  TOMOVIEE_BASE_URL: simulator.url,
  TOMOVIEE_APP_KEY: 'test-key',
  TOMOVIEE_APP_SECRET: 'test-secret',
};
const cli = (...args: string[]) => reelscore(args, { cwd, env });
const RUN = ['--fit', '--rate', '20', '--json'];

describe.skipIf(!hasFfmpeg)('--fit', () => {
  beforeAll(async () => {
    const x264 = '-c:v libx264 -preset ultrafast';
    const clips = await makeClips({
      'screen.webm': `${picture('640x480', '25', 2)} -c:v libvpx-vp9 -deadline realtime`,
      'drone.mp4': `${picture('2560x1440', '60', 1)} ${x264}`,
      'good.mp4': `${picture('640x360', '25', 1)} ${x264}`,
      'talk.mp4': `${picture('640x360', '15', 100)} ${x264}`,
    });
    await mkdir(join(cwd, 'clips'));
    for (const [name, content] of clips) await writeFile(join(cwd, 'clips', name), content);
  });

  test('a run that is killed while it fits goes on, and nothing is paid twice silently', async () => {
    const args = [
      'run',
      './clips',
      '--prompt',
      'Calm',
      '--long',
      'first',
      ...RUN,
      '--out',
      'scored',
    ];
    const proxies = join(cwd, 'scored/.reelscore/proxies');
    // An ffmpeg that is in the middle of its work when its worker is killed.
    const slow = join(home, 'ffmpeg');
    await writeFile(slow, '#!/bin/sh\ncase "$*" in *libx264*) sleep 10;; esac\nexec ffmpeg "$@"\n');
    await writeFile(join(home, 'ffprobe'), '#!/bin/sh\nexec ffprobe "$@"\n');
    await Promise.all([chmod(slow, 0o755), chmod(join(home, 'ffprobe'), 0o755)]);
    const own = { PATH: process.env['PATH'], HOME: home, REELSCORE_FFMPEG: slow };
    const first = spawn(process.execPath, [distFile('cli/main.js'), ...args], {
      ...{ cwd, env: { ...own, ...env }, stdio: 'ignore' },
    });
    const isPart = (name: string): boolean => name.endsWith('.part');
    await until(
      () => readdir(proxies).catch(() => []),
      (names) => names.some(isPart),
    );
    const gone = once(first, 'exit');
    first.kill('SIGKILL');
    await gone;

    const { exitCode, stderr } = await cli(...args);
    expect([exitCode, stderr.includes('error')]).toEqual([0, false]);
    const rows = await readRows(join(cwd, 'scored'));
    expect(rows.map(({ id, status, fitted }) => [id, status, fitted])).toEqual([
      ['drone', 'succeeded', '1280x720, 30 FPS, 1.0 s'],
      ['good', 'succeeded', undefined],
      ['screen', 'succeeded', '640x480, 25 FPS, 2.0 s'],
      ['talk', 'succeeded', '640x360, 15 FPS, 95.0 s'],
    ]);
    // One that was on its way when its worker was killed may be paid for twice, and says so.
    const flagged = rows.filter(({ possible_duplicate: doubtful }) => doubtful).length;
    // One that the vendor could not fetch while its receiver was dead has failed, and is submitted again.
    const paid = simulator.ledger().filter(({ status }) => status !== STATUS.failed).length;
    expect([4, 4 + flagged]).toContain(paid);
    expect(await readdir(proxies)).toEqual([]);
    await eachIsTaken();
  });

  test('columns start and length make several clips of one, which the ledger tells apart', async () => {
    const rows = ['0:10,5,Calm', '0:40,5,Calm', '0:10,5,Calm', ',,Calm'];
    const talk = join(cwd, 'clips/talk.mp4');
    await writeFile(
      join(cwd, 'parts.csv'),
      `file_link,start,length,prompt\n${rows.map((row) => `${talk},${row}\n`).join('')}`,
    );
    const before = simulator.ledger().length;
    const planned = await cli('plan', 'parts.csv', '--fit', '--long', 'first', '--json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ clips: { total: 4, new: 3, scored: 1 } });
    const args = ['--long', 'first', '--out', 'parts', ...RUN];
    const { exitCode } = await cli('run', 'parts.csv', ...args);
    expect(exitCode).toBe(0);
    expect(simulator.ledger().length - before).toBe(3);
    const fitted = (await readRows(join(cwd, 'parts'))).map((row) => [row['start'], row.fitted]);
    expect(fitted).toEqual([
      ['0:10', '640x360, 15 FPS, 5.0 s'],
      ['0:40', '640x360, 15 FPS, 5.0 s'],
      ['0:10', '640x360, 15 FPS, 5.0 s'],
      ['', undefined],
    ]);
    const valid = await cli('validate', 'parts.csv', '--probe', '--fit', '--long', 'first');
    expect(valid.stdout).toContain('parts.csv:4: same clip and prompt as line 2');
    expect(valid.stdout).toContain('parts.csv:2: clip-1: fitted: MP4 640x360, 15 FPS, 5.0 s');
    await writeFile(join(cwd, 'wrong.csv'), `file_link,start,prompt\n${talk},one minute,Calm\n`);
    const { stdout } = await reelscore(['validate', 'wrong.csv'], {
      cwd,
      env: { ...env, REELSCORE_FIT: 'true' },
    });
    expect(stdout).toContain(
      'wrong.csv:2: start "one minute" is no time (write seconds, 12.5, or minutes',
    );
  });

  test('a long clip in parts is one soundtrack, and each part is paid once', async () => {
    const args = ['run', 'long.csv', '--long', 'parts', ...RUN, '--out', 'joined'];
    await writeFile(join(cwd, 'long.csv'), 'id,file_link,prompt\nlong,clips/talk.mp4,In parts\n');
    const before = simulator.ledger().length;
    const planned = await cli('plan', 'long.csv', '--fit', '--long', 'parts', '--json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ clips: { total: 1 }, submissions: 2 });

    // The first run may pay for one part only.
    const short = await cli(...args, '--max-submissions', '1');
    expect(short.exitCode).toBe(0);
    expect(await readRows(join(cwd, 'joined'))).toMatchObject([
      {
        ...{ status: 'skipped', error_code: 'max_submissions_reached', attempts: 1 },
        error_message: 'part 2 of 2: the limit of 1 submissions is reached',
      },
    ]);
    const { batch } = JSON.parse(short.stdout) as { batch: string };
    // It is still to be fitted, though nothing says so again.
    expect((await cli('retry', batch, '--rate', '20')).exitCode).toBe(0);
    const results = join(cwd, 'joined');
    expect(simulator.ledger().length - before).toBe(2);
    const [row] = await readRows(results);
    expect(row).toMatchObject({
      attempts: 2,
      output: 'soundtracks/long.wav',
      outputs: ['soundtracks/long.wav'],
    });
    expect(row?.fitted).toBe('640x360, 15 FPS, 51.0 s + 640x360, 15 FPS, 51.0 s');
    const { stdout } = await execa('ffprobe', [
      ...['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'],
      join(results, 'soundtracks/long.wav'),
    ]);
    expect(Number(stdout)).toBeCloseTo(100, 1);
    for (const folder of ['parts', 'proxies']) {
      expect(await readdir(join(results, '.reelscore', folder))).toEqual([]);
    }
  });

  test('a corrected manifest that moves a row does not pay for its parts again', async () => {
    const long = 'long,clips/talk.mp4,Moved\n';
    await writeFile(join(cwd, 'moved.csv'), `id,file_link,prompt\n${long}`);
    const before = simulator.ledger().length;
    const args = ['run', 'moved.csv', '--long', 'parts', ...RUN, '--out', 'moved'];
    const { stdout } = await cli(...args, '--max-submissions', '1');
    const { batch } = JSON.parse(stdout) as { batch: string };
    const first = 'first,clips/good.mp4,Moved\n';
    await writeFile(join(cwd, 'moved.csv'), `id,file_link,prompt\n${first}${long}`);
    const how = ['--fit', '--long', 'parts', '--rate', '20'];
    expect((await cli('retry', batch, 'moved.csv', ...how)).exitCode).toBe(0);
    // One for each part, and one for the other row.
    expect(simulator.ledger().length - before).toBe(3);
    expect(await readRows(join(cwd, 'moved'))).toMatchObject([
      { id: 'first', status: 'succeeded', attempts: 1 },
      { id: 'long', status: 'succeeded', attempts: 2, output: 'soundtracks/long.wav' },
    ]);
  });

  test('each take is paid once and is a soundtrack, and the first is chosen', async () => {
    await writeFile(
      join(cwd, 'takes.csv'),
      'id,file_link,prompt,prompt_3\ngood,clips/good.mp4,Calm,Loud {{id}}\nscreen,clips/screen.webm,Slow,\n',
    );
    const before = simulator.ledger().length;
    const planned = await cli('plan', 'takes.csv', '--takes', '3', '--fit', '--json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ clips: { total: 2 }, submissions: 6 });
    const args = ['run', 'takes.csv', '--takes', '3', '--out', 'takes', ...RUN];
    // The first run pays for four of them.
    const { stdout } = await cli(...args, '--max-submissions', '4');
    const { batch } = JSON.parse(stdout) as { batch: string };
    const results = join(cwd, 'takes');
    const first = await readRows(results);
    expect(first.filter(({ status }) => status === 'succeeded').length).toBeGreaterThan(0);
    await cli('retry', batch, '--rate', '20');
    const paid = simulator.ledger().slice(before);
    expect(paid.length).toBeLessThanOrEqual(6);
    const rows = await readRows(results);
    expect(rows.map(({ status, output }) => [status, output])).toEqual([
      ['succeeded', 'soundtracks/good.1.wav'],
      ['succeeded', 'soundtracks/screen.1.wav'],
    ]);
    const there = await readdir(join(results, 'soundtracks'));
    expect(rows.flatMap(({ outputs }) => outputs).sort()).toEqual(
      there.map((name) => `soundtracks/${name}`).sort(),
    );
    expect(there).toHaveLength(paid.length);
    expect(paid.map(({ prompt }) => prompt)).toContain('Loud good');
  });

  test('a written manifest tells how its clips would be fitted', async () => {
    const { stdout } = await cli('manifest', './clips', '--fit', '--long', 'parts');
    const notes = stdout.split('\n').flatMap((line) => /fitted: [^"]*/.exec(line) ?? []);
    expect(notes).toEqual([
      'fitted: MP4 1280x720, 30 FPS, 1.0 s',
      'fitted: MP4 640x480, 25 FPS, 2.0 s',
      'fitted: MP4 640x360, 15 FPS, 100.0 s, in 2 parts',
    ]);
  });

  test('without a way to the vendor it is refused before anything is started', async () => {
    await writeFile(join(cwd, 'web.csv'), 'file_link,prompt\nhttps://clips.example/a.webm,Calm\n');
    const others = { ...env, REELSCORE_CALLBACK_URL: '' };
    const { exitCode, stderr } = await reelscore(['run', 'web.csv', ...RUN], { cwd, env: others });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('web.csv: what is fitted lies on this machine');
    expect(stderr).toContain('set REELSCORE_STAGING to a bucket');
  });
});

/** Whether what the vendor got is within its limits. */
async function eachIsTaken(): Promise<void> {
  const analyzer = openAnalyzer({ parsers: 1 });
  const network = createGuardedFetch();
  try {
    expect(given.size).toBeGreaterThanOrEqual(4);
    for (const [at, content] of [...given.values()].entries()) {
      const path = join(cwd, `given-${at}`);
      await writeFile(path, content);
      const verdict = await probeClip(pathToFileURL(path).href, { fetch: network, analyzer });
      expect(verdict).toMatchObject({ verdict: 'ok', warnings: [] });
    }
  } finally {
    analyzer.close();
    await network.close();
  }
}
