import { describe, expect, test } from 'vitest';
import { numberText } from '../../../manifests/xlsx/number-text.js';
import { formatOfCode, type NumberFormat } from '../../../manifests/xlsx/number-formats.js';
import { shownLink } from '../../../manifests/xlsx/shown-link.js';
import { formulaLink } from '../../../manifests/xlsx/formula-link.js';
import { escapeCell, unescapeCell } from '../../../manifests/xlsx/escapes.js';
import { columnName, placeOf, readCellName } from '../../../manifests/xlsx/cell-names.js';
import { book, type BookSpec, type Cell } from '../../support/xlsx.js';
import { LINK, read } from '../support.js';

/** What a cell of a column of one's own is read as. */
async function valueOf(cell: Cell, more: Partial<BookSpec> = {}) {
  const rows: Cell[][] = [
    ['file_link', 'prompt', 'own'],
    [LINK, 'Calm', cell],
  ];
  const { clips, problems } = await read('a.xlsx', book(rows, more));
  return problems.length > 0 ? problems : clips[0]?.extra['own'];
}

const xml = (text: string): Cell => ({ xml: text });
const STYLES =
  '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0000"/><numFmt numFmtId="165" formatCode="dd\\.mm\\.yy hh:mm"/></numFmts>' +
  '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>';

describe('a cell of a workbook', () => {
  test.each<[string, Cell, string]>([
    ['a whole number', 1, '1'],
    ['a number as Excel writes it', xml('<c><v>1.0</v></c>'), '1'],
    ['noise behind the 15th digit', 0.1 + 0.2, '0.3'],
    ['a long number', 12345678901234, '12345678901234'],
    ['a boolean', true, 'TRUE'],
    ['an empty boolean', xml('<c t="b"><v></v></c>'), ''],
    ['a text', ' Calm\u00a0', 'Calm'],
    [
      'a text with runs',
      xml('<c t="inlineStr"><is><r><t>Ca</t></r><r><t>lm</t></r></is></c>'),
      'Calm',
    ],
    [
      'what tells how a text is read',
      xml('<c t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh></is></c>'),
      '東',
    ],
    ['an escaped character', xml('<c t="inlineStr"><is><t>a_x000D_\nb</t></is></c>'), 'a\nb'],
    ['the text of a formula', xml('<c t="str"><f>A1&amp;B1</f><v>both</v></c>'), 'both'],
    ['the number of a formula', xml('<c><f>1+1</f><v>2</v></c>'), '2'],
    ['no text of a formula', xml('<c t="str"><f>IF(1,"")</f><v></v></c>'), ''],
    ['a text beginning as a formula', '=1+1', '=1+1'],
    ['an ISO date', xml('<c t="d"><v>2026-11-28</v></c>'), '2026-11-28'],
    ['CDATA', xml('<c t="str"><v><![CDATA[<b>]]></v></c>'), '<b>'],
  ])('is read: %s', async (_, cell, value) => {
    expect(await valueOf(cell)).toBe(value);
  });

  test.each([
    [1, '2026-11-28'],
    [2, '46354'],
    [3, '2026-11-28T00:00:00'],
    [0, '46354'],
    [99, '46354'],
  ])('of format %i is what a spreadsheet shows', async (style, value) => {
    expect(await valueOf(xml(`<c s="${style}"><v>46354</v></c>`), { styles: STYLES })).toBe(value);
  });

  test('keeps leading zeros that its format adds', async () => {
    expect(await valueOf(xml('<c s="2"><v>7</v></c>'), { styles: STYLES })).toBe('0007');
  });

  test('counts days from 1904 where the workbook does', async () => {
    const more = { styles: STYLES, from1904: true };
    expect(await valueOf(xml('<c s="1"><v>44892</v></c>'), more)).toBe('2026-11-28');
  });

  test('refers to shared texts', async () => {
    const strings =
      '<sst><si><t>one</t></si><si><r><t>tw</t></r><r><t xml:space="preserve">o !</t></r></si><si/></sst>';
    expect(await valueOf(xml('<c t="s"><v>1</v></c>'), { strings })).toBe('two !');
    expect(await valueOf(xml('<c t="s"><v>2</v></c>'), { strings })).toBe('');
  });

  test.each([
    ['<c t="e"><v>#N/A</v></c>', 'own shows the error #N/A (correct its formula, or clear it)'],
    [
      '<c t="e"><f>A1</f><v>#REF!</v></c>',
      'own shows the error #REF! (correct its formula, or clear it)',
    ],
    [
      '<c><f>1+1</f><v/></c>',
      'own holds a formula without its value (open the workbook in a spreadsheet program and save it, or write the value itself)',
    ],
  ])('that holds no value is named: %s', async (cell, message) => {
    expect(await valueOf(xml(cell))).toEqual([`a.xlsx:Sheet1!C2: ${message}`]);
  });
});

describe('number formats', () => {
  test.each<[string, NumberFormat]>([
    ['General', 'plain'],
    ['0.00', 'plain'],
    ['#,##0 "days"', 'plain'],
    ['0000', { zeros: 4 }],
    ['yyyy-mm-dd', 'date'],
    ['[$-407]d. mmmm yyyy', 'date'],
    ['mmm yy;@', 'date'],
    ['h:mm AM/PM', 'time'],
    ['h:mm', 'short'],
    ['mm:ss.0', 'time'],
    ['yyyy\\-mm\\-dd\\ hh:mm', 'datetime'],
    ['[h]:mm:ss', 'elapsed'],
    ['[Red]0;[Blue]-0', 'plain'],
    ['@', 'plain'],
  ])('%s', (code, format) => {
    expect(formatOfCode(code)).toEqual(format);
  });

  test.each<[string, NumberFormat, string]>([
    ['1', 'date', '1900-01-01'],
    ['59', 'date', '1900-02-28'],
    ['61', 'date', '1900-03-01'],
    ['46354.604166666664', 'datetime', '2026-11-28T14:30:00'],
    ['46354.9', 'date', '2026-11-28'],
    ['0.75', 'time', '18:00:00'],
    ['0.0625', 'short', '1:30'],
    ['0.0626', 'short', '01:30:09'],
    ['1.5', 'elapsed', '36:00:00'],
    ['-1', 'date', '-1'],
    ['1E+300', 'date', '1e+300'],
    ['-0', 'plain', '0'],
    ['1e-7', 'plain', '1e-7'],
    ['no number', 'plain', 'no number'],
    ['', 'plain', ''],
  ])('%s as %j', (value, format, text) => {
    expect(numberText(value, format, false)).toBe(text);
  });
});

describe('links behind cells', () => {
  const target = 'https://cdn.example/a.mp4';
  test.each<[string, string, string | undefined]>([
    ['clip 1', target, target],
    ['clip 1.mp4', target, target],
    ['', target, target],
    ['clip 1', 'clips/a%20b.mp4', 'clips/a b.mp4'],
    ['clips/a.mp4', 'other.mp4', 'clips/a.mp4'],
    ['clip 1', 'mailto:a@b.example', 'clip 1'],
    [target, 'https://cdn.example/old.mp4', target],
    [target, `${target}/`, target],
    ['clip 1', 's3://bucket/a.mp4', 's3://bucket/a.mp4'],
  ])('%j with %s is %s', (text, link, meant) => {
    expect(shownLink(text, { target: link })).toMatchObject({ text: meant });
  });

  test.each([
    ['HYPERLINK("https://cdn.example/a.mp4","clip 1")', { target }],
    ['hyperlink( "a""b" ; "x")', { target: 'a"b' }],
    ['HYPERLINK(B2,"clip 1")', {}],
    ['HYPERLINK("https://cdn.example/"&A2)', {}],
    ['1+1', undefined],
  ])('of the formula %s', (formula, link) => {
    expect(formulaLink(formula)).toEqual(link);
  });

  test('are taken from the workbook, and told once', async () => {
    const rows: Cell[][] = [
      ['file_link', 'prompt'],
      ['clip 1', 'Calm'],
      ['clip 2', 'Calm'],
      [
        xml('<c t="str"><f>HYPERLINK("https://cdn.example/3.mp4","clip 3")</f><v>clip 3</v></c>'),
        'Calm',
      ],
      [xml('<c t="str"><f>HYPERLINK(C5,"clip 4")</f><v>clip 4</v></c>'), 'Calm'],
      ['https://cdn.example/5.mp4', 'Calm'],
    ];
    const after =
      '<hyperlinks><hyperlink ref="A2" r:id="h1"/><hyperlink ref="A3:B3" r:id="h2" location="t=3"/><hyperlink ref="A6" r:id="h1"/></hyperlinks>';
    const links = { h1: 'https://cdn.example/1.mp4?a=1&b=2', h2: 'https://cdn.example/2.mp4' };
    const sheets = [{ name: 'My clips', rows, after, links }];
    const { clips, problems, warnings } = await read('a.xlsx', book([], { sheets }));
    expect(clips.map(({ fileLink }) => fileLink)).toEqual([
      'https://cdn.example/1.mp4?a=1&b=2',
      'https://cdn.example/2.mp4#t=3',
      'https://cdn.example/3.mp4',
      '',
      'https://cdn.example/5.mp4',
    ]);
    expect(problems).toEqual([
      "a.xlsx:'My clips'!A5: file_link shows a text, and its link is made by a formula of other cells (write the link itself into the cell)",
    ]);
    expect(warnings).toEqual([
      "a.xlsx:'My clips'!A2: file_link shows clip 1 and links to https://cdn.example/1.mp4?a=1&b=2: such links are taken (write the link itself into the cells if that is not meant)",
      "a.xlsx:'My clips'!A6: file_link shows https://cdn.example/5.mp4 and links to https://cdn.example/1.mp4?a=1&b=2: the text is taken (remove the link from the cell, or correct its text)",
    ]);
  });
});

test.each(['\u0007', '_x0041_', '\ud800', '😀', '\r', 'a_x', '_x00g1_'])(
  'a text that XML cannot hold comes back: %j',
  (text) => {
    const held = escapeCell(text);
    expect(held).not.toMatch(/[\u0000-\u0008\r]|[\ud800-\udbff](?![\udc00-\udfff])/);
    expect(unescapeCell(held)).toBe(text);
  },
);

test('cells have the names that spreadsheets give them', () => {
  expect([0, 25, 26, 701, 702, 16_383].map(columnName)).toEqual([
    'A',
    'Z',
    'AA',
    'ZZ',
    'AAA',
    'XFD',
  ]);
  expect(readCellName('XFD1048576')).toEqual({ column: 16_383, row: 1_048_576 });
  expect(['XFE1', 'A0', 'A1048577', 'ABCD1', 'A'].map(readCellName)).toEqual(
    Array(5).fill(undefined),
  );
  expect(placeOf("It's", 1, 7)).toBe("'It''s'!B7");
});
