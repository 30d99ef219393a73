// A large batch has as many soundtracks as clips, and all of them lie in one folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import { built } from '../support/built.js';
import { makeManyFiles } from '../support/many-files.js';
import { temporaryFolder } from './support.js';

await built();

const FILES = 40_000;
/** A list of the files would be 4.5 MB. */
const GROWTH_MB = 2;

test('sweep holds no list of what there is', async () => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'soundtracks'));
  makeManyFiles(FILES, (n) => join(folder, 'soundtracks', `${n}.mp3`));
  const part = join(folder, 'soundtracks', '.0123456789ab.part');
  writeFileSync(part, '');
  const store = JSON.stringify(pathToFileURL(distFile('store/local-store.js')).href);
  const script = `
    import { openLocalStore } from ${store};
    const usedMb = () => (gc(), process.memoryUsage().heapUsed / 1e6);
    const before = usedMb();
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, usedMb())), 5);
    await openLocalStore(${JSON.stringify(folder)}).sweep();
    most = Math.max(most, usedMb());
    clearInterval(timer);
    console.log(most - before);
  `;
  const args = ['--expose-gc', '--input-type=module', '--eval', script];
  const { stdout } = await execa(process.execPath, args);
  expect(Number(stdout)).toBeLessThan(GROWTH_MB);
  await expect(access(part)).rejects.toThrow('ENOENT');
});
