// Hostile manifests: what a reader does grows with the file, and no faster.
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, test } from 'vitest';
import { CsvRecords } from '../../manifests/csv-records.js';
import { checkManifest } from '../../manifests/index.js';
import { createSuggestions, nearestName } from '../../manifests/nearest.js';
import { fillPrompt } from '../../manifests/prompt-template.js';
import { growthOf } from '../support/growth.js';
import { LINK, read, writeManifest } from './support.js';

/** Work that is quadratic would grow 64 times. */
const FACTOR = 8;
const LINEAR = 24;

/** Growth of reading a file that is made in a size. */
async function growthOfReading(
  name: string,
  size: number,
  make: (size: number) => string,
): Promise<number> {
  const files = new Map<number, string>();
  for (const each of [size, size * FACTOR]) files.set(each, await writeManifest(name, make(each)));
  return await growthOf((each) => checkManifest(files.get(each) ?? ''), size, FACTOR);
}

function repeated(times: number, part: (n: number) => string): string {
  return Array.from({ length: times }, (_, n) => part(n)).join('');
}

/** Some 200 columns whose names are long. */
const WIDE = repeated(200, (n) => `,column_${n}_${'x'.repeat(60)}`);

describe('the cost of a hostile manifest', () => {
  test.each<[string, number, (size: number) => string]>([
    ['quotes within a cell', 7_000, (n) => `id,file_link,prompt\na,${LINK},x${'"'.repeat(n)}\n`],
    ['rows of quotes', 500, (n) => `file_link,prompt\n${`${LINK},x"" "y\n`.repeat(n)}`],
    ['doubled quotes', 7_000, (n) => `file_link,prompt\n${LINK},"${'""'.repeat(n / 2)}"\n`],
    ['line breaks within quotes', 7_000, (n) => `file_link,prompt\n${LINK},"${'\n'.repeat(n)}"\n`],
    ['blank lines', 50_000, (n) => `file_link,prompt\n${LINK},x\n${'\n'.repeat(n)}`],
    ['rows that are too short', 5_000, (n) => `file_link,prompt,a,b\n${`${LINK}\n`.repeat(n)}`],
    // Each is looked for on disk, which takes ten times as long as reading its row.
    ['files that are not there', 500, (n) => `file_link,prompt\n${'x,y\n'.repeat(n)}`],
    [
      'empty cells',
      500,
      (n) => `file_link,prompt${','.repeat(100)}\n${`${','.repeat(99)}x\n`.repeat(n)}`,
    ],
    [
      'placeholders of no column in a wide table',
      20,
      (n) =>
        `file_link,prompt${WIDE}\n${repeated(n, (row) => `${LINK},${repeated(200, (at) => `{{colum_${row}_${at}}}`)}\n`)}`,
    ],
    [
      'placeholders of the same column',
      20,
      (n) =>
        `file_link,prompt,a\n${`${LINK},${'{{a}}'.repeat(1_600)},${'x'.repeat(1_000)}\n`.repeat(n)}`,
    ],
    [
      'rows without link in a wide table',
      100,
      (n) => `file_link,prompt${WIDE}\n${`,x${',y'.repeat(200)}\n`.repeat(n)}`,
    ],
    [
      'brackets in a placeholder',
      400,
      (n) => `file_link,prompt\n${`${LINK},${'{{a'.repeat(500)}\n`.repeat(n)}`,
    ],
  ])('grows with the file: %s', { timeout: 120_000 }, async (_, size, make) => {
    expect(await growthOfReading('a.csv', size, make)).toBeLessThan(LINEAR);
  });

  test.each<[string, string, number, (size: number) => string]>([
    ['clips', 'a.json', 1_000, (n) => `[${`{"file_link":"${LINK}","prompt":"x"},`.repeat(n)}]`],
    ['backslashes', 'a.json', 10_000, (n) => `[{"a":"${'\\\\'.repeat(n)}"}]`],
    ['quotes', 'a.json', 10_000, (n) => `[{"a":"${'\\"'.repeat(n)}"}]`],
    ['line breaks', 'a.json', 20_000, (n) => `[${'\n'.repeat(n)}{"a":1}]`],
    ['empty maps on one line', 'a.json', 5_000, (n) => `[${'{},'.repeat(n)}]`],
    ['empty lines', 'a.jsonl', 50_000, (n) => `${'\n'.repeat(n)}{"a":1}`],
    ['clips', 'a.yaml', 200, (n) => `clips:\n${`- file_link: ${LINK}\n  prompt: x\n`.repeat(n)}`],
    ['a text of many lines', 'a.yaml', 5_000, (n) => `clips:\n- prompt: a\n${'   b\n'.repeat(n)}`],
    ['comments', 'a.yaml', 3_000, (n) => `clips:\n${'# c\n'.repeat(n)}- a: b\n`],
    [
      'anchors',
      'a.yaml',
      500,
      (n) => `clips:\n${repeated(n, (at) => `- {a: &a${at} b, c: *a${at}}\n`)}`,
    ],
    [
      'merges of a wide map',
      'a.yaml',
      20,
      (n) =>
        `x: &x {${repeated(200, (at) => `c${at}: d, `)}}\nclips:\n${'- {<<: [*x, *x, *x]}\n'.repeat(n)}`,
    ],
  ])('grows with the file: %s in %s', { timeout: 120_000 }, async (_, name, size, make) => {
    expect(await growthOfReading(name, size, make)).toBeLessThan(LINEAR);
  });

  test('of the issue is paid in moments: three rows of 60,000 quotes', async () => {
    const rows = [1, 2, 3].map((n) => `${n},${LINK},x${'"'.repeat(60_000)}\n`).join('');
    const { problems } = await read('a.csv', `id,file_link,prompt\n${rows}`);
    expect(problems.map((problem) => problem.split(' (')[0])).toEqual(
      [2, 3, 4].map(
        (line) => `a.csv:${line}: a quote stands inside a value that does not begin with one`,
      ),
    );
  });

  test('near names are looked for so many times and no more', () => {
    const suggestions = createSuggestions(2);
    const found = [1, 2, 3].map(() => suggestions.nearest('moood', ['mood']));
    expect(found).toEqual(['mood', 'mood', undefined]);
  });

  test('only some of the placeholders that cannot be filled are looked into', () => {
    let searches = 0;
    const filled = fillPrompt(
      repeated(1_000, (n) => `{{a${n % 500}}}`),
      {
        fields: new Map(),
        names: new Set(['mood']),
        suggestions: { nearest: () => void (searches += 1) },
      },
    );
    expect(searches).toBe(10);
    expect('faults' in filled && filled.faults.at(-1)?.fault).toBe(
      'prompt uses 490 more placeholders that cannot be filled',
    );
  });

  test('a name that is long is near to nothing', () => {
    expect(nearestName('x'.repeat(1_000_000), ['x'.repeat(100)])).toBeUndefined();
  });

  test('what defaults add to the clips is bounded', async () => {
    const columns = Array.from({ length: 200 }, (_, n) => `  c${n}: "${'x'.repeat(8_000)}"\n`);
    const { problems, report } = await read(
      'a.yaml',
      `defaults:\n${columns.join('')}clips:\n${`- {file_link: "${LINK}", prompt: x}\n`.repeat(1_000)}`,
    );
    expect(problems.at(-1)).toBe(
      'a.yaml: defaults, aliases and columns that rows leave out add more than 268435456 characters to the clips (shorten them, or split the manifest)',
    );
    expect(report.total).toBeLessThan(1_000);
  });

  test('what columns that rows leave out add to the clips is bounded', async () => {
    const wide = Array.from({ length: 250 }, (_, n) => `,c${n}${'x'.repeat(95)}`).join('');
    const { problems, report } = await read(
      'a.csv',
      `file_link,prompt${wide}\n${`${LINK},x\n`.repeat(20_000)}`,
    );
    expect(problems.at(-1)).toContain('add more than 268435456 characters to the clips');
    expect(report.total).toBeLessThan(20_000);
  });
});

describe('records', () => {
  /** Pushed in pieces. */
  function records(text: string, delimiter: string, piece: number): string[][] {
    const reader = new CsvRecords(delimiter);
    const found: string[][] = [];
    const take = () => {
      for (let record = reader.next(); record !== undefined; record = reader.next()) {
        expect(record.strayQuote).toBe(false);
        found.push(record.cells);
      }
    };
    for (let at = 0; at < text.length; at += piece) {
      reader.push(text.slice(at, at + piece));
      take();
    }
    reader.end();
    take();
    return found;
  }

  test('are those of another reader of CSV, wherever the text is cut', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '𝄞', '"', ',', ';', '\n', ' ', '\t'),
    });
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '\t'),
        fc.integer({ min: 1, max: 9 }),
        (rows, delimiter, piece) => {
          const text = stringify(rows, { delimiter, quoted_match: /^\s|\s$/ });
          const options = { record_delimiter: '\n', trim: true, relax_column_count: true };
          for (const cut of [text, text.slice(0, -1)]) {
            const expected: unknown = parse(cut, { delimiter, ...options });
            expect(records(cut, delimiter, piece)).toEqual(expected);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['a , "b" ,c', [['a', 'b', 'c']]],
    ['a,', [['a', '']]],
    ['a,b\n\n,\n', [['a', 'b'], [''], ['', '']]],
    ['"a""b","",\n', [['a"b', '', '']]],
    ['"a\nb"', [['a\nb']]],
  ])('of %j', (text, expected) => {
    for (const piece of [1, 2, 3, 100]) expect(records(text, ',', piece)).toEqual(expected);
  });
});
