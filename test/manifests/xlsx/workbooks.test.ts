// Whole workbooks: as CSV is read, and as the programs that people use write them.
import { appendFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { checkManifest, readManifest } from '../../../manifests/index.js';
import { createThreadReader } from '../../../manifests/read-in-thread.js';
import { distFile } from '../../../config/paths.js';
import { built } from '../../support/built.js';
import {
  book,
  escaped,
  relations,
  workbook,
  type Cell,
  type SheetSpec,
} from '../../support/xlsx.js';
import { LINK, read, writeManifest } from '../support.js';

await built();

const HEADER: Cell[] = ['id', 'file_link', 'prompt', 'mood'];

describe('a workbook', () => {
  test('gives the clips that the same table gives as CSV', async () => {
    const table = [
      ['campaign', 'ID', 'File Link', 'Prompt ', 'note'],
      ['autumn', 'intro', LINK, '{{note}}, slow', 'Calm'],
      ['', '', `${LINK}?2`, 'Pop', ''],
    ];
    const csv = await read(
      'a.csv',
      table.map((row) => row.map((text) => `"${text}"`).join(',')).join('\n'),
    );
    const { clips, report, problems } = await read('a.xlsx', book(table));
    expect(problems).toEqual([]);
    expect(clips).toEqual(csv.clips);
    expect(report).toMatchObject({
      format: 'xlsx',
      name: 'a',
      columns: ['campaign', 'note'],
      total: 2,
    });
  });

  test('tells where its problems are', async () => {
    const rows: Cell[][] = [
      [...HEADER, null],
      ['a', null, 'Calm'],
      [],
      ['A', LINK, '{{moood}}', 'x', null, 'y'],
      ['b', 'cdn.example/a.mp4', 'Calm', '', 'z'],
    ];
    const { problems, clips } = await read('a.xlsx', book(rows));
    expect(clips.map(({ line }) => line)).toEqual([2, 4, 5]);
    expect(problems).toEqual([
      'a.xlsx:Sheet1!B2: file_link is empty (add a URL or remove the row)',
      'a.xlsx:4: there is a value in column F, beyond the last that has a name (name the column in the header row, or clear the cell)',
      'a.xlsx:Sheet1!A4: id A is taken by line 2 (give each clip its own id; upper and lower case count as the same)',
      'a.xlsx:Sheet1!C4: prompt uses {{moood}}, and there is no column moood (did you mean mood?)',
      'a.xlsx:5: there is a value in column E, beyond the last that has a name (name the column in the header row, or clear the cell)',
      'a.xlsx:Sheet1!B5: file_link has no scheme (write https:// before it, or ./ before a path)',
    ]);
  });

  test('has the rules of a header that CSV has', async () => {
    const { problems } = await read(
      'a.xlsx',
      book([[], ['Autumn 2026'], HEADER, ['a', LINK, 'x']]),
    );
    expect(problems).toEqual([
      'a.xlsx:2: there is no column file_link (add it to the header row)',
      'a.xlsx:2: there is no column prompt (add it to the header row)',
    ]);
    const rows = [
      ['Video URL', 'prompt'],
      [LINK, 'x'],
    ];
    expect((await read('a.xlsx', book(rows))).problems[0]).toContain("--map 'Video URL=file_link'");
    const mapped = await read('a.xlsx', book(rows), { map: { 'Video URL': 'file_link' } });
    expect(mapped.clips).toMatchObject([{ fileLink: LINK }]);
  });

  test('ignores empty rows, and empty cells behind the last column', async () => {
    const rows: Cell[][] = [
      [],
      [...HEADER, '', ' '],
      [' ', '', ' '],
      ['a', LINK, 'Calm', 'x', '', ' '],
      [null, null, { xml: '<c s="1"/>' }],
    ];
    const { clips, problems } = await read('a.xlsx', book(rows));
    expect(problems).toEqual([]);
    expect(clips.map(({ line }) => line)).toEqual([4]);
  });

  test('names an error in its header, a row that is too long, and that it is empty', async () => {
    const error = { xml: '<c t="e"><v>#NAME?</v></c>' };
    expect((await read('a.xlsx', book([['file_link', error]]))).problems).toEqual([
      'a.xlsx:1: the name of column B shows the error #NAME? (correct its formula, or clear it)',
    ]);
    const long = book([
      HEADER,
      ['a', LINK, 'x'.repeat(32_000), 'y'.repeat(34_000)],
      ['b', LINK, 'x'],
    ]);
    const { problems, clips } = await read('a.xlsx', long);
    expect(problems).toEqual(['a.xlsx:2: the row is longer than 65536 characters (shorten it)']);
    expect(clips).toHaveLength(2);
    expect((await read('a.xlsx', book([[]]))).problems[0]).toContain('the sheet is empty');
    expect((await read('a.xlsx', book([HEADER]))).problems[0]).toContain('there are no rows');
  });

  test('is known by its content', async () => {
    const bytes = book([HEADER, ['a', LINK, 'x']]);
    for (const name of ['a.csv', 'a.txt', 'manifest', 'a.xlsm']) {
      expect((await read(name, bytes)).report).toMatchObject({ format: 'xlsx', valid: 1 });
    }
  });

  test('is identified by its bytes, and the sheet that is named', async () => {
    const file = await writeManifest('a.xlsx', book([HEADER, ['a', LINK, 'x']]));
    const plain = await checkManifest(file);
    expect((await checkManifest(file)).hash).toBe(plain.hash);
    expect((await checkManifest(file, { sheet: 'Sheet1' })).hash).not.toBe(plain.hash);
    const csv = await writeManifest('a.csv', `file_link,prompt\n${LINK},x\n`);
    const named = await checkManifest(csv, { sheet: 'Sheet1' });
    expect(named.hash).toBe((await checkManifest(csv)).hash);
    expect(named.warnings).toMatchObject([
      { fault: 'a sheet is named, and this manifest has none' },
    ]);
  });

  test('that changes while it is read is refused', async () => {
    const file = await writeManifest('a.xlsx', book([HEADER, ['a', LINK, 'x']]));
    const { report } = await readManifest(file, () => appendFile(file, 'x'));
    expect(report).toMatchObject({ complete: false, problemCount: 1 });
    expect(report.problems[0]?.fault).toBe('the file was changed while it was read');
  });

  test('is read in a thread as it is here', async () => {
    const rows = Array.from({ length: 1_200 }, (_, n) => [`c${n}`, `${LINK}?${n}`, 'Calm', n % 7]);
    const sheets: SheetSpec[] = [
      { name: 'Notes', rows: [['x']] },
      { name: 'Clips', rows: [HEADER, ...rows, ['bad', '', 'x', 1]] },
    ];
    const file = await writeManifest('a.xlsx', workbook({ sheets }));
    const inThread = createThreadReader({ threadFile: distFile('manifests/reader-thread.js') });
    const there = await checkManifest(file, { read: inThread, sheet: 'Clips' });
    expect(there).toEqual(await checkManifest(file, { sheet: 'Clips' }));
    expect(there).toMatchObject({ total: 1_201, valid: 1_200 });
    expect(there.problems[0]).toMatchObject({ line: 1_202, cell: 'Clips!B1202' });
  });
});

describe('a sheet', () => {
  const clips = (id: string): Cell[][] => [HEADER, [id, LINK, 'x']];
  const sheets: SheetSpec[] = [
    { name: 'Data', rows: clips('hidden'), state: 'hidden' },
    { name: 'First one', rows: clips('first') },
    { name: '1', rows: clips('one') },
    { name: 'Zweitens', rows: clips('second') },
  ];
  const bytes = workbook({ sheets });

  test.each([
    [undefined, 'first'],
    ['Data', 'hidden'],
    ['first ONE ', 'first'],
    ['1', 'one'],
    ['3', 'second'],
  ])('%j is chosen', async (sheet, id) => {
    const options = sheet === undefined ? {} : { sheet };
    expect((await read('a.xlsx', bytes, options)).clips.map((clip) => clip.id)).toEqual([id]);
  });

  test.each([
    ['4', 'name one of them'],
    ['0', 'name one of them'],
    ['Zweiten', 'did you mean Zweitens?'],
  ])('%j that is not there is told with those that are', async (sheet, remedy) => {
    expect((await read('a.xlsx', bytes, { sheet })).problems).toEqual([
      `a.xlsx: there is no sheet ${sheet}; the workbook has "Data" (hidden), 1: "First one", 2: "1", 3: "Zweitens" (${remedy})`,
    ]);
  });

  test('that is no table leads to the others', async () => {
    const two = [
      { name: 'Read me', rows: [['Hello']] },
      { name: 'Clips', rows: clips('a') },
    ];
    expect((await read('a.xlsx', workbook({ sheets: two }))).problems.at(-1)).toBe(
      'a.xlsx: no sheet is named, and the first was read; the workbook has 1: "Read me", 2: "Clips" (if the clips are on another, name it with --sheet)',
    );
  });
});

describe('as programs write it:', () => {
  const plain = (id: string) =>
    `<row><c t="inlineStr"><is><t>id</t></is></c><c t="inlineStr"><is><t>file_link</t></is></c><c t="inlineStr"><is><t>prompt</t></is></c></row><row><c><v>${id}</v></c><c t="inlineStr"><is><t>${LINK}</t></is></c><c t="inlineStr"><is><t>Calm</t></is></c></row>`;

  test('without names of rows and cells', async () => {
    const { clips } = await read('a.xlsx', book(plain('1')));
    expect(clips).toMatchObject([{ id: '1', line: 2, fileLink: LINK, prompt: 'Calm' }]);
  });

  test('with prefixes, the strict namespace, absolute paths, other names of parts and a wrong dimension', async () => {
    const sheet = `<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:dimension ref="A1"/><x:sheetData>${plain('1').replace(/<(\/?)(\w)/g, '<$1x:$2')}</x:sheetData></x:worksheet>`;
    const strict = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
    const { clips } = await read(
      'a.xlsx',
      book([], {
        parts: [
          {
            name: '_rels/.rels',
            data: relations({ a: ['officeDocument', '/xl/workbook2.xml'] }).replace(
              /http[^"]*(?=\/officeDocument")/,
              strict,
            ),
          },
          {
            name: 'xl/workbook2.xml',
            data: `<x:workbook xmlns:x="x" xmlns:rel="${strict}"><x:sheets><x:sheet name="S" sheetId="9" rel:id="q"/></x:sheets></x:workbook>`,
          },
          {
            name: 'xl/_rels/workbook2.xml.rels',
            data: `<Relationships><Relationship Id="q" Type="${strict}/worksheet" Target="/xl/Worksheets/Sheet.xml"/></Relationships>`,
          },
          { name: 'XL/worksheets/sheet.xml', data: sheet },
        ],
      }),
    );
    expect(clips).toMatchObject([{ id: '1', fileLink: LINK }]);
  });

  test.each([
    ['streamed', { streamed: true }],
    ['stored', { method: 0 }],
  ])('as a zip file whose parts are %s', async (_, zip) => {
    expect((await read('a.xlsx', book(plain('1'), { zip }))).report.valid).toBe(1);
  });

  test('in UTF-16, and with a byte order mark', async () => {
    const part = (data: Buffer) =>
      book([], { parts: [{ name: 'xl/worksheets/sheet1.xml', data }] });
    const sheet = `<worksheet><sheetData>${plain('1').replace('Calm', 'Café 😀')}</sheetData></worksheet>`;
    for (const data of [Buffer.from(`\ufeff${sheet}`, 'utf16le'), Buffer.from(`\ufeff${sheet}`)]) {
      expect((await read('a.xlsx', part(data))).clips).toMatchObject([{ prompt: 'Café 😀' }]);
    }
  });

  test('with charts between its sheets, and no shared texts though it names them', async () => {
    const parts = [
      {
        name: 'xl/_rels/workbook.xml.rels',
        data: relations({
          rId1: ['chartsheet', 'chartsheets/sheet1.xml'],
          rId2: ['worksheet', 'worksheets/sheet2.xml'],
          rId3: ['sharedStrings', 'sharedStrings.xml'],
        }),
      },
    ];
    const sheets = [
      { name: 'Chart', rows: '' },
      { name: 'Clips', rows: plain('1') },
    ];
    expect((await read('a.xlsx', workbook({ sheets, parts }))).report.valid).toBe(1);
  });

  test('with a name that needs escaping', async () => {
    const name = `A & "B" <C>`;
    const { problems } = await read(
      'a.xlsx',
      workbook({ sheets: [{ name, rows: plain('1').replace(escaped(LINK), '') }] }),
    );
    expect(problems[0]).toMatch(/^a\.xlsx:'A & "B" <C>'!B2: file_link is empty/);
  });
});
