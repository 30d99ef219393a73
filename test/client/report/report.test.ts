// The listening report in a real browser, from a file, as who gets it in a zip opens it.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markBatch } from '../../../client/marks/mark-batch.js';
import { writeReport } from '../../../client/report/report.js';
import { resolveConfig } from '../../../config/config.js';
import type { Outcome } from '../../../contract/clip.js';
import { readMarksFile } from '../../../outcomes/review/marks.js';
import { readSegment, writeSegment } from '../../../outcomes/segments.js';
import { appendVideo, sourcesDigest } from '../../../outcomes/videos.js';
import type { BatchStoreView } from '../../../outcomes/merge.js';
import { hasFfmpeg, makeClips, picture } from '../../media/clips.js';
import { frozen } from '../../outcomes/support.js';
import { hasBrowser, launch, open, violations } from '../../support/browser.js';
import { until } from '../../support/until.js';
import { openLocalStore } from '../../../store/local-store.js';

const HOSTILE = `</script><img src=x onerror="document.title='owned'"><!--`;
const context = (settings = {}) => ({
  config: resolveConfig(settings, { PATH: process.env['PATH'], HOME: '/nonexistent' }, '/'),
  openStore: openLocalStore,
});

function located({ store }: BatchStoreView) {
  return { batch: 'library', store };
}

describe.skipIf(!hasFfmpeg || !hasBrowser)('a listening report', () => {
  let browser: Browser;
  let files: Map<string, Buffer>;

  beforeAll(async () => {
    files = await makeClips({
      'a.wav': '-f lavfi -i aevalsrc=sin(2*PI*440*t)*between(t\\,0\\,1):d=2:s=8000',
      'a.webm': `${picture('160x90', '10', 3)} -f lavfi -i sine=300:d=3 -c:v libvpx -c:a libopus`,
    });
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** A batch of which clip 0 has a finished video, clip 1 two takes, clip 2 has failed, and all others one. */
  async function batchOf(count: number): Promise<BatchStoreView> {
    const rows = Array.from({ length: count }, (_, n) => {
      const prompt = n === 2 ? HOSTILE : 'Warm pop';
      const room = ['', 'north', 'north 2'][n % 3] ?? '';
      return `c${n},https://cdn.example/${n}.mp4,"${prompt.replaceAll('"', '""')}",shelf ${n},${room}\n`;
    });
    const view = await frozen(`id,file_link,prompt,shelf,room\n${rows.join('')}`);
    const { store } = view;
    await store.write('soundtracks/a.wav', files.get('a.wav') ?? '');
    await store.write('soundtracks/b.wav', files.get('a.wav') ?? '');
    await store.write('videos/c0.webm', files.get('a.webm') ?? '');
    const outcomes = Array.from({ length: count }, (_, row): Outcome => {
      if (row === 2) {
        return {
          row,
          status: 'failed',
          attempts: 3,
          errorCode: 'task_failed',
          errorMessage: HOSTILE,
        };
      }
      const output = 'soundtracks/a.wav';
      const outputs = row === 1 ? { outputs: [output, 'soundtracks/b.wav'] } : {};
      return { row, status: 'succeeded', taskId: `t${row}`, attempts: 1, output, ...outputs };
    });
    await writeSegment(store, 1, '00001', outcomes);
    const [first] = outcomes;
    const of = first ? sourcesDigest(await view.snapshot.clip(0), first) : '';
    await appendVideo(store, 'w', { id: 'c0', of, how: 'x', video: 'videos/c0.webm', at: 1 });
    return view;
  }

  /** What is heard: where the picture or the music is. */
  const playing = (page: Page): Promise<unknown> => {
    const heard = `(() => {
      const heard = [...document.querySelectorAll('#picture, #music')].find(
        (player) => !player.paused && !player.muted && player.currentTime > 0.1,
      );
      return heard && heard.id + ' ' + heard.currentSrc.split('/').slice(-2).join('/');
    })()`;
    return until(() => page.evaluate<unknown>(heard), Boolean);
  };

  test('of 1,000 clips is small, and heard and searched by the keyboard alone', async () => {
    const view = await batchOf(1000);
    const { file, clips, notes } = await writeReport(located(view), context());
    expect([clips, notes]).toEqual([1000, []]);
    expect((await stat(file)).size).toBeLessThan(2_000_000);
    const { page, faults } = await open(browser, pathToFileURL(file).href);
    expect(await page.locator('li').count()).toBeLessThan(200);
    expect(await page.textContent('#found')).toBe('1000 clips');

    await page.keyboard.press('j');
    expect(await playing(page)).toBe('picture videos/c0.webm');
    await page.keyboard.press('j');
    expect(await playing(page)).toBe('music soundtracks/a.wav');
    await page.keyboard.press('2');
    expect(await playing(page)).toBe('music soundtracks/b.wav');
    await page.keyboard.press(' ');
    await until(() => page.evaluate<boolean>(`document.querySelector('#music').paused`), Boolean);
    await page.keyboard.press('j');
    expect(await page.textContent('#now')).toBe('c2: no music');

    await page.keyboard.press('/');
    await page.keyboard.type('shelf 77');
    expect(await page.textContent('#found')).toBe('19 of 1000 clips');
    await page.keyboard.press('Escape');
    await page.fill('#search', '');
    await page.selectOption('#status', 'failed');
    expect(await page.locator('li').allTextContents()).toEqual([expect.stringContaining(HOSTILE)]);
    expect(await page.title()).toBe('library - listening report');
    await page.selectOption('#status', '');
    // By one value of one column, not by what is like it.
    expect(await page.locator('#column option').allTextContents()).toEqual([
      'all',
      'shelf',
      'room',
    ]);
    await page.selectOption('#column', 'room');
    expect(await page.locator('#value option').allTextContents()).toEqual([
      ...['all', 'empty (334)', 'north (333)', 'north 2 (333)'],
    ]);
    await page.selectOption('#value', { label: 'north (333)' });
    expect(await page.textContent('#found')).toBe('333 of 1000 clips');
    await page.selectOption('#value', { label: 'empty (334)' });
    expect(await page.textContent('#found')).toBe('334 of 1000 clips');
    await page.selectOption('#column', 'all');
    expect(await page.locator('#by-value').isHidden()).toBe(true);
    expect(await page.textContent('#found')).toBe('1000 clips');
    // It grows to the last clip.
    await page.focus('#search');
    await page.keyboard.press('Escape');
    for (let n = 0; n < 1000; n += 1) await page.keyboard.press('j');
    expect(await page.locator('li[aria-current=true] h2').textContent()).toContain('c999');
    expect(faults).toEqual([]);
    await page.close();
  });

  test('takes marks by the keyboard, keeps them, and saves them for retry', async () => {
    const view = await batchOf(5);
    const { file } = await writeReport(located(view), context());
    const { page, faults } = await open(browser, pathToFileURL(file).href);
    const said = (): Promise<string | null> => page.textContent('#said');
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    expect(await said()).toBe('1 approved, 0 to redo');
    await page.keyboard.press('j');
    await page.keyboard.press('2');
    await page.keyboard.press('a');
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Fast');
    await page.keyboard.press('Tab');
    await page.keyboard.type('too slow');
    await page.keyboard.press('Enter');
    // Said otherwise, once it is said.
    await page.keyboard.press('r');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('much too slow');
    await page.keyboard.press('Enter');
    await page.keyboard.press('j');
    expect(await said()).toBe('2 approved, 1 to redo');
    expect(await page.locator('li .mark').allTextContents()).toEqual([
      ...['approved', 'approved (take 2)', 'to redo; with: Fast; note: much too slow', '', ''],
    ]);
    await page.selectOption('#marked', 'redo');
    expect(await page.textContent('#found')).toBe('1 of 5 clips');

    await page.reload();
    expect(await said()).toBe('2 approved, 1 to redo');
    const saving = page.waitForEvent('download');
    await page.click('#save');
    const path = join(join(view.store.location, 'x'), '..', 'marks.json');
    await (await saving).saveAs(path);
    const { batch, marks } = await readMarksFile(path);
    expect([batch, marks]).toMatchObject([
      'library',
      [
        { id: 'c0', decision: 'approve', output: 'soundtracks/a.wav' },
        { id: 'c1', decision: 'approve', output: 'soundtracks/b.wav' },
        { id: 'c2', decision: 'redo', prompt: 'Fast', note: 'much too slow' },
      ],
    ]);

    const marked = await markBatch(located(view), () => view.store, marks);
    expect(marked).toMatchObject({ approved: ['c0', 'c1'], chosen: ['c1'], redo: ['c2'] });
    // Another take makes a mark of before void, here and there.
    const [outcome] = await readSegment(view.store, 'outcomes/1-00001.jsonl');
    if (!outcome) throw new Error('no outcome');
    await writeSegment(view.store, 9, 'x', [{ ...outcome, taskId: 'other' }]);
    expect((await markBatch(located(view), () => view.store, marks)).stale).toEqual([
      { id: 'c0', why: expect.stringContaining('other takes') as string },
    ]);
    await writeReport(located(view), context());
    await page.reload();
    expect(await page.textContent('#told')).toContain('1 marks were of earlier takes');
    expect(await said()).toBe('1 approved, 1 to redo');
    expect(faults).toEqual([]);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('is accessible, %s and on a telephone', async (scheme) => {
    const { file } = await writeReport(located(await batchOf(5)), context());
    const { page } = await open(browser, pathToFileURL(file).href);
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1100, 360]) {
      expect(await violations(page, width)).toEqual([]);
    }
    await page.close();
  });

  test('keeps stills and waveforms for the next time, and no others', async () => {
    const view = await batchOf(3);
    const { file } = await writeReport(located(view), context());
    const stills = await readdir(join(view.store.location, 'report'));
    expect(stills).toHaveLength(1);
    const peaks = /"peaks":"([^"]+)"/.exec(await readFile(file, 'utf8'))?.[1] ?? '';
    // The first half sounds at full scale, the second not at all.
    expect([peaks.length, peaks.slice(2, 46), peaks.slice(50)]).toEqual([
      ...[96, '/'.repeat(44), 'A'.repeat(46)],
    ]);
    // Without ffmpeg there is what was made before.
    const again = await writeReport(located(view), context({ ffmpeg: '/nonexistent/ffmpeg' }));
    expect(again.notes).toEqual([]);
    expect(await readdir(join(view.store.location, 'report'))).toEqual(stills);
    await view.store.remove('videos/c0.webm');
    await view.store.remove('soundtracks/b.wav');
    await writeReport(located(view), context());
    expect(await readdir(join(view.store.location, 'report'))).toEqual([]);
  });
});

test('a report is written without ffmpeg too, and says what it lacks', async () => {
  const view = await frozen('id,file_link,prompt\na,https://cdn.example/a.mp4,Pop\n');
  await view.store.write('soundtracks/a.wav', 'x');
  const outcome = {
    row: 0,
    status: 'succeeded',
    attempts: 1,
    output: 'soundtracks/a.wav',
  } as const;
  await writeSegment(view.store, 1, '00001', [outcome]);
  const { notes } = await writeReport(located(view), context({ ffmpeg: '/nonexistent/ffmpeg' }));
  expect(notes).toEqual(['ffmpeg is not there, so the report has no stills and no waveforms']);
});
