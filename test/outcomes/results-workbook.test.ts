// results.xlsx: what is in it, and that nothing else depends on it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Clip, Outcome } from '../../contract/clip.js';
import { RESULT_COLUMNS } from '../../contract/result-columns.js';
import { readManifest } from '../../manifests/index.js';
import { openManifestFile } from '../../manifests/open-file.js';
import { Package } from '../../manifests/xlsx/package.js';
import type { BatchStoreView } from '../../outcomes/merge.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import { writeSegment } from '../../outcomes/segments.js';
import { readWarnings } from '../../outcomes/warnings.js';
import { writeResults } from '../../outcomes/write-results.js';
import { xlsxBytes } from '../../outcomes/xlsx/index.js';
import { numericColumns } from '../../outcomes/xlsx/numeric-columns.js';
import { sheetXml } from '../../outcomes/xlsx/sheet-xml.js';
import { makeFolder } from '../manifests/support.js';
import { all, frozen } from './support.js';

const RUN = { batch: 'b', round: 1, startedAt: '2025-01-01T00:00:00.000Z', submissions: 0 };

const MANIFEST = `id,file_link,prompt,params,status,'=note,length,code,cue
,https://cdn.example/0.mp4,"+Pop; -3 dB","x=1",todo,=1+1,12.5,007,2
,https://cdn.example/0.mp4,"+Pop; -3 dB","x=1",done,"'@x",3,12,
007,https://cdn.example/c.mp4,{{status}} <Rock> & _x0041_,,todo,,,1,x
d,https://cdn.example/d.mp4,Calm,,todo,"two
= lines",-4,2,3
`;

const OUTCOMES: Outcome[] = [
  { row: 0, status: 'succeeded', taskId: 't0', attempts: 1, output: 'soundtracks/clip-1.mp3' },
  { row: 1, status: 'failed', taskId: '123', attempts: 2, errorCode: 'task_failed' },
  {
    ...{ row: 2, status: 'succeeded', taskId: 't2', attempts: 1, possibleDuplicate: true },
    ...{ output: 'soundtracks/c.mp3', outputs: ['soundtracks/c.mp3', 'soundtracks/c-2.mp4'] },
  },
  {
    row: 3,
    status: 'failed',
    attempts: 4,
    errorMessage: '=HYPERLINK("http://evil.example")\u0007',
  },
];

async function ended(xlsx = true): Promise<BatchStoreView> {
  const view = await frozen(MANIFEST);
  await writeSegment(view.store, 1, '00000000', OUTCOMES);
  await writeResults(view, { ...RUN, xlsx });
  return view;
}

async function bytesOf({ store }: BatchStoreView): Promise<Buffer> {
  return await buffer(store.readStream('results.xlsx'));
}

async function partOf(view: BatchStoreView, name: string): Promise<string> {
  const file = await openManifestFile(join(view.store.location, 'results.xlsx'));
  try {
    return await text((await Package.open(file)).read(name, 1e8));
  } finally {
    await file.close();
  }
}

const SHEET = 'xl/worksheets/sheet1.xml';

describe('results.xlsx', () => {
  test('is written only when it is wanted', async () => {
    expect(await (await ended(false)).store.exists('results.xlsx')).toBe(false);
    expect(await (await ended()).store.exists('results.xlsx')).toBe(true);
  });

  test('is a manifest of the same clips', async () => {
    const view = await ended();
    const clips: Clip[] = [];
    const path = join(view.store.location, 'results.xlsx');
    const { report } = await readManifest(path, (some) => void clips.push(...some), {
      label: 'results.xlsx',
    });
    expect(report).toMatchObject({ total: 4, problemCount: 0, ownResults: true });
    expect(report.columns).toEqual(['my_status', "'=note", 'length', 'code', 'cue']);
    const before = (await all(view.snapshot.pages())).flat();
    const plain = ({ id, fileLink, prompt, extra }: Clip) => ({ id, fileLink, prompt, extra });
    expect(clips.map(plain)).toEqual(before.map(plain));
  });

  test('has the columns of results.csv; links and formulas are texts, numbers are numbers', async () => {
    const xml = await partOf(await ended(), SHEET);
    expect(xml).not.toContain('<f');
    expect(xml).not.toContain('hyperlink');
    const header = [
      ...(/<row r="1">(.*?)<\/row>/.exec(xml)?.[1] ?? '').matchAll(/<t [^>]*>(.*?)<\/t>/g),
    ];
    const own = ['my_status', "'=note", 'length', 'code', 'cue'];
    expect(header.map(([, name]) => name)).toEqual([...RESULT_COLUMNS, ...own]);
    const cell = (name: string) => new RegExp(`<c r="${name}".*?</c>`, 's').exec(xml)?.[0];
    expect(cell('F2')).toBe('<c r="F2"><v>1</v></c>');
    expect(cell('J4')).toBe('<c r="J4" t="b"><v>1</v></c>');
    expect(cell('Q2')).toBe('<c r="Q2"><v>12.5</v></c>');
    expect(cell('Q5')).toBe('<c r="Q5"><v>-4</v></c>');
    // A column with leading zeros, or with texts, holds texts.
    expect(cell('R3')).toContain('<t xml:space="preserve">12</t>');
    expect(cell('S2')).toContain('<t xml:space="preserve">2</t>');
    expect(cell('A4')).toBe(
      '<c r="A4" s="2" t="inlineStr"><is><t xml:space="preserve">007</t></is></c>',
    );
    expect(cell('E3')).toContain('s="2"');
    expect(cell('H5')).toBe(
      '<c r="H5" s="3" t="inlineStr"><is><t xml:space="preserve">=HYPERLINK("http://evil.example")_x0007_</t></is></c>',
    );
    expect(cell('D4')).toContain('todo &lt;Rock&gt; &amp; _x005F_x0041_');
    expect(cell('K4')).toContain('soundtracks/c.mp3|soundtracks/c-2.mp4');
    expect(cell('G2')).toBeUndefined();
  });

  test('has its header bold, frozen and filtered, and widths', async () => {
    const view = await ended();
    const xml = await partOf(view, SHEET);
    expect(xml).toContain(
      '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>',
    );
    expect(xml).toContain('<autoFilter ref="A1:S5"/>');
    expect(xml).toContain('<col min="3" max="3" width="50" customWidth="1"/>');
    expect(xml).toContain('<c r="A1" s="1" t="inlineStr">');
    expect(await partOf(view, 'xl/styles.xml')).toContain('<font><b/>');
  });

  test('is the same file for the same outcomes', async () => {
    const view = await ended();
    const first = await bytesOf(view);
    // Of its first entry: 1 January 1980, 0:00.
    expect(first.readUInt32LE(10)).toBe(0x00210000);
    await writeResults(view, { ...RUN, xlsx: true });
    expect((await bytesOf(view)).equals(first)).toBe(true);
    expect((await bytesOf(await ended())).equals(first)).toBe(true);
  });

  test('is kept up to date once it is there', async () => {
    const view = await ended();
    const first = await bytesOf(view);
    await writeSegment(view.store, 2, '00000000', [
      { ...OUTCOMES[3]!, status: 'succeeded', attempts: 5 },
    ]);
    await writeResults(view, { ...RUN, round: 2 });
    expect((await bytesOf(view)).equals(first)).toBe(false);
  });

  test('that cannot be written is a warning, until it can', async () => {
    const view = await ended(false);
    const csv = await view.store.readText('results.csv');
    const folder = join(view.store.location, 'results.xlsx');
    await mkdir(join(folder, 'x'), { recursive: true });
    const summary = await writeResults(view, { ...RUN, xlsx: true });
    expect(summary.counts.total).toBe(4);
    expect(await view.store.readText('results.csv')).toBe(csv);
    expect(await view.store.exists('summary.json')).toBe(true);
    expect(await all(readWarnings(view.store))).toMatchObject([
      {
        id: '',
        code: 'xlsx_not_written',
        message: expect.stringMatching(
          /^results\.xlsx was not written: EISDIR|ENOTEMPTY/,
        ) as string,
      },
    ]);
  });

  test('of an earlier round does not stay when the new one cannot be written', async () => {
    const view = await ended();
    const { store } = view;
    const writeStream = store.writeStream.bind(store);
    store.writeStream = async (key, ...rest) => {
      if (key === 'results.xlsx') throw new Error('no space');
      return await writeStream(key, ...rest);
    };
    await writeResults(view, { ...RUN, xlsx: true });
    expect(await store.exists('results.xlsx')).toBe(false);
    expect(await all(readWarnings(store))).toMatchObject([
      { message: 'results.xlsx was not written: no space' },
    ]);
    store.writeStream = writeStream;
    await writeResults(view, { ...RUN, xlsx: true });
    expect(await all(readWarnings(store))).toEqual([]);
  });
});

const ROW: ResultRow = {
  ...{ id: 'a', status: 'failed', file_link: 'x', prompt: 'Pop', task_id: null, attempts: 1 },
  ...{
    error_code: null,
    error_message: null,
    output: null,
    possible_duplicate: false,
    ...{ outputs: [], video: null, video_error: null, approved: false },
  },
};

async function* rowsOf(...rows: Partial<ResultRow>[]): AsyncGenerator<ResultRow> {
  for (const row of rows) yield await Promise.resolve({ ...ROW, ...row });
}

describe('a workbook of rows', () => {
  test('fails when its rows do, and ends their reading when it is not read', async () => {
    const failing = async function* (): AsyncGenerator<ResultRow> {
      yield* rowsOf({});
      throw new Error('damaged');
    };
    await expect(xlsxBytes(failing, ['own'])).rejects.toThrow('damaged');
    await expect(xlsxBytes(failing, []).then(buffer)).rejects.toThrow('damaged');
    let ends = 0;
    const endless = async function* (): AsyncGenerator<ResultRow> {
      try {
        for (;;) yield* rowsOf({});
      } finally {
        ends += 1;
      }
    };
    const stream = await xlsxBytes(endless, []);
    let got = 0;
    for await (const bytes of stream) {
      got += (bytes as Buffer).length;
      if (got > 100_000) break;
    }
    await expect.poll(() => ends).toBe(1);
  });

  test('has no more rows than a sheet, and cuts what a cell cannot hold', async () => {
    const many = async function* (): AsyncGenerator<ResultRow> {
      await Promise.resolve();
      for (let n = 0; n < 1_048_576; n += 1) yield ROW;
    };
    const reading = (async () => {
      for await (const part of sheetXml(many(), ['id'], new Set()))
        expect(part.length).toBeGreaterThan(0);
    })();
    await expect(reading).rejects.toThrow('a sheet holds 1048575 rows below its header');
    const long = await text(
      Readable.from(sheetXml(rowsOf({ prompt: 'x'.repeat(40_000) }), ['prompt'], new Set())),
    );
    expect(/x+\.\.\./.exec(long)?.[0]).toHaveLength(32_767);
  });

  test.each([
    [['1', '2.5', '-3', '0', ''], true],
    [['1', '007'], false],
    [['1', '1.0'], false],
    [['1', '1e5'], false],
    [['123456789012'], false],
    [['1', 'x'], false],
    [['', ''], false],
    [['-0'], false],
  ])('has numbers in a column with %j: %j', async (values, isNumeric) => {
    const rows = rowsOf(...values.map((own) => ({ own })));
    expect((await numericColumns(rows, ['own'])).has('own')).toBe(isNumeric);
  });
});

test('a results.csv that was saved as a workbook has its escapes taken off', async () => {
  const { book } = await import('../support/xlsx.js');
  const cells = [
    [...RESULT_COLUMNS],
    ['a', 'failed', 'https://cdn.example/a.mp4', "'+Pop", 't', 1, '', '', '', false, ''],
  ];
  const path = join(await makeFolder(), 'results.xlsx');
  await writeFile(path, book(cells));
  const clips: Clip[] = [];
  await readManifest(path, (some) => void clips.push(...some));
  expect(clips).toMatchObject([{ prompt: '+Pop' }]);
});
