import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINK, read } from './support.js';

const SHAPE = 'give it a list of clips, or a key `clips` with one';

describe('JSON', () => {
  test('gives clips with defaults, templates and their lines', async () => {
    const { clips, problems, report } = await read(
      'a.json',
      `{
  "clips": [
    {"id": 007.5e1, "file_link": "${LINK}", "genre": "Pop"},
    {"id": "b",
     "file_link": "ftp://x", "live": true, "none": null}
  ],
  "name": "Autumn Campaign",
  "defaults": {"prompt": "{{mood}} music", "mood": "Bright"}
}`.replace('007.5e1', '70.5e1'),
    );
    expect(clips).toMatchObject([
      { line: 3, id: '70.5e1', prompt: 'Bright music', extra: { genre: 'Pop', mood: 'Bright' } },
      { line: 4, id: 'b', extra: { live: 'true' } },
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('a.json:5: file_link is not an http, https, s3 or file URL');
    expect(report).toMatchObject({ format: 'json', name: 'Autumn-Campaign' });
  });

  test('texts are those of JSON, whatever is in them', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '/', '{', ']', ',', 'é', '𝄞', '\n'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, fc.constantFrom(undefined, 1, '\t')), {
          minLength: 1,
          maxLength: 9,
        }),
        async (pairs) => {
          const clips = pairs.map(([note], n) => ({
            file_link: `${LINK}?${n}`,
            prompt: 'x',
            note: `|${note}|`,
          }));
          const space = pairs[0]?.[1];
          const there = await read('a.json', JSON.stringify({ clips }, null, space));
          expect(there.problems).toEqual([]);
          expect(there.clips.map(({ extra }) => extra['note'])).toEqual(
            clips.map(({ note }) => note),
          );
          const lines = await read('a.jsonl', clips.map((clip) => JSON.stringify(clip)).join('\n'));
          expect(lines.clips.map(({ extra }) => extra['note'])).toEqual(
            clips.map(({ note }) => note),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a comma after the last is let pass', async () => {
    const { clips, problems } = await read('a.json', `[{"file_link": "${LINK}", "prompt": "x",},]`);
    expect(problems).toEqual([]);
    expect(clips).toHaveLength(1);
  });

  test('each fault of a clip is told with the line of its field', async () => {
    const { problems } = await read(
      'a.json',
      `{"clips": [
        {"file_link": "${LINK}", "prompt": "x",
         "tags": ["a", {"b": "]"}],
         "more": {"a": 1}},
        "text",
        [1],
        null,
        {"prompt": "x", "url": "${LINK}"},
        {"prompt": "x", "id": 1, "ID": 2}
      ]}`,
    );
    expect(problems).toEqual([
      'a.json:3: field tags is a list, not a single value (write it as one text)',
      'a.json:4: field more is a map, not a single value (write it as one text)',
      ...[5, 6, 7].map(
        (line) => `a.json:${line}: the clip is not a map (give it fields, as file_link)`,
      ),
      'a.json:8: file_link is empty (is it in url?)',
      'a.json:9: field ID is taken for id, which the clip has already (remove one of them)',
    ]);
  });

  test('every fault of the head is told at once', async () => {
    const { problems } = await read(
      'a.json',
      '{"name": ["a"],\n"default": {},\n"defaults": {\n"id": "x",\n"tags": [1]},\n"clip": []}\n',
    );
    expect(problems).toEqual([
      'a.json:1: name is not text (put one value there, in quotes)',
      'a.json:1: there is no key clips (list the clips under `clips:`)',
      'a.json:2: there is no key default in a manifest (did you mean defaults?)',
      'a.json:4: defaults give an id, which no two clips may share (remove it)',
      'a.json:5: defaults.tags is not text (put one value there, in quotes)',
      'a.json:6: there is no key clip in a manifest (did you mean clips?)',
    ]);
  });

  test.each([
    ['', `a.json: the file is empty (${SHAPE})`],
    ['"a"', `a.json: the file holds neither a map nor a list (${SHAPE})`],
    ['[]', 'a.json: there are no rows (add one for each clip)'],
    ['{"clips": []}', 'a.json:1: clips is not a list with clips (list the clips under `clips:`)'],
    ['{"clips": {}}', 'a.json:1: clips is not a list with clips (list the clips under `clips:`)'],
    ['[\n{"a": 1}\n{"a": 1}]', 'a.json:3: syntax: expected , or ], found "{"'],
    ['[\n{"a" 1}]', 'a.json:2: syntax: expected :, found "1"'],
    ['[{"a": \n01}]', 'a.json:2: syntax: expected a value, found "0"'],
    ['[{"a": nul}]', 'a.json:1: syntax: expected a value, found "n"'],
    ['[{a: 1}]', 'a.json:1: syntax: expected a value, found "a"'],
    ['[{"a": 1}', 'a.json:1: syntax: expected a value, found the end'],
    ['[{"a": 1}]\n]', 'a.json:2: syntax: expected nothing more, found "]"'],
    ['[{"a": "b\n"}]', 'a.json:1: syntax: a text in quotes holds a line break, or a backslash'],
    ['[{"a": "\\x"}]', 'a.json:1: syntax: a text in quotes holds a line break, or a backslash'],
    ['[\n{"a": "b]', 'a.json:2: syntax: a quote is never closed (close it)'],
    ['{"clips": [1}', 'a.json:1: syntax: expected a value, found "}"'],
  ])('%j is refused', async (text, problem) => {
    const { problems, report } = await read('a.json', text);
    expect(problems.at(-1)?.slice(0, problem.length)).toBe(problem);
    expect(report.complete).toBe(false);
  });

  test.each([
    ['lists', '['.repeat(200_000)],
    ['maps', `[${'{"a":'.repeat(200_000)}`],
    ['lists in a field', `{"name": ${'['.repeat(200_000)}`],
  ])('deep nesting of %s is refused', async (_, text) => {
    const { problems } = await read('a.json', text);
    expect(problems).toEqual([
      'a.json:1: lists and maps are nested deeper than 16 levels (a manifest needs a list of clips with plain fields)',
    ]);
  });

  test('a map without end is refused', async () => {
    const fields = Array.from({ length: 1_000 }, (_, n) => `"k${n}": 1`).join();
    for (const text of [`[{${fields}}]`, `{"defaults": {${fields}}}`, `{${fields}}`]) {
      expect((await read('a.json', text)).problems.at(-1)).toBe(
        'a.json:1: a map has more than 256 fields (remove those that are not needed)',
      );
    }
  });
});

describe('JSON Lines', () => {
  test('a line that cannot be read is told, and the others are read', async () => {
    const { clips, problems, report } = await read(
      'a.ndjson',
      `{"file_link": "${LINK}?1", "prompt": "x"}\r\n\n{"file_link": "${LINK}?2", "prompt": \n{}]\n[]\n{"file_link": "${LINK}?3", "prompt": "x"}`,
    );
    expect(problems.map((problem) => problem.split(' (')[0])).toEqual([
      'a.ndjson:3: syntax: expected a value, found the end',
      'a.ndjson:4: syntax: expected nothing more, found "]"',
      'a.ndjson:5: the clip is not a map',
    ]);
    expect(clips.map(({ line, fault }) => [line, fault === undefined])).toEqual([
      [1, true],
      [3, false],
      [4, false],
      [5, false],
      [6, true],
    ]);
    expect(report).toMatchObject({ format: 'jsonl', complete: true });
  });

  test('lines that lie across the borders of chunks are read whole', async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) =>
      JSON.stringify({ file_link: `${LINK}?${n}`, prompt: 'x', note: '𝄞é漢'.repeat(28) }),
    );
    const { clips, problems } = await read('a.jsonl', rows.join('\n'));
    expect(problems).toEqual([]);
    expect(clips).toHaveLength(5_000);
    expect(clips.at(-1)).toMatchObject({ line: 5_000, fileLink: `${LINK}?4999` });
  });

  test('a line without end is refused, and what came before it is kept', async () => {
    const { clips, problems } = await read(
      'a.jsonl',
      `{"file_link": "${LINK}", "prompt": "x"}\n"${'x'.repeat(2_000_000)}`,
    );
    expect(clips).toHaveLength(1);
    expect(problems).toEqual([
      'a.jsonl:2: the line is longer than 1048576 characters (JSON Lines have one clip a line; the lines after it were not read)',
    ]);
  });
});
