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
    expect(problems[0]).toContain('a.json:8: file_link is not an http or https URL');
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
  - id: a/b
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
    filelink: ${LINK}
`,
    );
    expect(problems.map((problem) => problem.split(' (')[0])).toEqual([
      'a.yaml:2: id "a/b" cannot be a file name',
      'a.yaml:4: prompt uses {{moood}}, and there is no column moood',
      'a.yaml:6: the clip is not a map',
      'a.yaml:9: field tags is a list, not a single value',
      'a.yaml:10: field more is a map, not a single value',
      "a.yaml:11: column output would clash with the results' own column output",
      'a.yaml:12: column __proto__ cannot be kept',
      'a.yaml:13: the clip is not a map',
      'a.yaml:14: file_link is empty',
    ]);
    expect(problems[1]).toContain('did you mean mood?');
    expect(problems[8]).toContain('is it in filelink?');
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
      "a.yaml:6: column status would clash with the results' own column status (rename it, for example my_status, or remove it)",
      'a.yaml:7: there is no key clip in a manifest (did you mean clips?)',
    ]);
  });

  test.each([
    ['', 'a.yaml: the file is empty (give it a key `clips` with a list of clips)'],
    ['# nothing\n', 'a.yaml: the file is empty (give it a key `clips` with a list of clips)'],
    ['- a\n', 'a.yaml: the file does not hold a map (give it a key `clips` with a list of clips)'],
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
      'a.yaml:2: alias *a0 stands for a list or a map; such aliases can multiply without bound and are refused (write the content out, or use `defaults` for what clips have in common)',
    );
    expect(report.complete).toBe(false);
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
      'a.yaml: a YAML or JSON manifest may have 24 MB at most (write it as CSV, which is read in flat memory)',
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
