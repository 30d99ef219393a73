import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../contract/clip.js';
import { meantColumn, KNOWN_COLUMNS } from '../../manifests/columns.js';
import { escapeFormulas, unescapeFormulas } from '../../manifests/formula-cells.js';
import { csvLines } from '../../outcomes/csv.js';
import type { BatchStoreView } from '../../outcomes/merge.js';
import { RESULT_COLUMNS } from '../../contract/result-columns.js';
import { resultRow, type ResultRow } from '../../outcomes/result-row.js';
import { writeSegment } from '../../outcomes/segments.js';
import { writeResults } from '../../outcomes/write-results.js';
import { frozen, manifestOf, succeeded } from './support.js';

const RUN = { batch: 'b', round: 1, startedAt: '2025-01-01T00:00:00.000Z', submissions: 0 };
const LINK = 'https://cdn.example/a.mp4';

async function resultsOf(
  view: BatchStoreView,
  outcomes: Outcome[] = [],
): Promise<{ csv: string; rows: ResultRow[] }> {
  await writeSegment(view.store, 1, '00000000', outcomes);
  await writeResults(view, RUN);
  const lines = ((await view.store.readText('results.jsonl')) ?? '').split('\n');
  expect(lines.pop()).toBe('');
  return {
    csv: (await view.store.readText('results.csv')) ?? '',
    rows: lines.map((line) => JSON.parse(line) as ResultRow),
  };
}

/** A manifest with one clip, whose prompt and one column are given. */
function manifestWith(prompt: string, own: string): string {
  return stringify([{ id: 'a', file_link: LINK, prompt, own }], { header: true });
}

const ROW: ResultRow = {
  ...{ id: 'a', status: 'failed', file_link: LINK, prompt: 'Pop', task_id: null, attempts: 1 },
  ...{ error_code: null, error_message: null, output: null, possible_duplicate: false },
  ...{ outputs: [], video: null, video_error: null, approved: false },
};

/** Cells as a spreadsheet finds them: a quote at the start of a cell keeps signs together. */
function cellsOf(csv: string, signs: string): string[] {
  const cells: string[] = [];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"?)?([^\r\n${signs}]*)(?:\r\n?|\n|[${signs}]|$)`, 'y');
  while (cell.lastIndex < csv.length) {
    const [, quoted = '', plain = ''] = cell.exec(csv) ?? [];
    cells.push(quoted.replaceAll('""', '"') + plain);
  }
  return cells;
}

describe('results.csv', () => {
  test('has the documented columns, then those of the manifest in its order', async () => {
    const manifest = `zeta,id,file_link,10,alpha,prompt,params,2\nz,a,${LINK},ten,al,Pop,mine,two\n`;
    const { csv } = await resultsOf(await frozen(manifest), [succeeded(0)]);
    expect(csv).toBe(
      'id,status,file_link,prompt,task_id,attempts,error_code,error_message,output,possible_duplicate,outputs,video,video_error,approved,zeta,10,alpha,2\n' +
        `a,succeeded,${LINK},Pop,task-0,1,,,soundtracks/c0.mp3,false,soundtracks/c0.mp3,,,false,z,ten,al,two\n`,
    );
  });

  test('tells all of an outcome, and of a row without one that it was cancelled', async () => {
    const { csv } = await resultsOf(await frozen(manifestOf(3)), [
      {
        ...{ row: 0, status: 'failed', taskId: 't', attempts: 4, errorCode: '680001' },
        ...{ errorMessage: 'no luck', possibleDuplicate: true },
      },
      { row: 1, status: 'rejected', attempts: 0, errorCode: 'http_404', errorMessage: 'not there' },
    ]);
    expect(csv.split('\n').slice(1, -1)).toEqual([
      'c0,failed,https://cdn.example/0.mp4,Pop,t,4,680001,no luck,,true,,,,false',
      'c1,rejected,https://cdn.example/1.mp4,Pop,,0,http_404,not there,,false,,,,false',
      'c2,cancelled,https://cdn.example/2.mp4,Pop,,0,batch_cancelled,never submitted,,false,,,,false',
    ]);
  });

  test.each([
    ...['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', '＋1', '－1', '＠x'],
    ...['=HYPERLINK("http://evil.example","x")', "-2+3+cmd|' /C calc'!A0"],
  ])('a cell that begins as a formula is escaped: %j', async (cell) => {
    const outcome: Outcome = { row: 0, status: 'failed', attempts: 1, errorMessage: cell };
    const { csv, rows } = await resultsOf(await frozen(manifestWith('Pop', 'x')), [outcome]);
    const [row] = parse<Record<string, string>>(csv, { columns: true });
    expect(row?.['error_message']).toBe(`'${cell}`);
    expect(rows[0]?.error_message).toBe(cell);
  });

  test('so is one that the manifest holds', async () => {
    const { csv, rows } = await resultsOf(await frozen(manifestWith('+Pop', '=1+1')));
    const [row] = parse<Record<string, string>>(csv, { columns: true });
    expect(row).toMatchObject({ prompt: "'+Pop", own: "'=1+1" });
    expect(rows[0]).toMatchObject({ prompt: '+Pop', own: '=1+1' });
  });

  test('so is the name of a column', async () => {
    const view = await frozen(`id,file_link,prompt,=cmd,x;=cmd\na,${LINK},Pop,x,y\n`);
    expect((await resultsOf(view)).csv.split('\n')[0]).toMatch(/,'=cmd,"x;'=cmd"$/);
  });

  test.each([',', ';', '\t', ',;', ',;\t'])(
    'no cell is a formula for who splits at %j',
    async (signs) => {
      const nasty = ['=', '@', '+', '-', '＝', ';', '\t', '\n', '\r', '"', "'", ' ', ',', 'x'];
      const cell = fc.string({ unit: fc.constantFrom(...nasty), maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 5 }), async (cells) => {
          const columns = cells.map((_, at) => `c${at}${cells[0] ?? ''}`);
          const extra = Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? '']));
          const row: ResultRow = { ...ROW, error_message: cells[0] ?? '', ...extra };
          const csv = await text(csvLines(Readable.from([row]), columns));
          // Where commas do not split, quotes within a line may be taken for text.
          const unquoted = signs.includes(',') ? [] : csv.split(new RegExp(`[\r\n${signs}]`));
          for (const one of [...unquoted, ...cellsOf(csv, signs)]) {
            expect(one.replace(/^[ "]+/, '')).not.toMatch(/^[=@+\-＝]/);
          }
        }),
        { numRuns: 300 },
      );
    },
  );

  test('what is escaped can be read back', () => {
    const units = ['=', '@', '-', ';', '\t', '\n', '\r', '"', "'", ' ', 'x'];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...units) }), (cell) => {
        expect(unescapeFormulas(escapeFormulas(cell))).toBe(cell);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    'plain',
    '',
    'a "quoted" word',
    '"',
    'two\nlines',
    'CR\r\nLF',
    'a,b;c',
    'Grüße 映像 😀 e\u0301',
    ' x ',
  ])('a cell comes back as it was: %j', async (cell) => {
    const outcome: Outcome = { row: 0, status: 'failed', attempts: 1, errorMessage: cell };
    const view = await frozen(manifestOf(1));
    const { csv, rows } = await resultsOf(view, [outcome]);
    const parsed = parse<Record<string, string>>(csv, { columns: true });
    expect(parsed).toHaveLength(1);
    expect(parsed[0]).toMatchObject({ error_message: cell });
    expect(rows[0]).toMatchObject({ error_message: cell });
  });

  test('a column named like something of JavaScript is only a name', async () => {
    const view = await frozen(
      `clips:
  - { file_link: "${LINK}", prompt: Pop, constructor: x }
  - { file_link: "${LINK}?2", prompt: Pop, toString: y, mood.length: z }
`,
      'm.yaml',
    );
    const { csv } = await resultsOf(view);
    expect(parse<Record<string, string>>(csv, { columns: true })).toMatchObject([
      { constructor: 'x', toString: '', 'mood.length': '' },
      { constructor: '', toString: 'y', 'mood.length': 'z' },
    ]);
  });

  test('a failure of the rows fails the reader', async () => {
    const view = await frozen(manifestOf(2));
    await view.store.write('outcomes/1-00000000.jsonl', 'nonsense\n');
    await expect(writeResults(view, RUN)).rejects.toThrow('outcomes/1-00000000.jsonl:1 is damaged');
    expect(await view.store.exists('results.csv')).toBe(false);
    expect(await view.store.exists('summary.json')).toBe(false);
  });

  test('without rows it is the header alone', async () => {
    const none = (async function* (): AsyncIterable<ResultRow> {})();
    expect(await text(csvLines(none, ['own']))).toBe(`${RESULT_COLUMNS.join(',')},own\n`);
  });
});

describe('results.jsonl', () => {
  test('has the fields of results.csv, in every row', async () => {
    const view = await frozen(
      `clips:
  - { file_link: "${LINK}", prompt: Pop, mood: calm }
  - { file_link: "${LINK}?2", prompt: Pop, genre: Pop }
`,
      'm.yaml',
    );
    const { csv, rows } = await resultsOf(view, [succeeded(0)]);
    const header = csv.split('\n')[0]?.split(',');
    for (const row of rows) expect(Object.keys(row)).toEqual(header);
  });

  test('says absent values as null, numbers and booleans as such', async () => {
    const { rows } = await resultsOf(await frozen(manifestOf(1)), [succeeded(0)]);
    expect(rows).toEqual([
      {
        ...{ id: 'c0', status: 'succeeded', file_link: 'https://cdn.example/0.mp4', prompt: 'Pop' },
        ...{ task_id: 'task-0', attempts: 1, error_code: null, error_message: null },
        ...{ output: 'soundtracks/c0.mp3', possible_duplicate: false },
        ...{ outputs: ['soundtracks/c0.mp3'], video: null, video_error: null, approved: false },
      },
    ]);
  });

  test('names every file of a result, and what the vendor says of it', async () => {
    const view = await frozen(manifestWith('Pop', 'mine').replace(',own', ',model_version'));
    const outputs = ['soundtracks/a.wav', 'soundtracks/a-2.mp4'];
    const outcome = { ...succeeded(0), output: outputs[0] ?? '', outputs };
    const { csv, rows } = await resultsOf(view, [
      { ...outcome, modelVersion: 'v1', translatePrompt: 'pop' },
    ]);
    // The manifest's own column of that name keeps its value.
    expect(rows).toMatchObject([{ outputs, translate_prompt: 'pop', model_version: 'mine' }]);
    expect(csv).toContain(
      'soundtracks/a.wav,false,soundtracks/a.wav|soundtracks/a-2.mp4,,,false,mine',
    );
  });
});

describe('a result row', () => {
  test('of a clip that has not ended is pending while the batch runs', async () => {
    const view = await frozen(manifestOf(1));
    const clip = await view.snapshot.clip(0);
    expect(resultRow({ clip })).toMatchObject({ status: 'pending', error_code: null });
    expect(resultRow({ clip }, 'cancelled')).toMatchObject({
      status: 'cancelled',
      error_code: 'batch_cancelled',
    });
  });

  test('has no column that a manifest could have under the same name', () => {
    const known = new Set<string>(KNOWN_COLUMNS);
    for (const column of RESULT_COLUMNS) {
      const name = known.has(column) ? column : `my_${column}`;
      expect(meantColumn(column, new Set())).toMatchObject({ name });
    }
  });
});
