import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClipIds, faultOfId, idKey } from '../../manifests/clip-id.js';
import { faultOfFileLink } from '../../manifests/file-link.js';
import { nearestName } from '../../manifests/nearest.js';
import { approximateTokens } from '../../manifests/prompt-tokens.js';
import { fillPrompt } from '../../manifests/prompt-template.js';
import { checkKey } from '../../store/keys.js';
import { LINK, read } from './support.js';

describe('ids', () => {
  test.each(['intro', 'Intro 2 (final)', '2025-01_a.b', 'осень', '秋', 'e\u0301'.normalize('NFC')])(
    '%j is taken',
    (id) => expect(faultOfId(id)).toBeUndefined(),
  );

  test.each([
    ...['.', '..', '.hidden', 'a/b', 'a\\b', 'a:b', 'a*', 'a?', '"a"', '<a>', 'a|b', '-rf', '=a'],
    ...['a.', 'a ', 'a\nb', 'a\u0000', 'a\u202Eb', 'a\u200Bb', '\uD800', '🎬', ' a', '@a'],
    ...[
      'con',
      'NUL',
      'nul.txt',
      'Com1',
      'lpt9.mp3',
      'COM¹',
      'aux .x',
      'x'.repeat(181),
      '漢'.repeat(61),
    ],
  ])('%j is refused', (id) => expect(faultOfId(id)).toBeDefined());

  test('every id that is taken is a name the store takes, with what is put after it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        fc.pre(faultOfId(id) === undefined);
        expect(checkKey(`soundtracks/${id}.mp3`)).toHaveLength(2);
      }),
      { numRuns: 2_000 },
    );
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
  ])('%s is taken', (link) => expect(faultOfFileLink(link)).toBeUndefined());

  test.each([
    ...['clip.mp4', '/clip.mp4', 'ftp://a.b/c', 'file:///etc/passwd', 'javascript:1', 'http:a.b'],
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
  ])('%s is refused', (link) => expect(faultOfFileLink(link)).toBeDefined());
});

describe('prompts', () => {
  const fields = new Map([
    ['mood', 'Bright'],
    ['two words', '{{mood}}'],
    ['empty', ''],
    ['prompt', 'x'],
  ]);
  const fill = (template: string) => fillPrompt(template, fields, fields.keys());
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
      `id,file_link,prompt,note\na:b,ftp://x,,${'x'.repeat(8_193)}\n`,
    );
    expect(problems).toHaveLength(4);
    expect(clips[0]).toMatchObject({ id: 'clip-1', fileLink: 'ftp://x', prompt: '' });
    for (const fault of [
      'note has 8193 characters',
      'id "a:b"',
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
