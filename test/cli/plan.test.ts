// reelscore plan: what a run would do and cost.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Ledger } from '../../outcomes/ledger/ledger.js';
import { openLocalStore } from '../../store/local-store.js';
import { clipOf, entryOf, nameless } from '../outcomes/ledger/support.js';
import { serve } from '../net/servers.js';
import { built } from '../support/built.js';
import { ask, reelscore } from './cli.js';

await built();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-plan-'));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const env = { REELSCORE_HOME: join(cwd, 'home'), REELSCORE_ALLOW_HOSTS: '127.0.0.1' };

/** Four new rows, one changed, two scored (one by its link), one invalid. */
const LIBRARY = [
  'id,file_link,prompt',
  'a,https://cdn.example/a.mp4,Calm piano',
  'b,https://cdn.example/b.mp4,Loud drums',
  ',https://cdn.example/c.mp4?sig=today,Calm piano',
  'd,https://cdn.example/d.mp4,Calm piano',
  'e,https://cdn.example/e.mp4,Calm piano',
  'f,https://cdn.example/f.mp4,Calm piano',
  'g,https://cdn.example/g.mp4,Calm piano',
  'h,,Calm piano',
];

beforeAll(async () => {
  await mkdir(join(cwd, 'results', 'night-1', 'soundtracks'), { recursive: true });
  for (const id of ['a', 'b', 'clip-1']) {
    await writeFile(join(cwd, 'results', 'night-1', 'soundtracks', `${id}.wav`), '');
  }
  const ledger = new Ledger(openLocalStore(join(cwd, 'results')), 'scored');
  await ledger.append('night-1', 'w', [
    entryOf(clipOf({ id: 'a', fileLink: 'https://cdn.example/a.mp4?Expires=1&Signature=x' })),
    entryOf(clipOf({ id: 'b', fileLink: 'https://cdn.example/b.mp4' })),
    entryOf(clipOf({ id: 'other', fileLink: 'https://cdn.example/d.mp4' }), {
      soundtrack: 'night-1/soundtracks/a.wav',
    }),
    entryOf(nameless({ fileLink: 'https://cdn.example/c.mp4?sig=yesterday' })),
  ]);
  await writeFile(join(cwd, 'library.csv'), `${LIBRARY.join('\n')}\n`);
  await writeFile(join(cwd, 'priced.yaml'), 'pricePerClip: 0.05 EUR\n');
});

function plan(args: string[], given: Record<string, string> = {}) {
  return ask(['plan', 'library.csv', ...args], { cwd, env: { ...env, ...given } });
}

async function planned(args: string[], given?: Record<string, string>): Promise<object> {
  const { stdout, exitCode } = await plan([...args, '--skip-invalid', '--json'], given);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as object;
}

test('tells what would happen, when it would end and what it would cost', async () => {
  const priced = { REELSCORE_CONFIG: join(cwd, 'priced.yaml') };
  const { stdout, stderr, exitCode } = await plan(['--skip-invalid'], priced);
  expect(stdout.split('\n')).toEqual([
    'library.csv: 8 rows',
    '  new             4',
    '  changed         1  scored before, with another prompt',
    '  already scored  2  skipped',
    '  invalid         1  left out',
    '  submissions     5',
    'Expected time: 2 min 4 s, at 1/s and 20 tasks in flight as configured (an account in use keeps its own limits: reelscore status)',
    'Cost: 0.25 EUR, at 0.05 EUR a clip',
    'Nothing was submitted.',
  ]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('leaves everything as it was, and starts nothing', async () => {
  await plan(['--skip-invalid']);
  expect(await readdir(cwd)).toEqual(['library.csv', 'priced.yaml', 'results']);
  expect(await readdir(join(cwd, 'results'))).toEqual(['.reelscore', 'night-1']);
});

test('--json prints one document', async () => {
  expect(await planned([])).toEqual({
    ...{ ok: true, manifest: 'library.csv', name: 'library' },
    ...{ identity: 'clip', again: false, simulated: false },
    clips: { total: 8, new: 4, changed: 1, scored: 2, invalid: 1 },
    submissions: 5,
    pace: { ratePerSecond: 1, burst: 1, maxInFlight: 20 },
    expectedMs: 124_000,
  });
});

test('without a price it says how to set one', async () => {
  const { stdout } = await plan(['--skip-invalid']);
  expect(stdout).toContain('Cost: unknown (set pricePerClip');
});

test('caps leave clips out, the tighter one by its name', async () => {
  expect(await planned(['--max-submissions', '3'])).toMatchObject({
    submissions: 3,
    leftOut: { clips: 2, cap: { submissions: 3, code: 'max_submissions_reached' } },
  });
  const price = { REELSCORE_PRICE_PER_CLIP: '0.1' };
  expect(await planned(['--max-submissions', '3', '--budget', '0.2'], price)).toMatchObject({
    submissions: 2,
    leftOut: { clips: 3, cap: { submissions: 2, code: 'budget_reached' } },
    cost: { amount: 0.2, pricePerClip: 0.1 },
  });
  const { stdout } = await plan(['--skip-invalid', '--max-submissions', '3']);
  expect(stdout).toContain('  left out        2  maxSubmissions allows 3\n');
});

test('--again counts what was scored already', async () => {
  expect(await planned(['--again'])).toMatchObject({ submissions: 7, clips: { scored: 2 } });
});

describe('an id with another link than before', () => {
  const before = 'it was scored 2026-11-23 by batch night-1 with another link:';
  const links = 'https://cdn.example/a.mp4, now https://cdn.example/new.mp4';

  beforeAll(async () => {
    const rows = [
      'a,https://cdn.example/new.mp4?Expires=2&Signature=y,Calm piano',
      'b,https://cdn.example/b.mp4,Loud drums',
      ',https://cdn.example/c.mp4,Calm piano',
    ];
    await writeFile(join(cwd, 'moved.csv'), `id,file_link,prompt\n${rows.join('\n')}\n`);
  });
  const moved = (command: string, ...args: string[]) =>
    ask([command, 'moved.csv', ...args], { cwd, env });

  test('is told by plan, with both links', async () => {
    const { stdout } = await moved('plan');
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        '  changed         2  scored before: 1 with another prompt, 1 with another link',
        '  already scored  1  skipped',
        '1 x link_changed: scored anew, the link is another one than before',
        `  a: ${before} ${links} (it is scored anew)`,
      ]),
    );
    expect(JSON.parse((await moved('plan', '--json')).stdout)).toMatchObject({
      clips: { new: 0, changed: 2, scored: 1 },
      found: { counts: { link_changed: 1 }, notes: [{ line: 2, id: 'a', code: 'link_changed' }] },
    });
  });

  test('is told by validate, with both links', async () => {
    const { stdout, exitCode } = await moved('validate');
    expect(stdout.split('\n')).toEqual([
      expect.stringContaining('warning: moved.csv:2: file_link expired at 1970') as string,
      `warning: moved.csv:2: id a: ${before} ${links} (it is scored anew)`,
      'moved.csv: 3 rows, 3 valid, 0 problems, 2 warnings',
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse((await moved('validate', '--json')).stdout)).toMatchObject({
      ...{ ok: true, warningCount: 2, warnings: [{ line: 2 }, { file: 'moved.csv', line: 2 }] },
    });
  });

  test('is skipped by --identity id, and told all the same', async () => {
    const { stdout } = await moved('plan', '--identity', 'id');
    expect(stdout).toContain('  already scored  2  skipped\n');
    expect(stdout).toContain(
      `  a: ${before} ${links} (it is skipped, because only the id counts)\n`,
    );
  });
});

test('a soundtrack that is gone is told', async () => {
  const soundtrack = join(cwd, 'results', 'night-1', 'soundtracks', 'a.wav');
  await rm(soundtrack);
  const { stdout } = await plan(['--skip-invalid']);
  await writeFile(soundtrack, '');
  expect(stdout).toContain('  new             5\n');
  expect(stdout).toContain('1 x soundtrack_gone: scored anew, the earlier soundtrack is gone\n');
  expect(stdout).toContain('and its soundtrack is gone: night-1/soundtracks/a.wav (');
});

test('--identity decides what is the same clip', async () => {
  expect(await planned(['--identity', 'link'])).toMatchObject({
    clips: { new: 3, changed: 1, scored: 3 },
  });
});

test('--simulate knows what the simulator scored, and costs nothing', async () => {
  const price = { REELSCORE_PRICE_PER_CLIP: '0.1' };
  const simulated = await planned(['--simulate'], price);
  expect(simulated).toMatchObject({ simulated: true, clips: { new: 7, scored: 0 } });
  expect(simulated).not.toHaveProperty('cost');
});

describe('a manifest with problems', () => {
  test('is refused, all of them told', async () => {
    const { stdout, stderr, exitCode } = await plan([]);
    expect(stderr).toContain('library.csv:9: file_link is empty');
    expect(stderr).toContain('--skip-invalid');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  });

  test('is a document with --json', async () => {
    const { stdout, exitCode } = await plan(['--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, problemCount: 1 });
    expect(exitCode).toBe(1);
  });
});

test('by ETag it asks the servers of the clips', async () => {
  const { origin } = await serve(({ url }, response) => {
    if (url === '/gone.mp4') response.writeHead(404).end();
    else response.writeHead(200, url === '/a.mp4' ? { etag: '"v2"' } : {}).end();
  });
  const clip = (id: string) => clipOf({ id, fileLink: `${origin}/${id}.mp4` });
  const ledger = new Ledger(openLocalStore(join(cwd, 'tagged')), 'scored');
  await cp(join(cwd, 'results', 'night-1'), join(cwd, 'tagged', 'night-1'), { recursive: true });
  await ledger.append('night-1', 'w', [
    entryOf(clip('a'), {}, { kind: 'tag', tag: '"v1"' }),
    entryOf(clip('b')),
  ]);
  await writeFile(join(cwd, 'tagged.yaml'), 'identity: etag\nledger: tagged\n');
  const rows = ['a', 'b', 'gone'].map((id) => `${id},${clip(id).fileLink},Calm piano\n`);
  await writeFile(join(cwd, 'tagged.csv'), `id,file_link,prompt\n${rows.join('')}`);
  const { stdout } = await ask(['plan', 'tagged.csv'], {
    cwd,
    env: { ...env, REELSCORE_CONFIG: join(cwd, 'tagged.yaml') },
  });
  expect(stdout).toContain('  new             2\n');
  expect(stdout).toContain('  already scored  1  skipped\n');
  expect(stdout).toContain('1 clip without an ETag: the link alone tells which it is\n');
  expect(stdout).toContain('1 clip could not be asked for an ETag: taken for new\n');
});

test('a link that expires before its clip is submitted is warned of, at its line', async () => {
  const sign = (seconds: number): string =>
    `Expires=${Math.floor(Date.now() / 1000) + seconds}&Signature=x`;
  const rows = [-60, 3600, 60, 60].map(
    (seconds, n) => `${n},https://cdn.example/${n}.mp4?${sign(seconds)},Pop`,
  );
  await writeFile(join(cwd, 'signed.csv'), ['id,file_link,prompt', ...rows, ''].join('\n'));
  const slow = { ...env, REELSCORE_RATE: '0.02' };
  const { stdout, exitCode } = await ask(['validate', 'signed.csv'], { cwd, env: slow });
  const warnings = stdout.split('\n').filter((line) => line.includes('file_link expire'));
  expect(exitCode).toBe(0);
  expect(warnings.map((line) => line.replace(/\d{4}-\S+Z/g, 'TIME'))).toEqual([
    'warning: signed.csv:2: file_link expired at TIME (sign it again, for longer, or set a faster pace)',
    'warning: signed.csv:4: file_link expires at TIME, before its submission, which is expected at TIME (sign it again, for longer, or set a faster pace)',
    'warning: signed.csv:5: file_link expires at TIME, before its submission, which is expected at TIME (sign it again, for longer, or set a faster pace)',
  ]);
  const planned = await reelscore(['plan', 'signed.csv'], { cwd, env: slow });
  expect(planned.stderr).toContain('signed.csv: 3 warnings (see: reelscore validate signed.csv)');
});
