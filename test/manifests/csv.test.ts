import fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, test } from 'vitest';
import { LINK, read } from './support.js';

describe('CSV', () => {
  test('gives clips in order with their own columns kept', async () => {
    const { clips, report } = await read(
      'library.csv',
      `campaign,id,file_link,prompt,params,note\nautumn,intro,${LINK},Calm Piano,x=1,\n`,
    );
    expect(clips).toEqual([
      {
        row: 0,
        line: 2,
        id: 'intro',
        fileLink: LINK,
        prompt: 'Calm Piano',
        params: 'x=1',
        extra: { campaign: 'autumn', note: '' },
      },
    ]);
    expect(report).toMatchObject({
      format: 'csv',
      name: 'library',
      columns: ['campaign', 'note'],
      total: 1,
      valid: 1,
      invalid: 0,
      problemCount: 0,
      complete: true,
    });
  });

  test.each([
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
  ])('finds the delimiter %s in the header', async (_, delimiter) => {
    const rows = [
      ['id', 'file_link', 'prompt', 'a,b;c'],
      ['x', LINK, 'Calm, slow; warm', ''],
    ];
    const { clips, problems } = await read('a.csv', stringify(rows, { delimiter }));
    expect(problems).toEqual([]);
    expect(clips[0]).toMatchObject({ id: 'x', prompt: 'Calm, slow; warm' });
  });

  test('takes a byte order mark off, also before a quoted header', async () => {
    const { clips, problems } = await read('a.csv', `\uFEFF"file_link",prompt\n${LINK},Calm\n`);
    expect(problems).toEqual([]);
    expect(clips).toHaveLength(1);
  });

  test.each([
    ['Unix', '\n'],
    ['Windows', '\r\n'],
    ['old Mac', '\r'],
  ])('counts lines of quoted cells and blank lines with %s line ends', async (_, eol) => {
    const text = `id,file_link,prompt\n\na,${LINK},"one\ntwo\n\nfour"\n\nb,${LINK}?2,Calm\nc,,Calm\n`;
    const { clips, problems } = await read('a.csv', text.replaceAll('\n', eol));
    expect(clips.map(({ line }) => line)).toEqual([3, 8, 9]);
    expect(clips[0]?.prompt).toBe('one\ntwo\n\nfour');
    expect(problems).toEqual(['a.csv:9: file_link is empty (add a URL or remove the row)']);
  });

  test('reads rows whose line ends are mixed', async () => {
    const { clips } = await read(
      'a.csv',
      `file_link,prompt\r\n${LINK}?1,Calm\n${LINK}?2,Calm\r\n${LINK}?3,Calm`,
    );
    expect(clips.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  test('leaves out rows in which every cell is empty', async () => {
    const { clips, problems } = await read('a.csv', `file_link,prompt\n${LINK},Calm\n,\n , \n`);
    expect(problems).toEqual([]);
    expect(clips).toHaveLength(1);
  });

  test('tells every fault of the header at once', async () => {
    const { problems, report } = await read(
      'a.csv',
      `\nfile_lnk,Prompt,mood,mood,,prompt,${'x'.repeat(101)},__proto__\n${LINK},x,,,,,,\n`,
    );
    expect(problems).toEqual([
      'a.csv:2: columns 3 and 4 are both called mood (rename or remove one of them)',
      'a.csv:2: columns 2 and 6 are both called prompt (rename or remove one of them)',
      'a.csv:2: a column name has 101 characters, at most 100 are allowed (shorten it)',
      'a.csv:2: column __proto__ cannot be kept (rename it)',
      `a.csv:2: there is no column file_link (is it the column file_lnk? then say so: --map 'file_lnk=file_link')`,
    ]);
    expect(report).toMatchObject({ total: 0, complete: false });
  });

  test.each(['ID,File Link,Prompt ', 'id;FILE_LINK;prompt', ' Id\tfile-link\tPROMPT:'])(
    'reads the header as it is meant: %j',
    async (header) => {
      const [own = ''] = header.trim().split(/[,;\t]/);
      const row = ['a', LINK, `for {{${own}}}`].join(/[,;\t]/.exec(header)?.[0]);
      const { clips, problems, warnings } = await read('a.csv', `${header}\n${row}\n`);
      expect([...problems, ...warnings]).toEqual([]);
      expect(clips[0]).toMatchObject({ id: 'a', fileLink: LINK, prompt: 'for a', extra: {} });
    },
  );

  test('keeps a column that has the name of one of the results under another', async () => {
    const { clips, problems, warnings, report } = await read(
      'a.csv',
      `id,file_link,prompt,status,my_status,Output\na,${LINK},"{{status}}, {{my_status}}",todo,x,y\n`,
    );
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'a.csv:1: column status has the name of a column of the results, and is kept as my_status_2 (rename it to choose another name)',
      'a.csv:1: column Output has the name of a column of the results, and is kept as my_output (rename it to choose another name)',
    ]);
    expect(clips[0]).toMatchObject({
      prompt: 'todo, x',
      extra: { my_status_2: 'todo', my_status: 'x', my_output: 'y' },
    });
    expect(report.columns).toEqual(['my_status_2', 'my_status', 'my_output']);
  });

  test('drops a column without name, unless there is a value in it', async () => {
    const { clips, problems } = await read(
      'a.csv',
      `,id,file_link,prompt,,\n,a,${LINK}?1,Calm,,\n,b,${LINK}?2,Calm,x,\n`,
    );
    expect(problems).toEqual([
      'a.csv:3: there is a value in column 5, which has no name (name the column in the header row, or remove it)',
    ]);
    expect(clips[0]).toMatchObject({ id: 'a', prompt: 'Calm', extra: {} });
  });

  test('tells ragged rows and stray quotes with their lines and reads on', async () => {
    const { problems, clips, report } = await read(
      'a.csv',
      `id,file_link,prompt\na,${LINK}\nb,${LINK},say "hi" or "ho"\nc,${LINK},x,y\nd,${LINK},Calm\n`,
    );
    expect(problems).toEqual([
      'a.csv:2: prompt is empty (say what music is wanted)',
      'a.csv:3: a quote stands inside a value that does not begin with one (put the whole value in quotes and double the quotes inside it)',
      'a.csv:4: the row has 4 values, the header 3 columns (look for an extra delimiter; a value that holds one needs quotes)',
    ]);
    expect(clips.map(({ row, fault }) => [row, fault === undefined])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(report).toMatchObject({ total: 4, valid: 1, invalid: 3, complete: true });
  });

  test('takes cells that a row ends before, and those beyond the header, for empty', async () => {
    const { clips, problems } = await read(
      'a.csv',
      `file_link,prompt,mood,note\n${LINK}?1,x\n${LINK}?2,x,y\n${LINK}?3,x,y,z,, ,\n`,
    );
    expect(problems).toEqual([]);
    expect(clips.map(({ extra }) => extra)).toEqual([
      { mood: '', note: '' },
      { mood: 'y', note: '' },
      { mood: 'y', note: 'z' },
    ]);
  });

  test.each([
    ['sep=;\n', ';'],
    ['SEP=|\n', '|'],
    ['sep=\t\n', '\t'],
    ['"sep=;"\n', ';'],
    ['sep=,,,,\n', ','],
    ['\uFEFFsep=;\r\n\r\n', ';'],
    ['sep=;\n', ','],
  ])('obeys a first line %j where the header does (%j)', async (sep, delimiter) => {
    const rows = [
      ['id', 'file_link', 'prompt'],
      ['x', LINK, 'a, b; c'],
    ];
    const { clips, problems } = await read('a.csv', `${sep}${stringify(rows, { delimiter })}`);
    expect(problems).toEqual([]);
    expect(clips).toMatchObject([{ line: sep.split('\n').length + 1, id: 'x', prompt: 'a, b; c' }]);
  });

  test('asks whether a column that is called as such are is the one that is missing', async () => {
    for (const [header, link, prompt] of [
      ['No.,Video URL,Music prompt', 'Video URL', 'Music prompt'],
      ['name,Videolink,Stimmung', 'Videolink', undefined],
      ['file name,source,Style', 'source', 'Style'],
    ] as const) {
      const { problems } = await read('a.csv', `${header}\n1,${LINK},x\n`);
      expect(problems).toEqual([
        `a.csv:1: there is no column file_link (is it the column ${link}? then say so: --map '${link}=file_link')`,
        `a.csv:1: there is no column prompt (${prompt ? `is it the column ${prompt}? then say so: --map '${prompt}=prompt'` : 'add it to the header row'})`,
      ]);
    }
  });

  test('names curly quotes as what they are', async () => {
    const { problems } = await read(
      'a.csv',
      `file_link,prompt\n${LINK}?1,“a, b”\n${LINK}?2,«a, b»\n“${LINK}”,x\n${LINK}?3,‘n’ “x”\n`,
    );
    const inStraight = 'which holds no delimiter (put the value in straight quotes (") instead)';
    expect(problems).toEqual([
      `a.csv:2: the row has 3 values, the header 2 columns: a value begins with “, a curly quote, ${inStraight}`,
      `a.csv:3: the row has 3 values, the header 2 columns: a value begins with «, a curly quote, ${inStraight}`,
      'a.csv:4: file_link is in quotes that are part of it (take them off)',
    ]);
  });

  test('a quote that is never closed is told with the line where its row begins', async () => {
    const { problems, report } = await read(
      'a.csv',
      `file_link,prompt\n${LINK},Calm\n\n${LINK},"Calm\n${LINK},Calm\n`,
    );
    expect(problems).toEqual([
      'a.csv:4: a quote opened in the row that begins here is never closed (close it; the rows after it were not read)',
    ]);
    expect(report).toMatchObject({ total: 1, complete: false });
  });

  test('text after a closing quote ends the reading with its line', async () => {
    const { problems } = await read('a.csv', `file_link,prompt\n${LINK},"Calm"er\n`);
    expect(problems).toEqual([
      'a.csv:2: text follows a closing quote (double the quotes inside a quoted value; the rows after it were not read)',
    ]);
  });

  test('an over-long record is refused, and what came before it is kept', async () => {
    const { problems, clips } = await read(
      'a.csv',
      `file_link,prompt\n${LINK},Calm\n${LINK},"${'x\n'.repeat(200_000)}`,
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(
      'a.csv:3: the row that begins here is longer than 65536 characters',
    );
    expect(clips).toHaveLength(1);
  });

  test('a header that never ends is refused', async () => {
    const { problems } = await read('a.csv', 'x'.repeat(1_000_000));
    expect(problems[0]).toContain('a.csv:1: the header row is longer than');
  });

  test('a header of too many columns is refused', async () => {
    const more = Array.from({ length: 255 }, (_, n) => `c${n}`).join(',');
    const { problems } = await read('a.csv', `file_link,prompt,${more}\n`);
    expect(problems[0]).toContain('a.csv:1: the header has 257 columns, at most 256 are allowed');
  });

  test('a stray quote in the header is not taken for a missing column', async () => {
    const { problems } = await read('a.csv', `file"_link,prompt\n${LINK},Calm\n`);
    expect(problems).toEqual([
      'a.csv:1: the header row has a quote inside a name (take it out, or put the whole name in quotes and double the quotes inside it)',
    ]);
  });

  test.each([
    ['', 'a.csv: the file is empty (give it a header row and one row for each clip)'],
    ['\uFEFF\n \n', 'a.csv: the file is empty (give it a header row and one row for each clip)'],
    ['file_link,prompt', 'a.csv: there are no rows (add one for each clip)'],
  ])('a file without rows is refused: %j', async (text, problem) => {
    const { problems } = await read('a.csv', text);
    expect(problems).toEqual([problem]);
  });

  test('whatever cells a writer quotes are read back, at any chunk border', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '𝄞', '"', ',', ';', '\n', ' ') });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 30 }), async (notes) => {
        const rows = notes.map((note, n) => [`${LINK}?${n}`, 'Calm', `|${note}|`]);
        // More than one chunk of the reader, so that rows lie across the border.
        const long = [`${LINK}?x`, 'Calm', 'é'.repeat(7_000)];
        const filler = Array.from({ length: 20 }, () => long);
        const text = stringify([['file_link', 'prompt', 'note'], ...filler, ...rows]);
        const { clips, problems } = await read('a.csv', text);
        expect(problems).toEqual([]);
        expect(clips.slice(20).map(({ extra }) => extra['note'])).toEqual(
          rows.map(([, , note]) => note),
        );
      }),
      { numRuns: 40 },
    );
  });
});

test('a vertical bar separates cells where no other sign does', async () => {
  const { clips, problems } = await read('a.csv', `file_link|prompt\n${LINK}|Calm, slow; soft\n`);
  expect(problems).toEqual([]);
  expect(clips).toMatchObject([{ fileLink: LINK, prompt: 'Calm, slow; soft' }]);
});

describe('columns under other names', () => {
  const map = { 'Video URL': 'file_link', brief: 'prompt', Nr: 'id' } as const;
  const row = { id: '7', fileLink: LINK, prompt: 'Calm autumn', extra: { mood: 'autumn' } };

  test.each([
    ['a.csv', `Nr;VIDEO_URL;Brief;mood\n7;${LINK};Calm {{mood}};autumn\n`],
    [
      'a.json',
      JSON.stringify([{ Nr: 7, 'Video URL': LINK, Brief: 'Calm {{mood}}', mood: 'autumn' }]),
    ],
    ['a.jsonl', JSON.stringify({ nr: 7, video_url: LINK, BRIEF: 'Calm {{mood}}', mood: 'autumn' })],
    ['a.yaml', `- {Nr: 7, Video URL: "${LINK}", brief: 'Calm {{mood}}', mood: autumn}\n`],
  ])('are taken for those that they stand for: %s', async (name, text) => {
    const { clips, problems } = await read(name, text, { map });
    expect(problems).toEqual([]);
    expect(clips).toMatchObject([row]);
  });

  test('make another manifest of the same bytes', async () => {
    const text = `file_link,prompt,b\n${LINK},Calm,Loud\n`;
    const plain = await read('a.csv', text);
    const other = await read('a.csv', text.replace('prompt,b', 'a,b'), { map: { b: 'prompt' } });
    expect(other.clips[0]?.prompt).toBe('Loud');
    expect(other.report.hash).not.toBe(plain.report.hash);
  });

  test.each([
    [
      `link,Prompt\n${LINK},Calm\n`,
      {},
      "there is no column file_link (is it the column link? then say so: --map 'link=file_link')",
    ],
    [
      `file_link,prompt\n${LINK},Calm\n`,
      { promt: 'id' },
      'there is no column promt, which map names (did you mean prompt?)',
    ],
    [
      `file_link,prompt,url\n${LINK},Calm,x\n`,
      { url: 'file_link' },
      'columns 1 and 3 are both called file_link (rename or remove one of them)',
    ],
  ] as const)('%j with %j is told', async (text, given, fault) => {
    const { problems } = await read('a.csv', text, { map: given });
    expect(problems).toEqual([`a.csv:1: ${fault}`]);
  });
});
