// A manifest made of a folder or a bucket, and read again.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { built } from '../support/built.js';
import { s3Server } from '../support/s3-server.js';
import { temporaryHome } from '../support/temporal.js';
import { ask, reelscore } from './cli.js';

await built();
const s3 = await s3Server();
const cwd = await temporaryHome();
const CLIPS = join(PACKAGE_ROOT, 'examples/clips');

beforeAll(async () => {
  for (const folder of [join(cwd, 'clips'), join(s3.folder, 'library')]) {
    await mkdir(join(folder, 'stories'), { recursive: true });
    await cp(join(CLIPS, 'sunrise.mp4'), join(folder, 'intro.mp4'));
    await cp(join(CLIPS, 'vertical-story.mp4'), join(folder, 'stories/one.mov'));
    const cut = (await readFile(join(CLIPS, 'sunrise.mp4'))).subarray(0, 60);
    await writeFile(join(folder, '=cut.mp4'), cut);
    await writeFile(join(folder, 'prompt.txt'), 'Calm piano');
  }
});

const cli = (...args: string[]) => ask(args, { cwd, env: s3.env });

type Row = Record<string, string>;

test.each([
  ['./clips', (name: string) => join(cwd, 'clips', name)],
  [`s3://${s3.bucket}/library`, (name: string) => `s3://${s3.bucket}/library/${name}`],
])('of %s it has a row a clip, with what a look into each shows', async (source, linkOf) => {
  const { stdout, stderr, exitCode } = await reelscore(['manifest', source], { cwd, env: s3.env });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('3 clips, 1 of which')]);
  const rows = parse<Row>(stdout, { columns: true });
  const prompt = 'Calm piano';
  expect(rows.map(({ note = '', ...row }) => ({ ...row, note: note.slice(0, 9) }))).toEqual([
    { id: "'=cut", file_link: linkOf('=cut.mp4'), prompt, ...NOTHING, note: 'rejected:' },
    { id: 'intro', file_link: linkOf('intro.mp4'), prompt, ...SUNRISE, note: '' },
    { id: 'stories/one', file_link: linkOf('stories/one.mov'), prompt, ...STORY, note: '' },
  ]);
  await writeFile(join(cwd, 'library.csv'), stdout);
  const validated = await cli('validate', 'library.csv');
  expect(validated.stdout).toContain('library.csv: 3 rows, 3 valid, 0 problems');
});

const NOTHING = { duration: '', resolution: '', fps: '' };
const SUNRISE = { duration: '3', resolution: '640x360', fps: '24' };
const STORY = { duration: '2', resolution: '360x640', fps: '30' };

test('a bucket, and a manifest in one, are manifests themselves', async () => {
  const plan = await cli('plan', `s3://${s3.bucket}/library`);
  expect(plan.stdout).toContain(`s3://${s3.bucket}/library: 3 rows`);
  expect(plan.stdout).toContain('In buckets: 3, by links that are signed');
  const manifest = 'id,file_link,prompt\na,s3://b-b/x.mp4,Pop\n';
  await writeFile(join(s3.folder, 'list.csv'), manifest);
  const listed = await cli('validate', `s3://${s3.bucket}/list.csv`);
  expect(listed.stdout).toContain('1 row, 1 valid, 0 problems');
});

test('without a look into the clips it is quick, and says what is wrong with the source', async () => {
  const { stdout } = await cli('manifest', './clips', '--no-probe', '--prompt', 'Pop');
  expect(parse(stdout, { columns: true })).toHaveLength(3);
  for (const [source, fault] of [
    ['./none', './none: it is not a folder'],
    [`s3://${s3.bucket}/none`, 'there are no videos in it'],
  ] as const) {
    const { stderr, exitCode } = await cli('manifest', source);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(fault)]);
  }
});
