import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkKey, InvalidKeyError } from '../../store/keys.js';
import { openLocalStore } from '../../store/local-store.js';
import { temporaryFolder } from './support.js';

const REFUSED = [
  '',
  '/',
  '.',
  '..',
  '/etc/passwd',
  '../outside',
  'soundtracks/../../outside',
  'soundtracks/..',
  'a/./b',
  'a//b',
  'a/',
  'C:\\Windows',
  'a\\b',
  'a:stream',
  'nul\0byte',
  'line\nfeed',
  'ends with a line feed\n',
  'tab\t',
  'del\u007f',
  'right to left \u202e',
  'zero\u200bwidth',
  'lone \ud800',
  '~/x',
  '$HOME',
  'a*',
  'a?',
  '"a"',
  "a'b",
  'a;b',
  'a|b',
  ' leading space',
  '-option',
  '.hidden',
  '.reelscore/snapshot/manifest.json',
  'soundtracks/.0123456789ab.part',
  'x'.repeat(241),
  'ä'.repeat(121),
];

const TAKEN = [
  'results.csv',
  'soundtracks/intro.mp3',
  'soundtracks/Räuber, Teil 2 (final)+@=.mp3',
  'soundtracks/映像-1.wav',
  'outcomes/1-page-00000000.jsonl',
  '_x',
  'x'.repeat(240),
];

/** Characters of which keys often are taken and often refused. */
const nearlySafe = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('a', 'Z', '7', 'é', '_', '.', '/', '-', ' ') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);

describe('keys', () => {
  test.each(REFUSED)('%j is refused', (key) => {
    expect(() => checkKey(key)).toThrow(InvalidKeyError);
  });

  test.each(TAKEN)('%j is taken', (key) => {
    expect(checkKey(key)).toEqual(key.split('/'));
  });

  test('whatever is taken names nothing outside the folder, nothing hidden, no control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: nearlySafe, maxLength: 12 }), (key) => {
        let segments: string[];
        try {
          segments = checkKey(key);
        } catch {
          return;
        }
        expect(segments.join('/')).toBe(key);
        for (const segment of segments) expect(segment).not.toMatch(/^$|^\.|[\p{C}\\:]/u);
      }),
      { numRuns: 2000 },
    );
  });

  test('the message shows the part that is at fault', () => {
    expect(() => checkKey('outcomes/a\nb')).toThrow('"outcomes/a\\nb": "a\\nb" is no safe name');
  });
});

describe('every method of a store', () => {
  const outside = '../outside.txt';

  test('refuses an unsafe key before anything is touched', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'outside.txt'), 'secret');
    await mkdir(join(folder, 'batch'));
    const store = openLocalStore(join(folder, 'batch'));

    await expect(store.write(outside, 'x')).rejects.toThrow(InvalidKeyError);
    await expect(store.writeStream(outside, lines())).rejects.toThrow(InvalidKeyError);
    await expect(store.append(outside, 'x\n')).rejects.toThrow(InvalidKeyError);
    await expect(store.readText(outside)).rejects.toThrow(InvalidKeyError);
    expect(() => store.readStream(outside)).toThrow(InvalidKeyError);
    await expect(store.exists(outside)).rejects.toThrow(InvalidKeyError);
    await expect(store.list('..')).rejects.toThrow(InvalidKeyError);
    await expect(store.remove(outside)).rejects.toThrow(InvalidKeyError);

    expect(await readdir(folder, { recursive: true })).toEqual(['batch', 'outside.txt']);
  });

  test('a location that is not absolute is refused', () => {
    expect(() => openLocalStore('results/x')).toThrow('"results/x" is not an absolute path');
  });
});

async function* lines(): AsyncIterable<string> {
  yield await Promise.resolve('x\n');
}
