// A workbook of 100,000 rows is read without being held: only its shared texts are.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../config/paths.js';
import { built } from '../../support/built.js';
import { book } from '../../support/xlsx.js';
import { writeManifest } from '../support.js';

await built();

const ROWS = 100_000;
/** Ids and digests, which CSV needs too, take 15 MB, and the texts 20. */
const GROWTH_MB = 60;

test('the memory it takes to read a workbook is that of its shared texts', async () => {
  const texts = ['id', 'file_link', 'prompt', 'mood', 'calm'];
  const cells = (row: number, of: number[]): string =>
    of.map((text, at) => `<c r="${'ABCD'.charAt(at)}${row}" t="s"><v>${text}</v></c>`).join('');
  const rows = [`<row r="1">${cells(1, [0, 1, 2, 3])}</row>`];
  for (let n = 0; n < ROWS; n += 1) {
    const first = texts.push(
      `c${n}`,
      `https://cdn.example/library/2026/autumn/${n}.mp4?signature=${n}`,
      `A calm piece for a sunrise over the sea, take ${n}`,
    );
    rows.push(`<row r="${n + 2}">${cells(n + 2, [first - 3, first - 2, first - 1, 4])}</row>`);
  }
  const file = await writeManifest('library.xlsx', book(rows.join(''), { strings: texts }));
  const { valid, growthMb } = await readInProcess(file);
  expect(valid).toBe(ROWS);
  expect(growthMb).toBeLessThan(GROWTH_MB);
});

/** Growth is that of what is still referenced: garbage is collected before each measurement. */
async function readInProcess(file: string): Promise<{ valid: number; growthMb: number }> {
  const module = pathToFileURL(join(PACKAGE_ROOT, 'dist/manifests/index.js')).href;
  const script = `
    import { checkManifest } from ${JSON.stringify(module)};
    const usedMb = () => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 1e6;
    };
    const before = usedMb();
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, usedMb())), 250);
    const { valid } = await checkManifest(${JSON.stringify(file)});
    clearInterval(timer);
    process.stdout.write(JSON.stringify({ valid, growthMb: most - before }));
  `;
  const args = ['--expose-gc', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { valid: number; growthMb: number };
}
