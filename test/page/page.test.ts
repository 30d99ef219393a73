// The page in a real browser, over a real batch: what is seen there, and what is done there.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPage, type RunningPage } from '../../page/server.js';
import { startNights } from '../nightly/rig.js';
import { hasBrowser, launch, open, violations } from '../support/browser.js';
import { clips, type ManifestRow } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const server = await testServer();
const nights = await startNights({ server, simulator: { taskMs: 50, soundtrackSeconds: 1 } });
const { api } = nights;
afterAll(() => nights.close());

/** Rows with ids of their own, which the ledger does not know. */
const rows = (count: number, faults?: (n: number) => string) =>
  clips(count, faults).map((row, n) => ({ ...row, id: `c${n}-${randomUUID()}` }));

async function started(given: ManifestRow[]): Promise<string> {
  return (await api.start(await nights.manifest(given))).batch;
}

describe.skipIf(!hasBrowser)('on the page', () => {
  let browser: Browser;
  let served: RunningPage;

  beforeAll(async () => {
    browser = await launch();
    served = await startPage({
      ...{ api, logger: { error: (...line: unknown[]) => console.error(line) } },
      config: { listen: { host: '127.0.0.1', port: 0 } },
    });
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  /** The page of a batch, opened as a person does: by the link with the token. */
  async function opened(batch: string): Promise<{ page: Page; faults: string[] }> {
    const url = new URL(served.url);
    url.pathname = `/batches/${batch}/`;
    const at = await open(browser, url.href);
    await at.page.waitForSelector('#clips li');
    expect(at.page.url()).toBe(`${url.origin}${url.pathname}`);
    at.page.on('dialog', (dialog) => void dialog.accept());
    return at;
  }

  const text = (page: Page, selector: string) => async (): Promise<string> =>
    (await page.textContent(selector)) ?? '';
  const says = (page: Page, selector: string, what: string) =>
    until(text(page, selector), (found) => found.includes(what));

  /** Sends the clip that is heard back with another prompt. */
  async function redo(page: Page, prompt: string): Promise<void> {
    await page.keyboard.press('r');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(prompt);
    await page.keyboard.press('Enter');
  }

  test('a batch is seen as it goes, paused, resumed, and heard', async () => {
    const batch = await started(rows(40, (n) => (n < 30 ? 'run:1500' : 'fail*9')));
    const { page, faults } = await opened(batch);
    await says(page, '#state', 'running');
    await page.click('#pause');
    await says(page, '#state', 'paused');
    expect(await text(page, '#reason')()).toContain('paused on the page');
    expect((await api.status(batch)).state).toBe('paused');
    await page.click('#resume');
    await says(page, '#state', 'finished');
    await says(page, '#counts', '40 of 40 ended, 30 succeeded, 10 failed');
    // Without being asked, the rows have followed.
    await until(
      async () => await page.locator('#clips li .status').allTextContents(),
      (all) => all.filter((one) => one === 'succeeded').length === 30,
    );
    expect(await page.locator('#clips li .status.failed').count()).toBe(10);
    await page.keyboard.press('j');
    await until(
      () => page.evaluate<number>(`document.querySelector('#music').currentTime`),
      (seconds) => seconds > 0.1,
    );
    expect(faults).toEqual([]);
    await page.close();
  });

  test('marks go to the batch at once, and what is to be redone is paid for once', async () => {
    const batch = await started(rows(3));
    await api.wait(batch);
    const { page, faults } = await opened(batch);
    const other = await opened(batch);
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    // Another person sees it.
    await says(other.page, '#said', '1 approved');
    await page.keyboard.press('j');
    await redo(page, 'Slow strings');
    await says(page, '#save', 'Redo 1 marked');
    await says(other.page, '#save', 'Redo 1 marked');
    const approved: boolean[] = [];
    for await (const row of await api.results(batch)) approved.push(row.approved);
    expect(approved).toEqual([true, false, false]);

    // Both press it, and one of them twice.
    const before = nights.paid(batch).length;
    await Promise.all([
      page.evaluate(
        `document.querySelector('#save').click(), document.querySelector('#save').click()`,
      ),
      other.page.click('#save'),
    ]);
    await until(
      async () => (await api.status(batch)).round,
      (round) => round === 2,
    );
    await api.wait(batch);
    expect(nights.paid(batch).length - before).toBe(1);
    // The new take stands beside the old one, and the mark counts no more.
    await until(
      () => page.locator('#clips li:nth-child(2) .take').count(),
      (takes) => takes === 2,
    );
    await says(page, '#said', '1 approved, 0 to redo');
    expect(await page.locator('#save').isHidden()).toBe(true);
    expect([await text(page, '#told')(), await text(other.page, '#told')()].join()).toContain(
      '1 clip is run again.',
    );
    // One of the two was refused, which browsers tell too.
    expect([...faults, ...other.faults].filter((line) => !line.includes('409'))).toEqual([]);
    await page.close();
    await other.page.close();
  });

  test('a mark on takes that are not those of now changes nothing, and says so', async () => {
    const batch = await started(rows(2));
    await api.wait(batch);
    const { page } = await opened(batch);
    const answer = await page.evaluate<{ said: string; kept: boolean }>(`
      fetch('clips.json').then((response) => response.json()).then(([clip]) =>
        fetch('mark', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            id: clip.id, takes: 'of before', decision: 'approve', output: clip.takes[0].file,
          }),
        }).then((response) => response.json()))`);
    expect(answer).toEqual({ kept: false, said: expect.stringContaining('other takes') as string });
    expect(await text(page, '#said')()).toBe('0 approved, 0 to redo');
    await page.close();
  });

  /** Holds requests back. @returns lets them go */
  async function heldBack(page: Page, path: string): Promise<() => void> {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await page.route(path, async (route) => {
      const response = await route.fetch();
      await gate;
      await route.fulfill({ response });
    });
    return release;
  }

  test('what is read late does not replace what was told since', async () => {
    const batch = await started(rows(2));
    await api.wait(batch);
    const { page } = await opened(batch);
    await says(page, '#said', '0 approved');
    const release = await heldBack(page, '**/clips.json');
    const asked = page.waitForRequest('**/clips.json');
    // It begins to follow anew, and reads all.
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await asked;
    await page.waitForTimeout(300);
    const [clip] = await page.evaluate<{ id: string; state: string; takes: { file: string }[] }[]>(
      `fetch('clips.json?now').then((response) => response.json())`,
    );
    await api.mark(batch, [
      {
        ...{ id: clip?.id ?? '', takes: clip?.state ?? '', decision: 'approve' },
        output: clip?.takes[0]?.file ?? '',
      },
    ]);
    await says(page, '#said', '1 approved');
    release();
    await page.waitForTimeout(1000);
    expect(await text(page, '#said')()).toBe('1 approved, 0 to redo');
    await page.close();
  });

  test('what is redone is what was written, however soon the button is pressed', async () => {
    const batch = await started(rows(1));
    await api.wait(batch);
    const { page } = await opened(batch);
    await page.keyboard.press('j');
    await redo(page, 'First thought');
    await says(page, '#save', 'Redo 1 marked');
    const release = await heldBack(page, '**/mark');
    await redo(page, 'Second thought');
    await page.click('#save');
    await page.waitForTimeout(300);
    expect((await api.status(batch)).round).toBe(1);
    release();
    await until(
      async () => (await api.status(batch)).round,
      (round) => round === 2,
    );
    await api.wait(batch);
    expect(nights.paid(batch).map(({ prompt }) => prompt)).toContain('Second thought');
    await page.close();
  });

  test('a batch that is not there is told, and a mark that is not kept can be written again', async () => {
    const url = new URL(served.url);
    url.pathname = '/batches/no-such-batch/';
    const { page: lost } = await open(browser, url.href);
    await says(lost, '#told', 'there is no batch no-such-batch');
    await lost.close();

    const batch = await started(rows(1));
    await api.wait(batch);
    const { page } = await opened(batch);
    await page.route('**/mark', (route) => route.abort());
    await page.keyboard.press('j');
    await redo(page, 'A long thought');
    await says(page, '#told', 'no answer');
    expect(await text(page, '#said')()).toBe('0 approved, 0 to redo');
    await page.keyboard.press('r');
    expect(await page.inputValue('form.redo textarea')).toBe('A long thought');
    await page.close();
  });

  test('a batch is cancelled, and what did not succeed is retried', async () => {
    const batch = await started(rows(4, (n) => (n === 0 ? '' : 'run:60000')));
    const { page } = await opened(batch);
    await until(
      async () => (await api.status(batch)).progress?.waiting,
      (waiting) => waiting === 3,
    );
    await page.click('#cancel');
    await says(page, '#state', 'cancelled');
    await says(page, '#counts', '1 succeeded, 3 cancelled');
    await page.click('#retry');
    await says(page, '#told', '3 clips are run again.');
    await says(page, '#state', 'running');
    await api.cancel(batch);
    await page.close();
  });

  test('accounts are tuned while their batches run, and all batches are listed', async () => {
    const batch = await started(rows(3, () => 'run:60000'));
    const { page, faults } = await open(browser, served.url);
    const part = page.locator('#accounts section', { hasText: nights.rig.config.account });
    await part.locator('input[name=maxInFlight]').fill('7');
    // What is being typed is left alone by what comes meanwhile.
    await page.waitForTimeout(2000);
    await part.locator('button').click();
    await says(page, '#told', '7 in flight');
    expect((await api.account()).limits.maxInFlight).toBe(7);
    const row = page.locator('#batches tr', { hasText: batch });
    expect(await row.textContent()).toContain('running');
    await api.cancel(batch);
    await until(
      () => row.textContent(),
      (found) => found?.includes('cancelled') ?? false,
    );
    expect(faults).toEqual([]);
    await page.close();
  });

  test('what a manifest and a vendor say is shown as text alone', async () => {
    const hostile = `<img src=x onerror="document.title='owned'">`;
    const batch = await started(rows(1).map((row) => ({ ...row, prompt: hostile })));
    await api.wait(batch);
    const { page } = await opened(batch);
    expect(await text(page, '#clips li .prompt')()).toBe(hostile);
    expect(await page.title()).toBe(`${batch} - Reelscore`);
    // Nor does a file of the store that is a page run anything.
    const { store = '' } = await api.status(batch);
    await writeFile(
      join(store, 'soundtracks', 'x.html'),
      '<script>document.title = "owned"</script>',
    );
    await page
      .goto(`${new URL(served.url).origin}/batches/${batch}/soundtracks/x.html`)
      .catch(() => undefined);
    expect(await page.title()).not.toBe('owned');
    await page.close();
  });

  test.each(['light', 'dark'] as const)(
    'all is accessible, %s and on a telephone',
    async (scheme) => {
      const batch = await started(rows(4, (n) => (n === 3 ? 'fail*9' : '')));
      await api.wait(batch);
      const { page } = await opened(batch);
      await page.emulateMedia({ colorScheme: scheme });
      await says(page, '#state', 'finished');
      for (const width of [1100, 360]) expect(await violations(page, width)).toEqual([]);
      await page.click('text=All batches');
      await page.waitForSelector('#batches tr');
      for (const width of [1100, 360]) expect(await violations(page, width)).toEqual([]);
      await page.context().clearCookies();
      await page.reload();
      expect(await page.title()).toBe('Reelscore');
      await page.waitForSelector('input[name=token]');
      expect(await violations(page, 360)).toEqual([]);
      await page.close();
    },
  );
});
