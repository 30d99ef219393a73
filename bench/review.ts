// How soon a person sees and hears what a large batch brings: on the page while it runs, and in its report
// afterwards; and how long an audit of its files takes.
import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { Reelscore } from '../client/index.js';
import { resolveConfig } from '../config/config.js';
import { startPage } from '../page/server.js';
import { generateManifest } from './generate-manifest.js';
import type { Measurement } from './report.js';
import { startHome, type BenchHome } from './support/home.js';
import { percentile } from './support/percentile.js';
import { cleanEnv, runProduct } from './support/product.js';
import { withScratch } from './support/scratch.js';

export interface ReviewSizes {
  /** Of the batch that is watched, and whose files are audited. */
  reviewRows: number;
  /** Of the batch whose report is opened. */
  playedRows: number;
}

const RUN_OPTIONS = ['--simulate', '--no-probe', '--rate', '1000', '--max-in-flight', '200'];
const PROMPTS = 35;

export async function review({ reviewRows, playedRows }: ReviewSizes): Promise<Measurement[]> {
  return await withScratch(async (cwd) => {
    const home = await startHome(join(cwd, 'home'));
    try {
      const seen = await watched(reviewRows, home, cwd);
      const report = await secondsOf('report', `review-${reviewRows}`, home, cwd);
      const again = await secondsOf('report', `review-${reviewRows}`, home, cwd);
      const audit = await secondsOf('audit', `review-${reviewRows}`, home, cwd);
      await scored(playedRows, home, cwd);
      await secondsOf('report', `review-${playedRows}`, home, cwd);
      const file = join(cwd, 'results', `review-${playedRows}`, 'report.html');
      const played = await firstPlay(file);
      const of = `${reviewRows} clips`;
      const figure = (id: string, what: string, value: number, unit: string) => ({
        ...{ id: `review.${id}`, what, value, unit },
      });
      return [
        figure('lag', `page of ${of}, behind what is on disk, median`, seen.median, 'ms'),
        figure('lag-p99', '  99% of clips', seen.p99, 'ms'),
        figure('lag-most', '  the latest clip', seen.most, 'ms'),
        figure('report-seconds', `report of ${of}, the first time`, report, 's'),
        figure('report-again', '  the second time', again, 's'),
        figure('audit-seconds', `audit of ${of}`, audit, 's'),
        figure('report-mb', `report of ${playedRows} clips`, (await stat(file)).size / 1e6, 'MB'),
        ...(played === undefined
          ? []
          : [figure('first-play', '  from a disk to the first sound', played, 's')]),
      ];
    } finally {
      await home.release();
    }
  });
}

async function scored(rows: number, { home }: BenchHome, cwd: string): Promise<void> {
  const manifest = `library-${rows}.csv`;
  await generateManifest(join(cwd, manifest), rows, PROMPTS);
  const args = ['run', manifest, '--again', '--batch', `review-${rows}`, ...RUN_OPTIONS, '--json'];
  await runProduct(args, { home, cwd });
}

/** How far the page is behind the outcomes on disk, in ms, while a batch runs at full speed. */
async function watched(rows: number, home: BenchHome, cwd: string) {
  const batch = `review-${rows}`;
  const env = cleanEnv(home.home);
  const config = { ...resolveConfig({}, env, cwd), page: LISTEN };
  const api = await Reelscore.connect({ config, env, cwd, simulate: true });
  const page = await startPage({ api, config: LISTEN, logger: console });
  try {
    const running = scored(rows, home, cwd);
    const leave = new AbortController();
    const watching = arrivals(page.url, batch, leave.signal);
    await running;
    await sleep(2000);
    leave.abort();
    const arrived = await watching;
    const lags = (await recorded(join(cwd, 'results', batch))).flatMap(([row, at]) => {
      const seenAt = arrived.get(row);
      return seenAt === undefined ? [] : [Math.max(0, seenAt - at)];
    });
    // What ended before the page was there is not among them.
    if (lags.length < rows / 2) throw new Error(`only ${lags.length} of ${rows} clips were told`);
    return {
      ...{ median: percentile(lags, 0.5), p99: percentile(lags, 0.99), most: Math.max(...lags) },
    };
  } finally {
    await page.close();
    await api.close();
  }
}

const LISTEN = { listen: { host: '127.0.0.1', port: 0 } };

/** When the page told of each row's end, epoch ms. */
async function arrivals(
  url: string,
  batch: string,
  signal: AbortSignal,
): Promise<Map<number, number>> {
  const login = await fetch(url);
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const arrived = new Map<number, number>();
  const events = new URL(`/batches/${batch}/events`, url);
  const response = await fetch(events, { headers: { cookie }, signal });
  let rest = '';
  try {
    const decoder = new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>;
    for await (const text of response.body?.pipeThrough(decoder) ?? []) {
      const at = Date.now();
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts.filter((one) => one.startsWith('data: '))) {
        const { clips = [] } = JSON.parse(part.slice(6)) as {
          clips?: { row: number; status: string }[];
        };
        for (const { row, status } of clips) {
          if (status !== 'pending' && !arrived.has(row)) arrived.set(row, at);
        }
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return arrived;
}

/** When each row's outcome was on disk. */
async function recorded(folder: string): Promise<[row: number, at: number][]> {
  const outcomes = join(folder, '.reelscore', 'outcomes');
  const rows: [number, number][] = [];
  for (const name of await readdir(outcomes)) {
    const file = join(outcomes, name);
    const { mtimeMs } = await stat(file);
    for (const line of (await readFile(file, 'utf8')).split('\n').filter(Boolean)) {
      rows.push([(JSON.parse(line) as { row: number }).row, mtimeMs]);
    }
  }
  return rows;
}

async function secondsOf(
  command: string,
  batch: string,
  { home }: BenchHome,
  cwd: string,
): Promise<number> {
  return (await runProduct([command, batch, '--json'], { home, cwd })).seconds;
}

/** Seconds from opening a report to its first sound; undefined without a browser. */
async function firstPlay(file: string): Promise<number | undefined> {
  const executablePath = browserPath();
  if (executablePath === undefined) return undefined;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto('about:blank');
    const from = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.keyboard.press('j');
    const begun = `document.querySelector('#music').currentTime > 0`;
    while (!(await page.evaluate<boolean>(begun))) await sleep(2);
    return (performance.now() - from) / 1000;
  } finally {
    await browser.close();
  }
}

function browserPath(): string | undefined {
  for (const name of ['chromium', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // the next one may be there
    }
  }
  return undefined;
}
