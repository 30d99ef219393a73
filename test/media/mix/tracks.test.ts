import { execa } from 'execa';
import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasFfmpeg, picture } from '../clips.js';
import { humming, openLab, saying, sound, X264 } from './lab.js';
import { ffmpegSays, pictureOf, readTrack } from './measure.js';

const PICTURE = picture('160x120', '25', 4);
const SPEECH = sound(saying(1, 2), 4);
const FILES = {
  'plain.mkv': `${PICTURE} ${SPEECH} ${X264} -c:a flac`,
  'part.ts': `${PICTURE} ${SPEECH} ${X264} -c:a mp2`,
  'time-code.mov': `${PICTURE} ${SPEECH} ${X264} -timecode 01:00:00:00 -c:a aac`,
  'rotated.mov': `${PICTURE} ${SPEECH} ${X264} -c:a aac`,
  'two-tracks.mp4': `${PICTURE} ${SPEECH} ${SPEECH} ${X264} -map 0 -map 1 -map 2 -c:a aac -metadata:s:a:0 language=deu -metadata:s:v:0 language=fra`,
  'apple.mp4': `${PICTURE} ${SPEECH} -c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1 -c:a aac`,
  'hum.wav': `${sound(humming(), 5)} -ac 2`,
};

interface Stream {
  codec_type: string;
  codec_name?: string;
  codec_tag_string?: string;
  tags?: Record<string, string>;
  side_data_list?: { rotation?: number }[];
}

/** All that ffprobe tells. */
async function probe(path: string): Promise<{
  streams: Stream[];
  chapters: { start_time: string; tags: Record<string, string> }[];
  format: { tags?: Record<string, string> };
}> {
  const what = ['-show_streams', '-show_chapters', '-show_format'];
  const { stdout } = await execa('ffprobe', ['-v', 'error', '-of', 'json', ...what, path]);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof probe>>;
}

describe.skipIf(!hasFfmpeg)('a finished video', () => {
  const { at, mix } = openLab(FILES);
  beforeAll(async () => {
    await writeFile(at('said.srt'), '1\n00:00:01,000 --> 00:00:02,000\nHello\n');
    const chapter = (from: number, title: string): string =>
      `[CHAPTER]\nTIMEBASE=1/1\nSTART=${from}\nEND=${from + 2}\ntitle=${title}\n`;
    const chapters = `;FFMETADATA1\ntitle=Autumn\n${chapter(0, 'One')}${chapter(2, 'Two')}`;
    await writeFile(at('chapters.txt'), chapters);
    const inputs = ['plain.mkv', 'said.srt', 'chapters.txt'].flatMap((name) => ['-i', at(name)]);
    const all = [...inputs, ...['-map', '0', '-map', '1', '-map_metadata', '2']];
    const english = ['-metadata:s:s:0', 'language=eng'];
    await ffmpegSays(...all, '-c', 'copy', '-c:s', 'srt', ...english, at('told.mkv'));
    await ffmpegSays(
      ...all,
      '-c',
      'copy',
      '-c:a',
      'aac',
      '-c:s',
      'mov_text',
      ...english,
      at('told.mp4'),
    );
    const part = await readFile(at('part.ts'));
    await writeFile(at('joined.ts'), Buffer.concat([part, part]));
    await writeFile(at('cut.ts'), part.subarray(188 * 100));
  });

  test.for(['told.mkv', 'told.mp4'])('of %s keeps what it is called and told', async (name) => {
    const { path, dropped } = await mix(name, 'hum.wav');
    const [before, after] = [await probe(at(name)), await probe(path)];
    expect(dropped).toEqual([]);
    expect(after.format.tags?.['title']).toBe('Autumn');
    const heads = after.chapters.map(({ start_time: start, tags }) => [Number(start), tags]);
    expect(heads).toEqual([
      [0, { title: 'One' }],
      [2, { title: 'Two' }],
    ]);
    const subtitles = ({ streams }: typeof before): string[] =>
      streams
        .filter((one) => one.codec_type === 'subtitle')
        .map(({ codec_name: codec, tags }) => `${codec} ${tags?.['language']}`);
    expect(subtitles(after)).toEqual(subtitles(before));
    expect(subtitles(after)).toEqual([expect.stringContaining(' eng')]);
    const { stdout } = await execa('ffmpeg', ['-v', 'error', '-i', path, '-f', 'srt', '-']);
    expect(stdout).toContain('00:00:01,000 --> 00:00:02,000\nHello');
  });

  test('has one audio track, in the language of the first', async () => {
    const { path, dropped } = await mix('two-tracks.mp4', 'hum.wav');
    const { streams } = await probe(path);
    expect(streams.map((one) => one.codec_type)).toEqual(['video', 'audio']);
    expect(streams.map(({ tags }) => tags?.['language'])).toEqual(['fra', 'deu']);
    expect(dropped).toEqual(['1 more audio track']);
  });

  test('has no data tracks', async () => {
    const types = async (path: string): Promise<string[]> =>
      (await probe(path)).streams.map((one) => one.codec_type);
    expect(await types(at('time-code.mov'))).toContain('data');
    expect(await types((await mix('time-code.mov', 'hum.wav')).path)).toEqual(['video', 'audio']);
  });

  test('is turned as the clip is', async () => {
    const turn = async (path: string): Promise<number | undefined> =>
      (await probe(path)).streams[0]?.side_data_list?.[0]?.rotation;
    expect(await turn(at('rotated.mov'))).toBe(-90);
    expect(await turn((await mix('rotated.mov', 'hum.wav')).path)).toBe(-90);
  });

  test('has the tag of the picture by which players of Apple know it', async () => {
    const { streams } = await probe((await mix('apple.mp4', 'hum.wav')).path);
    expect(streams[0]?.codec_tag_string).toBe('hvc1');
  });

  test('of two broadcasts joined has both', async () => {
    const { path, seconds } = await mix('joined.ts', 'hum.wav');
    expect(Math.abs(seconds - 8)).toBeLessThanOrEqual(0.08);
    const { packets, coded } = await pictureOf(path);
    expect(packets).toBe('200');
    expect(coded).toBe((await pictureOf(at('joined.ts'))).coded);
    const { sound: heard } = await readTrack(path);
    expect(Math.abs(heard.length / 48_000 - seconds)).toBeLessThanOrEqual(0.08);
  });

  test('of a recording that began anywhere has what cannot be shown too', async () => {
    const original = await pictureOf(at('cut.ts'));
    expect(Number(original.packets)).toBeLessThan(100);
    const { path } = await mix('cut.ts', 'hum.wav');
    expect(await pictureOf(path)).toEqual(original);
  });
});
