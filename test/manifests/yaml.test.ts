import { LineCounter } from 'yaml';
import { describe, expect, test } from 'vitest';
import { tokenizeYaml } from '../../manifests/yaml-tokens.js';
import { LINK, read } from './support.js';

const clips = (fields: string) => `clips:\n  - ${fields.replaceAll('\n', '\n    ')}\n`;

describe('YAML and JSON', () => {
  test('gives clips with defaults, templates and their lines', async () => {
    const { clips, report, problems } = await read(
      'library.yaml',
      `# a comment
name: Autumn Campaign
defaults:
  prompt: "{{mood}} {{genre}}, Energetic Rhythm"
  mood: Bright
clips:
  - id: intro
    file_link: ${LINK}
    genre: Pop

  - file_link: ${LINK}?2
    mood: Dark
    genre: Jazz
    params: null
`,
    );
    expect(problems).toEqual([]);
    expect(clips).toEqual([
      {
        row: 0,
        line: 7,
        id: 'intro',
        fileLink: LINK,
        prompt: 'Bright Pop, Energetic Rhythm',
        extra: { genre: 'Pop', mood: 'Bright' },
      },
      {
        row: 1,
        line: 11,
        id: 'clip-2',
        idMade: true,
        fileLink: `${LINK}?2`,
        prompt: 'Dark Jazz, Energetic Rhythm',
        extra: { mood: 'Dark', genre: 'Jazz' },
      },
    ]);
    expect(report).toMatchObject({
      format: 'yaml',
      name: 'Autumn-Campaign',
      columns: ['genre', 'mood'],
    });
  });

  test('JSON has line numbers too, whatever its layout', async () => {
    const text = JSON.stringify(
      {
        clips: [
          { file_link: LINK, prompt: 'Calm 🎹' },
          { file_link: 'x', prompt: 'Calm' },
        ],
      },
      null,
      '\t',
    );
    const { clips, problems } = await read('a.json', text);
    expect(clips[0]?.prompt).toBe('Calm 🎹');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^a\.json:8: file_link .*\/x: there is no such file \(check the path\)$/,
    );
    const flat = await read('a.json', JSON.stringify(JSON.parse(text)));
    expect(flat.problems[0]).toContain('a.json:1: file_link');
    const ascii = '{"clips":[{"file_link":"https:\\/\\/a.b\\/c","prompt":"\\ud83c\\udfb9"}]}';
    expect((await read('a.json', ascii)).clips[0]).toMatchObject({
      fileLink: 'https://a.b/c',
      prompt: '🎹',
    });
  });

  test('numbers and the like stay as they are written', async () => {
    const { clips: read1 } = await read(
      'a.yaml',
      clips(`file_link: ${LINK}\nprompt: Calm\nid: 007\nprice: 1.10\nlive: True\nday: 2025-01-02`),
    );
    expect(read1[0]).toMatchObject({
      id: '007',
      extra: { price: '1.10', live: 'True', day: '2025-01-02' },
    });
  });

  test('an empty value takes the default; a field without value is no column value', async () => {
    const { clips: read1 } = await read(
      'a.yaml',
      `defaults: {prompt: Calm}\n${clips(`file_link: ${LINK}\nprompt: ""\nnote: ~`)}`,
    );
    expect(read1[0]).toMatchObject({ prompt: 'Calm', extra: {} });
  });

  test('each fault is told with the line of its field', async () => {
    const { problems } = await read(
      'a.yaml',
      `clips:
  - id: "a\\u202Eb"
    file_link: ${LINK}
    prompt: "{{moood}}"
    mood: x
  - just text
  - file_link: ${LINK}
    prompt: Calm
    tags: [a, b]
    more: {a: b}
    output: x
    __proto__: x
  -
  - prompt: Calm
    file-lnk: ${LINK}
`,
    );
    expect(problems.map((problem) => problem.split(' (')[0])).toEqual([
      'a.yaml:2: id "a\u202Eb" holds signs that cannot be seen',
      'a.yaml:4: prompt uses {{moood}}, and there is no column moood',
      'a.yaml:6: the clip is not a map',
      'a.yaml:9: field tags is a list, not a single value',
      'a.yaml:10: field more is a map, not a single value',
      'a.yaml:12: column __proto__ cannot be kept',
      'a.yaml:13: the clip is not a map',
      'a.yaml:14: file_link is empty',
    ]);
    expect(problems[1]).toContain('did you mean mood?');
    expect(problems[7]).toContain('is it in file-lnk?');
  });

  test('names are read as they are meant, and never two as one', async () => {
    const { clips, problems, warnings } = await read(
      'a.yaml',
      `defaults: {Prompt: "{{Status}} {{ID}}"}
clips:
  - {ID: a, File Link: "${LINK}?1", Status: todo}
  - {id: b, file-link: "${LINK}?2", Status: done, my_status: mine}
  - {id: c, Id: d, file_link: "${LINK}?3", Status: x}
`,
    );
    expect(clips.slice(0, 2)).toMatchObject([
      { id: 'a', fileLink: `${LINK}?1`, prompt: 'todo a', extra: { my_status: 'todo' } },
      { id: 'b', prompt: 'done b', extra: { my_status: 'mine', my_status_2: 'done' } },
    ]);
    expect(problems).toEqual([
      'a.yaml:5: field Id is taken for id, which the clip has already (remove one of them)',
    ]);
    expect(warnings).toEqual([
      'a.yaml:3: column Status has the name of a column of the results, and is kept as my_status (rename it to choose another name)',
    ]);
  });

  test('every fault of the head is told at once', async () => {
    const { problems } = await read(
      'a.yaml',
      'name: [a]\ndefault: {}\ndefaults:\n  id: x\n  tags: [a]\n  status: x\nclip: []\n',
    );
    expect(problems).toEqual([
      'a.yaml:1: name is not text (put one value there, in quotes)',
      'a.yaml:1: there is no key clips (list the clips under `clips:`)',
      'a.yaml:2: there is no key default in a manifest (did you mean defaults?)',
      'a.yaml:4: defaults give an id, which no two clips may share (remove it)',
      'a.yaml:5: defaults.tags is not text (put one value there, in quotes)',
      'a.yaml:7: there is no key clip in a manifest (did you mean clips?)',
    ]);
  });

  test.each([
    ['', 'a.yaml: the file is empty (give it a list of clips, or a key `clips` with one)'],
    [
      '# nothing\n',
      'a.yaml: the file is empty (give it a list of clips, or a key `clips` with one)',
    ],
    [
      'a\n',
      'a.yaml: the file holds neither a map nor a list (give it a list of clips, or a key `clips` with one)',
    ],
    ['- a\n', 'a.yaml:1: the clip is not a map (give it fields, as file_link)'],
    ['[]\n', 'a.yaml: there are no rows (add one for each clip)'],
    ['clips: []\n', 'a.yaml:1: clips is not a list with clips (list the clips under `clips:`)'],
    [
      'name: x\nclips:\n',
      'a.yaml:2: clips is not a list with clips (list the clips under `clips:`)',
    ],
    ['a: 1\n---\nb: 1\n', 'a.yaml: the file holds several documents (keep one, without ---)'],
  ])('a file without clips is refused: %j', async (text, problem) => {
    expect((await read('a.yaml', text)).problems).toEqual([problem]);
  });

  test('faults of syntax are told with their lines, all at once', async () => {
    const { problems } = await read('a.yaml', 'name: x\nname: y\nclips:\n  - a: "b\n   c: d\n');
    expect(problems.length).toBeGreaterThan(1);
    expect(problems[0]).toMatch(/^a\.yaml:2: syntax: Map keys must be unique/);
    expect(problems.join('\n')).not.toContain('^');
  });

  test.each([
    ['quotes', '"'.repeat(1_000_000), 'Unexpected double-quoted-scalar'],
    ['brackets', ']'.repeat(1_000_000), 'Unexpected flow-seq-end'],
    [
      'comments',
      '#EXTM3U\n'.repeat(5) + '#x\nhttp://a.b/c.ts\n'.repeat(100_000),
      'Unexpected scalar',
    ],
    ['tags', `a: [${'!!a 1, '.repeat(100_000)}]`, 'Unresolved tag'],
    ['directives', '%FOO a\n'.repeat(100_000), 'Unknown directive'],
    ['keys', `{${'a: 1, '.repeat(200)}}`, 'Map keys must be unique'],
    ['documents', 'a: 1\n---\n'.repeat(100_000), 'the file holds several documents'],
  ])('a file that is wrong at every turn is given up early: %s', async (_, text, fault) => {
    const { problems, report } = await read('a.yaml', text);
    expect(problems.join('\n')).toContain(fault);
    expect(report.problemCount).toBeLessThanOrEqual(201);
  });

  test('thousands of aliases of one value are fine', async () => {
    const rows = Array.from(
      { length: 3_000 },
      (_, n) => `- {file_link: "${LINK}?${n}", prompt: *p}`,
    );
    const { clips, problems } = await read(
      'a.yaml',
      `defaults: {prompt: &p Calm}\nclips:\n${rows.join('\n')}\n`,
    );
    expect(problems).toEqual([]);
    expect(clips[2_999]?.prompt).toBe('Calm');
  });

  test('an alias bomb is refused with its line', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`,
    );
    const { problems, report } = await read(
      'a.yaml',
      `a0: &a0 [x, x]\n${levels.join('\n')}\nclips:\n  - {file_link: ${LINK}, prompt: *a30}\n`,
    );
    expect(problems[0]).toBe(
      'a.yaml:2: alias *a0 stands for a list or a map; such aliases can multiply without bound and are refused (merge the fields of a map with <<, or use `defaults` for what clips have in common)',
    );
    expect(report.complete).toBe(false);
  });

  describe('a merge', () => {
    const base =
      'x-base: &base {prompt: calm, mood: soft}\nx-more: &more {mood: dark, tempo: slow}\n';
    const one = async (fields: string, before = base) => {
      const { clips, problems } = await read(
        'a.yaml',
        `${before}clips:\n- {file_link: "${LINK}", ${fields}}\n`,
      );
      return { problems, prompt: clips[0]?.prompt, extra: clips[0]?.extra };
    };

    test.each([
      ['<<: *base', { prompt: 'calm', extra: { mood: 'soft' } }],
      ['<<: [*base, *more]', { prompt: 'calm', extra: { mood: 'soft', tempo: 'slow' } }],
      ['<<: [*more, *base]', { prompt: 'calm', extra: { mood: 'dark', tempo: 'slow' } }],
      ['mood: own, <<: *base', { prompt: 'calm', extra: { mood: 'own' } }],
      ['prompt: x, <<: {a: b}', { prompt: 'x', extra: { a: 'b' } }],
      ['prompt: "{{mood}}", <<: *more', { prompt: 'dark', extra: { mood: 'dark', tempo: 'slow' } }],
    ])('brings the fields of others: %s', async (fields, meant) => {
      expect(await one(fields)).toEqual({ problems: [], ...meant });
    });

    test('may be merged itself, and stand in defaults', async () => {
      const nested = `${base}x-all: &all {<<: [*base, *more], key: c}\ndefaults: {<<: *more, prompt: x}\n`;
      expect(await one('<<: *all', nested)).toEqual({
        problems: [],
        prompt: 'calm',
        extra: { key: 'c', mood: 'soft', tempo: 'slow' },
      });
      expect((await one('a: b', nested)).extra).toEqual({ a: 'b', mood: 'dark', tempo: 'slow' });
    });

    test.each([
      ['x-s: &s text\n', '<<: *s', 'a.yaml:3: << takes a map, an alias of one, or a list of these'],
      ['x-l: &l [a]\n', '<<: *l', 'a.yaml:3: alias *l stands for a list or a map'],
      ['', '<<: text', 'a.yaml:2: << takes a map, an alias of one, or a list of these'],
      ['', '<<: *none', 'a.yaml:2: alias *none has no anchor &none before it'],
      ['x-a: &a [{<<: *a}]\n', 'a: b', 'a.yaml:1: alias *a stands for a list or a map'],
      [
        'defalts: &d {a: b}\n',
        '<<: *d',
        'a.yaml:1: there is no key defalts in a manifest (did you',
      ],
    ])('of something else is refused: %j, %j', async (before, fields, problem) => {
      const { problems } = await read(
        'a.yaml',
        `${before}clips:\n- {file_link: "${LINK}", prompt: x, ${fields}}\n`,
      );
      expect(problems).toHaveLength(1);
      expect(problems[0]?.startsWith(problem)).toBe(true);
    });

    test('bomb is refused: of fields, of width, of text', async () => {
      const wide = (name: string) =>
        Array.from({ length: 200 }, (_, n) => `${name}${n}: "${'x'.repeat(100)}"`).join(', ');
      const maps = Array.from({ length: 2_000 }, (_, n) => `&a${n} {b${n % 9}: c}`).join(', ');
      const all = Array.from({ length: 2_000 }, (_, n) => `*a${n}`).join(', ');
      const many = await read(
        'a.yaml',
        `x-maps: [${maps}]\nx: &all {<<: [${all}]}\nclips:\n${`- {file_link: "${LINK}", prompt: x, <<: *all}\n`.repeat(600)}`,
      );
      expect(many.problems.at(-1)).toContain('<< brings more than 2000000 fields');
      const levels = Array.from(
        { length: 14 },
        (_, n) => `x-${n + 1}: &a${n + 1} {<<: [*a${n}, *a${n}, *a${n}, *a${n}]}\n`,
      );
      const doubled = await one('<<: *a14, prompt: x', `x-0: &a0 {a: b}\n${levels.join('')}`);
      expect(doubled).toEqual({ problems: [], prompt: 'x', extra: { a: 'b' } });
      const chain = Array.from({ length: 20 }, (_, n) => `x-${n + 1}: &a${n + 1} {<<: *a${n}}\n`);
      expect((await one('<<: *a20', `x-0: &a0 {a: b}\n${chain.join('')}`)).problems[0]).toContain(
        'a.yaml:23: what << brings is itself merged, more than 16 levels deep',
      );
      const two = `x-a: &a {${wide('a')}}\nx-b: &b {${wide('b')}}\n`;
      expect((await one('<<: [*a, *b]', two)).problems[0]).toContain(
        '<< brings a map more than 256',
      );
      const long = Array.from({ length: 30 }, (_, n) => `c${n}: "${'x'.repeat(8_000)}"`);
      const { problems } = await read(
        'a.yaml',
        `x: &a {${long.join(', ')}}\nclips:\n${`- {file_link: "${LINK}", prompt: x, <<: *a}\n`.repeat(1_200)}`,
      );
      expect(problems.at(-1)).toContain('aliases and columns that rows leave out add more than');
    });
  });

  test('a text that aliases repeat without bound is refused', async () => {
    const aliases = Array.from({ length: 30 }, (_, n) => `c${n}: *t`).join(', ');
    const { problems } = await read(
      'a.yaml',
      `x: &t "${'x'.repeat(8_000)}"\nclips:\n${`- {file_link: "${LINK}", prompt: x, ${aliases}}\n`.repeat(1_200)}`,
    );
    expect(problems.at(-1)).toContain('aliases and columns that rows leave out add more than');
  });

  test('an alias of nothing, and of itself, is refused', async () => {
    const none = await read('a.yaml', clips(`file_link: ${LINK}\nprompt: *p`));
    expect(none.problems[0]).toContain('a.yaml:3: alias *p has no anchor &p before it');
    const self = await read('a.yaml', 'clips: &c\n  - *c\n');
    expect(self.problems[0]).toContain('a.yaml:2: alias *c stands for a list or a map');
  });

  test.each([
    ['flow lists', '['.repeat(200_000)],
    ['flow maps', '{a: '.repeat(200_000)],
    ['block lists', '- '.repeat(200_000)],
  ])('deep nesting of %s is refused', async (_, text) => {
    const { problems } = await read('a.yaml', text);
    expect(problems).toEqual([
      'a.yaml:1: lists and maps are nested deeper than 16 levels (a manifest needs a list of clips with plain fields)',
    ]);
  });

  test('a map without end is refused before its keys are compared', async () => {
    const keys = Array.from({ length: 100_000 }, (_, n) => `k${n}: x`).join('\n');
    const { problems } = await read('a.yaml', keys);
    expect(problems[0]).toMatch(/^a\.yaml:\d+: a map has more than 256 fields/);
  });

  test('a file of many small tokens is refused while they are counted', () => {
    const dense = `[${'1,'.repeat(1_000)}1]`;
    expect(() => tokenizeYaml(dense, new LineCounter(), 2_000)).toThrow(
      'the file has more than 2000 tokens (use CSV)',
    );
    expect(tokenizeYaml(dense, new LineCounter()).length).toBeGreaterThan(0);
  });

  test('clips that all have other fields are refused past 256 of them', async () => {
    const rows = Array.from(
      { length: 257 },
      (_, n) => `- {file_link: "${LINK}?${n}", prompt: x, f${n}: x}`,
    );
    const { problems, report } = await read('a.yaml', `clips:\n${rows.join('\n')}\n`);
    expect(problems).toEqual([
      'a.yaml:258: the clips have more than 256 different fields (remove those that are not needed)',
    ]);
    expect(report.columns).toHaveLength(256);
  });

  test('a file that is too big is sent to CSV', async () => {
    const { problems } = await read('a.yaml', `#${'x'.repeat(24 * 1024 * 1024)}`);
    expect(problems).toEqual([
      'a.yaml: a YAML manifest may have 24 MB at most (write it as CSV or JSON Lines, which are read in flat memory)',
    ]);
  });

  test('tags and directives bring in no other types', async () => {
    const { problems } = await read('a.yaml', clips(`file_link: ${LINK}\nprompt: !!binary aGk=`));
    expect(problems[0]).toMatch(/^a\.yaml:3: syntax: Unresolved tag/);
    const old = await read(
      'a.yaml',
      `%YAML 1.1\n---\n${clips(`file_link: ${LINK}\nprompt: Calm\nday: 2025-01-02\nlive: yes`)}`,
    );
    expect(old.clips[0]?.extra).toEqual({ day: '2025-01-02', live: 'yes' });
  });
});
