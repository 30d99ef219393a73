// A real browser, where there is one.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { execaSync } from 'execa';
import { chromium, type Browser, type Page } from 'playwright-core';

const found = execaSync('which', ['chromium', 'google-chrome'], { reject: false }).stdout;
const executablePath = found.split('\n')[0] ?? '';
export const hasBrowser = executablePath !== '';
if (!hasBrowser) console.warn('SKIPPED: tests of pages need chromium on PATH');

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page, and what its console told of faults. */
export async function open(
  browser: Browser,
  url: string,
): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
  const faults: string[] = [];
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(url);
  return { page, faults };
}

/** Names of the rules of axe-core that a page breaks, as it is at a width. */
export async function violations(page: Page, width: number): Promise<string[]> {
  await page.setViewportSize({ width, height: 800 });
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
  const session = await page.context().newCDPSession(page);
  // Not as a script of the page: its policy forbids those of others.
  const { result } = await session.send('Runtime.evaluate', {
    expression: `${axe}; axe.run().then(({ violations }) => violations.map(({ id }) => id))`,
    awaitPromise: true,
    returnByValue: true,
  });
  const broken = result.value as string[];
  return wide > width ? [...broken, `wider than ${width}`] : broken;
}
