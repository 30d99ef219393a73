// Manifests as operators have written them, each with what it means.
import { describe, expect, test } from 'vitest';
import { read } from './support.js';

const CLIP = 'http://127.0.0.1:18999/clips/good.mp4';
const CAFE = 'Café del mar – soft piano';
const CAFE_ROWS = [
  { id: '1', fileLink: `${CLIP}?a`, prompt: CAFE, extra: {} },
  { id: '2', fileLink: `${CLIP}?b`, prompt: 'Bright pop', extra: {} },
];
const TWO_CLIPS = [
  { id: 'a', fileLink: `${CLIP}?a`, prompt: 'calm' },
  { id: 'b', fileLink: `${CLIP}?b`, prompt: 'pop' },
];

const IDS = [
  ...['Client A / Promo #3', 'Q4: launch?', 'trailing.', 'CON', 'a'.repeat(200), '../x'],
  ...['résumé & co', "it's"],
];

interface Meant {
  clips?: object[];
  problems?: string[];
  warnings?: string[];
}

const CASES: [name: string, file: string, text: string | Buffer, meant: Meant][] = [
  [
    'Unicode text of Excel',
    '01-utf16le-tab.csv',
    Buffer.from(
      `\uFEFFid\tfile_link\tprompt\r\n1\t${CLIP}?a\t${CAFE}\r\n2\t${CLIP}?b\tBright pop\r\n`,
      'utf16le',
    ),
    { clips: CAFE_ROWS },
  ],
  [
    'a line that names the delimiter',
    '04-sep.csv',
    `sep=;\r\nid;file_link;prompt\r\n1;${CLIP}?a;${CAFE}\r\n2;${CLIP}?b;Bright pop\r\n`,
    { clips: CAFE_ROWS },
  ],
  [
    'columns that are empty all the way',
    '06-trailcols.csv',
    `id,file_link,prompt,,\n1,${CLIP}?a,${CAFE},,\n2,${CLIP}?b,Bright pop,,\n`,
    { clips: CAFE_ROWS },
  ],
  [
    'rows without their last cells',
    '06c-shortrows.csv',
    `id,file_link,prompt,mood,note\n1,${CLIP}?a,Soft,calm\n2,${CLIP}?b,Pop\n`,
    {
      clips: [
        { prompt: 'Soft', extra: { mood: 'calm', note: '' } },
        { prompt: 'Pop', extra: { mood: '', note: '' } },
      ],
    },
  ],
  [
    'names in capitals and with blanks',
    '07-header.csv',
    `ID,File Link,Prompt \n1,${CLIP}?a,${CAFE}\n2,${CLIP}?b,Bright pop\n`,
    { clips: CAFE_ROWS },
  ],
  [
    'names of their own',
    '07d-header4.csv',
    `No.,Video URL,Music prompt\n1,${CLIP}?a,${CAFE}\n2,${CLIP}?b,Bright pop\n`,
    {
      problems: [
        `07d-header4.csv:1: there is no column file_link (is it the column Video URL? then say so: --map 'Video URL=file_link')`,
        `07d-header4.csv:1: there is no column prompt (is it the column Music prompt? then say so: --map 'Music prompt=prompt')`,
      ],
    },
  ],
  [
    'a column that results have too',
    '07e-status.csv',
    `id,file_link,prompt,status\n1,${CLIP}?a,${CAFE},todo\n2,${CLIP}?b,Bright pop,todo\n`,
    {
      clips: CAFE_ROWS.map((clip) => ({ ...clip, extra: { my_status: 'todo' } })),
      warnings: [
        '07e-status.csv:1: column status has the name of a column of the results, and is kept as my_status (rename it to choose another name)',
      ],
    },
  ],
  [
    'curly quotes around a comma',
    '08-smart.csv',
    `id,file_link,prompt\n1,${CLIP}?a,“Dreamy, slow” strings\n2,${CLIP}?b,Rock ‘n’ roll\n`,
    {
      clips: [
        { fault: expect.stringContaining('curly quote') as string },
        { prompt: 'Rock ‘n’ roll' },
      ],
      problems: [
        '08-smart.csv:2: the row has 4 values, the header 3 columns: a value begins with “, a curly quote, which holds no delimiter (put the value in straight quotes (") instead)',
      ],
    },
  ],
  [
    'a map that is merged',
    '18b-anchors.yaml',
    `x: &base {prompt: calm, mood: soft}
clips:
  - {<<: *base, id: a, file_link: "${CLIP}?a"}
  - &two
    id: b
    file_link: ${CLIP}?b
    prompt: pop
`,
    {
      clips: [
        { ...TWO_CLIPS[0], extra: { mood: 'soft' } },
        { ...TWO_CLIPS[1], extra: {} },
      ],
    },
  ],
  [
    'JSON Lines',
    '19-lines.jsonl',
    `{"id":"a","file_link":"${CLIP}?a","prompt":"calm"}\n{"id":"b","file_link":"${CLIP}?b","prompt":"pop"}\n`,
    { clips: TWO_CLIPS },
  ],
  [
    'a bare list in JSON',
    '19c-array.json',
    `[{"id":1,"file_link":"${CLIP}?a","prompt":"calm"},{"id":2,"file_link":"${CLIP}?b","prompt":"pop"}]`,
    { clips: TWO_CLIPS.map((clip, at) => ({ ...clip, id: String(at + 1) })) },
  ],
  [
    'a bare list in YAML',
    'list.yaml',
    `- {id: a, file_link: "${CLIP}?a", prompt: calm}\n- {id: b, file_link: "${CLIP}?b", prompt: pop}\n`,
    { clips: TWO_CLIPS },
  ],
  [
    'ids that are no file names',
    '25-longid.csv',
    `id,file_link,prompt\n${IDS.map((id, at) => `${id},${CLIP}?${at},x\n`).join('')}`,
    { clips: IDS.map((id) => ({ id })) },
  ],
  [
    'our own results',
    'results-as-manifest.csv',
    `id,status,file_link,prompt,task_id,attempts,error_code,error_message,output,possible_duplicate
a,succeeded,${CLIP}?a,calm,tm-1,1,,,soundtracks/a.wav,false
b,succeeded,${CLIP}?b,pop,tm-2,1,,,soundtracks/b.wav,false
`,
    { clips: TWO_CLIPS.map((clip) => ({ ...clip, extra: {} })) },
  ],
  [
    'our own results as JSON Lines',
    'results.jsonl',
    TWO_CLIPS.map(({ id, fileLink, prompt }) =>
      JSON.stringify({
        ...{ id, status: 'succeeded', file_link: fileLink, prompt, task_id: 'tm-1', attempts: 1 },
        ...{ error_code: null, error_message: null, output: 'soundtracks/a.wav' },
        ...{
          possible_duplicate: false,
          outputs: ['soundtracks/a.wav'],
          model_version: 'v1',
          mood: 'soft',
        },
      }),
    ).join('\n'),
    { clips: TWO_CLIPS.map((clip) => ({ ...clip, extra: { mood: 'soft' } })) },
  ],
];

describe('a manifest with', () => {
  test.each(CASES)('%s is read as it is meant', async (_, file, text, meant) => {
    const { clips, problems, warnings } = await read(file, text);
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [], ...without(meant) });
    expect(clips).toMatchObject(meant.clips ?? []);
  });
});

function without({ problems, warnings }: Meant): Pick<Meant, 'problems' | 'warnings'> {
  return { ...(problems && { problems }), ...(warnings && { warnings }) };
}
