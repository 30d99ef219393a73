import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClipIds, faultOfId, fileNameOf, idKey, isDeviceName } from '../../manifests/clip-id.js';
import { meantLink } from '../../manifests/file-link.js';
import { nearestName } from '../../manifests/nearest.js';
import { approximateTokens } from '../../manifests/prompt-tokens.js';
import { fillPrompt } from '../../manifests/prompt-template.js';
import { checkKey } from '../../store/keys.js';
import { LINK, read } from './support.js';

describe('ids', () => {
  test.each([
    ...['intro', 'Intro 2 (final)', '2025-01_a.b', 'осень', '秋', 'e\u0301'.normalize('NFC'), '1'],
    'x'.repeat(180),
  ])('%j is taken, and names its files', (id) => {
    expect(faultOfId(id)).toBeUndefined();
    expect(fileNameOf(id)).toBe(id);
  });

  test.each([
    ['Client A / Promo #3', 'Client A - Promo -3-'],
    ['Q4: launch?', 'Q4- launch-'],
    ['../x', 'x-'],
    ['a\\b', 'a-b-'],
    ['.hidden', 'hidden-'],
    ['-rf', 'rf-'],
    ['a.', 'a-'],
    ['..', 'clip-'],
    ['🎬', 'clip-'],
    ['<a>|"b"*', 'a-b-'],
    ['con', 'clipcon-'],
    ['nul.txt?', 'clipnul.txt-'],
    ['COM¹', 'clipCOM¹-'],
    ['=1+1', '1+1-'],
    ["it's", 'it-s-'],
    ['x'.repeat(181), `${'x'.repeat(171)}-`],
    ['漢'.repeat(61), `${'漢'.repeat(57)}-`],
    ['𝄞'.repeat(100), 'clip-'],
  ])('%j is taken; its files are named %j and a mark', (id, name) => {
    expect(faultOfId(id)).toBeUndefined();
    expect(fileNameOf(id).slice(0, -8)).toBe(name);
    expect(fileNameOf(id)).toMatch(/-[0-9a-f]{8}$/);
  });

  test.each([
    'a\nb',
    'a\u0000',
    'a\u202Eb',
    'a\u200Bb',
    '\uD800',
    'x'.repeat(1_025),
    '漢'.repeat(342),
  ])('%j is refused', (id) => expect(faultOfId(id)).toBeDefined());

  test('every id that is taken gives a name the store takes, with what is put after it', () => {
    const sign = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 1 }),
      fc.constantFrom('/', '.', ':', '-', ' ', '?'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme', minLength: 1 }),
          fc.array(sign, { maxLength: 300 }).map((s) => s.join('')),
        ),
        (id) => {
          fc.pre(id !== '' && faultOfId(id) === undefined);
          const name = fileNameOf(id);
          expect(checkKey(`soundtracks/${name}-999999.mp3`)).toHaveLength(2);
          expect(isDeviceName(name)).toBe(false);
          expect(fileNameOf(name)).toBe(name);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('no two ids have files of one name', async () => {
    const taken = fileNameOf('a/b');
    for (const order of [
      [taken.toUpperCase(), 'a/b'],
      ['a/b', taken],
    ]) {
      const rows = order.map((id, n) => `${id},${LINK}?${n},x\n`).join('');
      const { problems } = await read('a.csv', `id,file_link,prompt\n${rows}`);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain('is taken by line 2');
    }
    expect(fileNameOf('a/b')).not.toBe(fileNameOf('a:b'));
  });

  test('two ids that differ by case or by spelling of a sign are one', async () => {
    expect(idKey('É')).toBe(idKey('e\u0301'));
    expect(idKey('ſ')).toBe(idKey('S'));
    const { problems, clips } = await read(
      'a.csv',
      `id,file_link,prompt\nCafé,${LINK}?1,x\ncafe\u0301,${LINK}?2,x\nother,${LINK}?3,x\n`,
    );
    expect(problems).toEqual([
      'a.csv:3: id cafe\u0301 is taken by line 2 (give each clip its own id; upper and lower case count as the same)'.normalize(
        'NFC',
      ),
    ]);
    expect(clips.map(({ id }) => id)).toEqual(['Café', 'clip-2', 'other']);
  });

  test.each([
    ['ẞ', 'ss'],
    ['ẞ', 'ß'],
    ['Straẞe', 'STRASSE'],
    ['ﬁlm', 'FILM'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['a\uFE0Fb', 'ab'],
    ['a\u034Fb', 'AB'],
    ['\u03B1\u0345\u034F\u0301', '\u03B1\u0301\u0345'],
  ])('%j and %j are one', (one, other) => expect(idKey(one)).toBe(idKey(other)));

  test('no sign escapes the key by its case or spelling', () => {
    const astray: string[] = [];
    for (let code = 0; code < 0x3_0000; code += 1) {
      const sign = String.fromCodePoint(code);
      const spellings = [
        ...[sign.toLowerCase(), sign.toUpperCase(), sign.normalize('NFC'), sign.normalize('NFD')],
        ...[sign.toLowerCase().toUpperCase(), sign.toUpperCase().toLowerCase(), idKey(sign)],
      ];
      if (spellings.some((other) => idKey(other) !== idKey(sign))) astray.push(code.toString(16));
    }
    expect(astray).toEqual([]);
  });

  test('an id made up avoids ids met before it', () => {
    const ids = new ClipIds();
    ids.claim('Clip-2', 1);
    ids.claim('clip-2-2', 1);
    expect(ids.make(0)).toBe('clip-1');
    expect(ids.make(1)).toBe('clip-2-3');
    expect(ids.clashed).toBe(false);
  });

  test('a second reading avoids ids that came after', () => {
    const first = new ClipIds();
    expect(first.make(0)).toBe('clip-1');
    expect(first.claim('CLIP-1', 2)).toBeUndefined();
    expect(first.clashed).toBe(true);
    expect(new ClipIds(first.keys).make(0)).toBe('clip-1-2');
  });
});

describe('file_link', () => {
  test.each([
    LINK,
    'http://a.b',
    'HTTPS://a.b/c?d=e%20f#g',
    'https://a.b/é.mp4',
    'http://[::1]:80/x',
    's3://bucket/folder/a b?c#d.mp4',
  ])('%s is taken as it is', (link) => expect(meantLink(link, undefined)).toEqual({ link }));

  test.each([
    ...[
      'ftp://a.b/c',
      'gs://a/b',
      'javascript:1',
      'http:a.b',
      's3://bucket',
      's3:///key',
      's3://b/',
    ],
    ...['cdn.example/clip.mp4', '“clip.mp4”', 'file://host/clip.mp4', 'file:///a%2fb', 'a\nb'],
    ...[
      'http:///a.b',
      'https://',
      'http://a b/c',
      'http://a.b/c d',
      'http://a.b\\c',
      'http://a.b:99999/',
    ],
    ...['https://user@a.b/', 'https://user:pw@a.b/', 'https://:pw@a.b/', 'http://a.b/\tc'],
    `https://a.b/${'x'.repeat(4_096)}`,
  ])('%s is refused', (link) => expect(meantLink(link, '/here')).toHaveProperty('fault'));

  test.each([
    ['clip.mp4', 'file:///here/clip.mp4'],
    ['./clip.mp4', 'file:///here/clip.mp4'],
    ['../other/a b#1?.mp4', 'file:///other/a%20b%231%3F.mp4'],
    ['/clips/é.mp4', 'file:///clips/%C3%A9.mp4'],
    ['file:///clips/a%20b.mp4', 'file:///clips/a%20b.mp4'],
    ['FILE:///clips/a', 'file:///clips/a'],
  ])('%s is a file, if the manifest may name one', (path, link) => {
    expect(meantLink(path, '/here')).toEqual({ link });
    expect(meantLink(path, undefined)).toHaveProperty('fault');
  });
});

describe('prompts', () => {
  const fields = new Map([
    ['mood', 'Bright'],
    ['two words', '{{mood}}'],
    ['empty', ''],
    ['prompt', 'x'],
  ]);
  const fill = (template: string) =>
    fillPrompt(template, { fields, names: new Set(fields.keys()) });
  const faults = (template: string) => {
    const filled = fill(template);
    return 'faults' in filled
      ? filled.faults.map(({ fault, remedy }) => `${fault} (${remedy})`)
      : [];
  };

  test('placeholders are filled from the row, once', () => {
    expect(fill('{{mood}} and {{ mood }}, {single}')).toEqual({
      prompt: 'Bright and Bright, {single}',
    });
    expect(fill('{{two words}}')).toEqual({ prompt: '{{mood}}' });
  });

  test('a placeholder that cannot be filled is a fault', () => {
    expect(faults('{{Mod}} {{Mod}}')).toEqual([
      'prompt uses {{Mod}}, and there is no column Mod (did you mean mood?)',
    ]);
    expect(faults('{{constructor}}')).toEqual([
      'prompt uses {{constructor}}, and there is no column constructor (add the column or take the placeholder out)',
    ]);
    expect(faults('{{empty}}')).toEqual([
      'prompt uses {{empty}}, which is empty here (fill empty or write the prompt without it)',
    ]);
    expect(faults('{{prompt}}')).toEqual([
      'prompt uses {{prompt}}, which is itself (name another column)',
    ]);
    for (const odd of ['{{mood', 'mood}}', '{{{{mood}}', '{{a{b}}']) {
      expect(faults(odd)).toContain(
        'prompt has a placeholder that is not well formed (write it as {{column}})',
      );
    }
  });

  test('a CSV cell may be a template over the other columns', async () => {
    const { clips, problems } = await read(
      'a.csv',
      `id,file_link,prompt,mood\na,${LINK},"{{mood}} Pop for {{id}}",Bright\nb,${LINK},{{mood}},\n`,
    );
    expect(clips[0]?.prompt).toBe('Bright Pop for a');
    expect(problems).toEqual([
      'a.csv:3: prompt uses {{mood}}, which is empty here (fill mood or write the prompt without it)',
    ]);
  });

  test('tokens are counted by words, numbers, signs and scripts without spaces', () => {
    expect(approximateTokens('Pop Melody + Energetic Rhythm')).toBe(6);
    expect(approximateTokens('12345, 漢字abc')).toBe(2 + 1 + 2 + 1);
    expect(approximateTokens('')).toBe(0);
  });

  test('77 tokens or more are warned of, 76 are not', async () => {
    const { warnings, problems } = await read(
      'a.csv',
      `file_link,prompt\n${LINK}?1,${'pop '.repeat(76)}\n${LINK}?2,${'pop '.repeat(77)}\n`,
    );
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'a.csv:3: prompt has 77 tokens or more, as estimated (the vendor recommends fewer than 77; shorten it for best results)',
    ]);
  });
});

describe('rows', () => {
  test('the same clip and prompt twice is warned of', async () => {
    const { warnings, problems } = await read(
      'a.csv',
      `file_link,prompt,mood\n${LINK},Calm,x\n${LINK},Dark,x\n${LINK},{{mood}},Calm\n`,
    );
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'a.csv:4: same clip and prompt as line 2 (remove one of the rows, or both are submitted and paid for)',
    ]);
  });

  test('every fault of a row is told, and is in its clip', async () => {
    const { problems, clips } = await read(
      'a.csv',
      `id,file_link,prompt,note\na\u200Bb,ftp://x,,${'x'.repeat(8_193)}\n`,
    );
    expect(problems).toHaveLength(4);
    expect(clips[0]).toMatchObject({ id: 'clip-1', fileLink: 'ftp://x', prompt: '' });
    for (const fault of [
      'note has 8193 characters',
      'signs that cannot be seen',
      'file_link is',
      'prompt is empty',
    ]) {
      expect(clips[0]?.fault).toContain(fault);
    }
  });

  test('a prompt that grows over the bound by its placeholders is refused', async () => {
    const { problems } = await read(
      'a.csv',
      `file_link,prompt,note\n${LINK},{{note}}{{note}},${'x'.repeat(5_000)}\n`,
    );
    expect(problems[0]).toContain('a.csv:2: the filled prompt has 10000 characters');
  });

  test('control characters are refused where they would travel on', async () => {
    const { problems } = await read('a.csv', `file_link,prompt,note\n${LINK},a\u0007,b\u001b[0m\n`);
    expect(problems).toEqual([
      'a.csv:2: prompt holds a control character (remove it)',
      'a.csv:2: note holds a control character (remove it)',
    ]);
  });

  test('of very many problems the first are kept and all are counted', async () => {
    const { report } = await read('a.csv', `file_link,prompt\n${`x,\n`.repeat(5_000)}`);
    expect(report.problemCount).toBe(10_000);
    expect(report.problems).toHaveLength(200);
    expect(report).toMatchObject({ total: 5_000, valid: 0, invalid: 5_000 });
  });

  test('the nearest name ignores case and separators, and is never far', () => {
    expect(nearestName('File Link', ['id', 'file_link'])).toBe('file_link');
    expect(nearestName('gnere', ['mood', 'genre'])).toBe('genre');
    expect(nearestName('xyz', ['mood', 'genre'])).toBeUndefined();
  });
});
