// Files that are no workbook, are broken, or are meant to do harm.
import { describe, expect, test } from 'vitest';
import { Package } from '../../../manifests/xlsx/package.js';
import { SharedStrings } from '../../../manifests/xlsx/shared-strings.js';
import { readXml } from '../../../manifests/xlsx/xml.js';
import { openManifestFile } from '../../../manifests/open-file.js';
import { book, partsOf, type BookSpec, type Cell } from '../../support/xlsx.js';
import { zipOf, type ZipPart } from '../../support/zip.js';
import { LINK, read, writeManifest } from '../support.js';

const ROWS: Cell[][] = [
  ['file_link', 'prompt'],
  [LINK, 'Calm'],
];
const SHEET = 'xl/worksheets/sheet1.xml';

const good = book(ROWS);

/** A workbook with its sheet changed. */
function withSheet(part: Partial<ZipPart>): Buffer {
  const parts = partsOf({ sheets: [{ name: 'Sheet1', rows: ROWS }] });
  return zipOf(parts.map((each) => (each.name === SHEET ? { ...each, ...part } : each)));
}

const xml = (inside: string): Buffer => withSheet({ data: inside });
const sheetOf = (rows: string): string => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;

/** A compound file with these names in its directory. */
function compound(...names: string[]): Buffer {
  const file = Buffer.alloc(2048);
  file.write('d0cf11e0a1b11ae1', 0, 'hex');
  file.writeUInt16LE(9, 30);
  file.writeUInt32LE(1, 48);
  for (const [at, name] of names.entries()) file.write(`${name}\0`, 1024 + at * 128, 'utf16le');
  return file;
}

describe('a file that is no workbook', () => {
  test.each<[string, string, Buffer, string]>([
    [
      'with a password',
      'a.xlsx',
      compound('Root Entry', 'EncryptedPackage'),
      'protected with a password to open it (save it without',
    ],
    [
      '.xls',
      'a.xls',
      compound('Root Entry', 'Workbook'),
      'an .xls workbook of Excel 97-2003 (save it as .xlsx or CSV)',
    ],
    ['.doc', 'a.csv', compound('Root Entry', 'WordDocument'), 'an older Office file'],
    [
      'a compound file that is cut off',
      'a.xlsx',
      compound().subarray(0, 100),
      'an older Office file',
    ],
    [
      '.ods',
      'a.ods',
      zipOf([
        { name: 'mimetype', data: 'x', method: 0 },
        { name: 'content.xml', data: 'x' },
        { name: 'META-INF/manifest.xml', data: 'x' },
      ]),
      'an OpenDocument file (.ods) (save it as .xlsx or CSV)',
    ],
    [
      'Numbers',
      'a.numbers',
      zipOf([{ name: 'Index/Document.iwa', data: 'x' }]),
      'a document of Apple Numbers',
    ],
    [
      '.docx',
      'a.xlsx',
      zipOf([
        { name: '[Content_Types].xml', data: '<T/>' },
        {
          name: '_rels/.rels',
          data: '<R><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></R>',
        },
        { name: 'word/document.xml', data: '<document/>' },
      ]),
      'an Office document, but no workbook',
    ],
    [
      '.xlsb',
      'a.xlsx',
      zipOf([
        { name: '[Content_Types].xml', data: '<T/>' },
        {
          name: '_rels/.rels',
          data: '<R><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.bin"/></R>',
        },
      ]),
      'a binary .xlsb workbook',
    ],
    [
      'a zip file',
      'a.zip',
      zipOf([{ name: 'library.csv', data: 'x' }]),
      'a zip file, but no .xlsx workbook (if the manifest is inside it',
    ],
    [
      'a text',
      'a.xlsx',
      Buffer.from(`file_link,prompt\n${LINK},x\n`),
      'no workbook, whatever its name says (if it is text, name it .csv',
    ],
    ['nothing', 'a.xlsx', Buffer.alloc(0), 'the file is empty'],
  ])('is named with what to do: %s', async (_, name, bytes, message) => {
    const { report, problems } = await read(name, bytes);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(report.complete).toBe(false);
  });

  test.each(['a.xls', 'a.ods', 'a.numbers', 'a.xlsb'])(
    '%s with another content is refused by its name',
    async (name) => {
      await expect(read(name, 'x')).rejects.toThrow('files are not read (save it as .xlsx or CSV)');
    },
  );
});

describe('a workbook that is broken', () => {
  test.each<[string, Buffer, RegExp]>([
    [
      'cut off',
      good.subarray(0, good.length - 40),
      /cut off or damaged: end of central directory/i,
    ],
    ['cut off in the middle', good.subarray(0, 600), /cut off or damaged/],
    ['only its first bytes', Buffer.from('504b0304', 'hex'), /cut off or damaged/],
    [
      'a part that is longer than told',
      withSheet({ told: 10 }),
      /sheet1\.xml is longer than the file says/,
    ],
    [
      'a part that is shorter than told',
      withSheet({ told: 1e6 }),
      /sheet1\.xml is shorter than the file says/,
    ],
    ['a wrong checksum', withSheet({ sum: 1 }), /the checksum of .*sheet1\.xml is wrong/],
    ['data that is not packed', withSheet({ method: 8, data: 'x' }), /damaged/],
    ['another method', withSheet({ method: 9 }), /packed with method 9/],
    ['an encrypted part', withSheet({ encrypted: true }), /protected with a password/],
    ['XML that does not end', xml('<worksheet><sheetData><row>'), /damaged: .*sheet1\.xml/],
    ['no XML', xml('hello'), /damaged: .*sheet1\.xml/],
    [
      'another encoding',
      xml(`<?xml version="1.0" encoding="ISO-8859-1"?>${sheetOf('')}`),
      /in ISO-8859-1, not in UTF-8/,
    ],
    [
      'a text that is not there',
      xml(sheetOf('<row><c t="s"><v>3</v></c></row>')),
      /a text 3, which is not there/,
    ],
    ['a row beyond the sheet', xml(sheetOf('<row r="1048577"/>')), /a row 1048577/],
    [
      'a column beyond the sheet',
      xml(sheetOf(`<row>${'<c/>'.repeat(16_385)}</row>`)),
      /more than 16384 columns/,
    ],
    [
      'no sheet',
      book(ROWS, { parts: [{ name: 'xl/_rels/workbook.xml.rels', data: '<R/>' }] }),
      /no sheet with cells/,
    ],
    [
      'a sheet whose part is not there',
      book(ROWS, {
        parts: [
          {
            name: 'xl/_rels/workbook.xml.rels',
            data: '<R><Relationship Id="rId1" Type="x/worksheet" Target="gone.xml"/></R>',
          },
        ],
      }),
      /no part xl\/gone\.xml/,
    ],
    ['a path out of the file', zipOf([{ name: '../x', data: '' }]), /damaged/],
  ])('is refused with its reason: %s', async (_, bytes, message) => {
    const { report, problems } = await read('a.xlsx', bytes);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
    expect(report.complete).toBe(false);
  });
});

describe('a workbook that is meant to do harm', () => {
  test.each<[string, string, RegExp]>([
    [
      'entities that multiply',
      '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>',
      /has a DOCTYPE/,
    ],
    [
      'entities from outside',
      '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>',
      /has a DOCTYPE/,
    ],
    ['an entity of nobody', sheetOf('<row><c t="str"><v>&x;</v></c></row>'), /undefined entity/],
    ['tags within tags', '<a>'.repeat(100), /nests deeper than 64 levels/],
    [
      'a text without end',
      sheetOf(`<row><c t="str"><v>${'x'.repeat(3e6)}</v></c></row>`),
      /more than 1048576 characters/,
    ],
    ['a tag without end', `<worksheet ${'a'.repeat(3e6)}="1"/>`, /more than 1048576 characters/],
    [
      'a text of many runs',
      sheetOf(
        `<row><c t="inlineStr"><is>${`<r><t>${'x'.repeat(1000)}</t></r>`.repeat(1100)}</is></c></row>`,
      ),
      /more than 1048576 characters/,
    ],
  ])('is stopped: %s', async (_, text, message) => {
    expect((await read('a.xlsx', xml(text))).problems.join()).toMatch(message);
  });

  test('is not unpacked beyond what a part may have, told or not', async () => {
    const data = Buffer.alloc(8 * 1024 * 1024, ' ');
    for (const part of [
      { name: 'bomb', data },
      { name: 'bomb', data, told: 1000 },
    ]) {
      const file = await openManifestFile(await writeManifest('a.zip', zipOf([part])));
      const parts = await Package.open(file);
      let got = 0;
      const reading = (async () => {
        for await (const bytes of parts.read('bomb', 1024 * 1024)) got += bytes.length;
      })();
      await expect(reading).rejects.toThrow(
        /too large: bomb has more than 1 MB|longer than the file says/,
      );
      expect(got).toBeLessThanOrEqual(1024 * 1024);
      await file.close();
    }
  });

  test('has no more parts than a workbook needs', async () => {
    const many = Array.from({ length: 20_001 }, (_, n) => ({ name: `p${n}`, data: '', method: 0 }));
    expect((await read('a.xlsx', zipOf(many))).problems.join()).toMatch(
      /too large: it has 20001 parts/,
    );
  });

  test('has no more shared texts, nor longer ones, than can be held', () => {
    const many = new SharedStrings();
    expect(() => {
      for (;;) many.add('');
    }).toThrow('more than 4000000 texts');
    const long = new SharedStrings();
    const text = 'x'.repeat(1024 * 1024);
    expect(() => {
      for (let n = 0; n < 300; n += 1) long.add(text);
    }).toThrow('its texts have more than 256 MB');
  });

  test('keeps the texts that were added apart', () => {
    const strings = new SharedStrings();
    const texts = Array.from({ length: 5_000 }, (_, n) => `${'é'.repeat(n % 700)}${n}`);
    texts.push('y'.repeat(3 * 1024 * 1024), 'last', '');
    for (const text of texts) strings.add(text);
    expect(texts.every((text, at) => strings.at(at) === text)).toBe(true);
    expect([-1, 0.5, NaN, strings.count].map((at) => strings.at(at))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('is closed when its rows are not read to the end', async () => {
    const rows: Cell[][] = [
      ROWS[0] ?? [],
      ...Array.from({ length: 5_000 }, (_, n) => [`${LINK}?${n}`, 'x']),
    ];
    const spec: Partial<BookSpec> = { zip: { method: 0 } };
    await expect(
      read('a.xlsx', book(rows, spec), { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

test('an error of a handler is not taken for one of the file', async () => {
  async function* bytes(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from('<a/>'));
  }
  const broken = readXml(bytes(), 'part', {
    open() {
      throw Object.assign(new Error('disk'), { syscall: 'read' });
    },
  });
  await expect(broken).rejects.toThrow(/^disk$/);
});
