import { describe, expect, test } from 'vitest';
import { LINK, read } from './support.js';

const REMEDY = 'save it as UTF-8; in a spreadsheet program, as "CSV UTF-8"';

describe('the encoding of a manifest', () => {
  const NOTICE =
    'the file is not UTF-8, and was read as Windows-1252 (look whether its letters are right; saved as UTF-8, it needs no guess)';

  test.each([
    ['French', 'Café créé à Noël', 'latin1'],
    ['German', 'Größe, Übermut', 'latin1'],
    ['Spanish', '¿Qué mañana?', 'latin1'],
    ['Danish', 'Smørrebrød på Ærø', 'latin1'],
    ['Portuguese', 'Canções de manhã', 'latin1'],
  ] as const)('%s in Windows-1252 is read, with a notice', async (_, text, encoding) => {
    const csv = `file_link,prompt\n${LINK},Calm\n${LINK},"${text}"\n`;
    const { problems, clips, warnings } = await read('a.csv', Buffer.from(csv, encoding));
    expect(problems).toEqual([]);
    expect(clips[1]).toMatchObject({ prompt: text });
    expect(warnings).toEqual([`a.csv:3: ${NOTICE}`]);
  });

  test('its own signs are read, wherever the reader cuts', async () => {
    const signs = Buffer.from([0x93, 0x80, 0x20, 0x96, 0x20, 0x85, 0x94]);
    const head = `file_link,prompt\n${LINK},Calm\n`;
    const rows = Array.from({ length: 20_000 }, (_, n) => `${LINK}?${n},x\n`).join('');
    const bytes = Buffer.concat([Buffer.from(head + rows + LINK + ','), signs, Buffer.from('\n')]);
    const { clips, warnings } = await read('a.csv', bytes);
    expect(clips.at(-1)).toMatchObject({ prompt: '“€ – …”' });
    expect(warnings.at(-1)).toBe(`a.csv:20003: ${NOTICE}`);
  });

  test.each([
    ['Cyrillic in Windows-1251', [0xd2, 0xe8, 0xf5, 0xee]],
    ['Greek in Windows-1253', [0xe3, 0xe1, 0xeb, 0xde, 0xed, 0xe7]],
    ['Japanese in Shift JIS', [0x93, 0xfa, 0x96, 0x7b]],
    ['French in MacRoman', [0x43, 0x61, 0x66, 0x8e]],
    ['German in code page 850', [0x47, 0x72, 0x94, 0xe1, 0x65]],
    ['bytes of no text', [0x43, 0x81, 0x8d]],
  ])('%s is refused with the line of the first odd byte', async (_, text) => {
    const head = Buffer.from(`file_link,prompt\n${LINK},Calm\n${LINK},`);
    const { problems } = await read('a.csv', Buffer.concat([head, Buffer.from([...text, 0x0a])]));
    expect(problems).toEqual([`a.csv:3: the file is not UTF-8 text (${REMEDY})`]);
  });

  test('the line is right far into the file, past many chunks', async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => `${LINK}?${n},Calm é`).join('\r\n');
    const bytes = Buffer.concat([
      Buffer.from(`file_link,prompt\r\n${rows}\r\n`),
      Buffer.from([0xe9, 0x0a]),
    ]);
    const { problems } = await read('a.csv', bytes);
    expect(problems).toEqual([`a.csv:20002: the file is not UTF-8 text (${REMEDY})`]);
  });

  test.each([
    ['UTF-16 without a byte order mark', Buffer.from('file_link,prompt\n', 'utf16le')],
    ['a character cut off at the end', Buffer.from([...Buffer.from('file_link,prompt'), 0xc3])],
  ])('%s is refused', async (_, bytes) => {
    const { problems } = await read('a.csv', bytes);
    expect(problems).toEqual([`a.csv:1: the file is not UTF-8 text (${REMEDY})`]);
  });

  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

  test.each([
    ['little', (bytes: Buffer) => bytes],
    ['big', swapped],
  ])('UTF-16 with a byte order mark is read, %s end first', async (_, order) => {
    // Signs of two units, one and a rest lie across the borders of the reader's chunks.
    const rows = Array.from(
      { length: 3_000 },
      (_, n) => `${LINK}?${n}\tCafé\t${'𝄞é漢'.repeat(27)}x`,
    );
    const text = `\uFEFFfile_link\tprompt\tnote\r\n${rows.join('\r\n')}\r\n`;
    const { clips, problems, report } = await read('a.csv', order(Buffer.from(text, 'utf16le')));
    expect(problems).toEqual([]);
    expect(clips).toHaveLength(3_000);
    expect(clips.every(({ extra }) => extra['note'] === `${'𝄞é漢'.repeat(27)}x`)).toBe(true);
    expect(clips.at(-1)).toMatchObject({ line: 3_001, prompt: 'Café' });
    expect(report.hash).toHaveLength(64);
  });

  test.each([
    ['half a sign', [0xff, 0xfe, 0x69, 0x00, 0x64]],
    ['half a pair', [0xff, 0xfe, 0x69, 0x00, 0x34, 0xd8, 0x69, 0x00]],
  ])('UTF-16 with %s is refused', async (_, bytes) => {
    const { problems } = await read('a.csv', Buffer.from(bytes));
    expect(problems).toEqual([
      'a.csv: the file begins as UTF-16 text, but is not (save it as UTF-8)',
    ]);
  });

  test.each([[[]], [[0xff]], [[0xff, 0xfe]], [[0xef, 0xbb, 0xbf]]])(
    'a file of %j is empty',
    async (bytes) => {
      const { problems } = await read('a.csv', Buffer.from(bytes));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(bytes.length === 1 ? /not UTF-8 text/ : /the file is empty/);
    },
  );

  test('characters that lie across chunk borders are read whole', async () => {
    // Rows of 3 bytes less than a power of two move the border through every byte of a sign.
    const rows = Array.from({ length: 4_000 }, (_, n) => `${LINK}?${n},Calm,${'𝄞é漢'.repeat(28)}`);
    const { clips, problems } = await read('a.csv', `file_link,prompt,note\n${rows.join('\r\n')}`);
    expect(problems).toEqual([]);
    expect(clips.every(({ extra }) => extra['note'] === '𝄞é漢'.repeat(28))).toBe(true);
    expect(clips.at(-1)?.line).toBe(4_001);
  });

  test('a Windows line end that lies across a chunk border is one', async () => {
    const head = 'file_link,prompt,note\r\n';
    // Rows to fill the reader's first chunk of 256 KB up to a \r.
    const row = `${LINK},Calm,${'y'.repeat(200)}\r\n`;
    const rows = row.repeat(Math.floor((262_144 - head.length) / row.length) - 1);
    const room = 262_143 - head.length - rows.length;
    const last = `${LINK},Calm,`.padEnd(room, 'z');
    const text = `${head}${rows}${last}\r\n${LINK},Calm,\r\n`;
    expect(text[262_143]).toBe('\r');
    const { clips, problems } = await read('a.csv', text);
    expect(problems).toEqual([]);
    expect(clips.at(-1)?.line).toBe(text.split('\r\n').length - 1);
  });

  test('the same holds for YAML', async () => {
    const { problems } = await read('a.yaml', Buffer.from('name: x\nclips: [é]\n', 'latin1'));
    expect(problems).toEqual([`a.yaml:2: the file is not UTF-8 text (${REMEDY})`]);
  });
});
