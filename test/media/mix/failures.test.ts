import { copyFile, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { FfmpegError, FfmpegMissingError, openFfmpeg } from '../../../media/ffmpeg/ffmpeg.js';
import { NoMixError } from '../../../media/mix/failures.js';
import { mixVideo } from '../../../media/mix/mix-video.js';
import { hasFfmpeg, picture } from '../clips.js';
import { humming, openLab, saying, sound, X264 } from './lab.js';
import { loudnessOf, pictureOf } from './measure.js';

const FILES = {
  'clip.mp4': `${picture('160x120', '25', 3)} ${sound(saying(1, 2), 3)} ${X264} -c:a aac`,
  'long.mkv': `${picture('16x16', '10', 900)} ${X264}`,
  'hum.wav': sound(humming(), 4),
  'bare.h264': `${picture('160x120', '25', 1)} ${X264}`,
  'silence.wav': sound('0', 4),
};

describe.skipIf(!hasFfmpeg)('no finished video is made', () => {
  const { at, mix } = openLab(FILES);

  test.for([
    ['hum.wav', 'hum.wav', 'the clip has no video track'],
    ['clip.mp4', 'long.mkv', 'the soundtrack has no audio track'],
    ['clip.mp4', 'silence.wav', 'the soundtrack is silent'],
    ['bare.h264', 'hum.wav', 'the clip does not tell when its pictures are shown'],
  ])('of %s with %s, and it is said why', async ([clip = '', music = '', why = '']) => {
    const mixed = mix(clip, music);
    await expect(mixed).rejects.toThrow(why);
    await expect(mixed).rejects.toThrow(NoMixError);
  });

  test('of playlists, which could name any file of this machine', async () => {
    // Without a folder, so that nothing but what may be opened keeps it from being read.
    await writeFile(at('list.mp4'), 'ffconcat version 1.0\nfile clip.mp4\n');
    await expect(mix('list.mp4', 'hum.wav')).rejects.toThrow(FfmpegError);
    await expect(mix('clip.mp4', 'list.mp4')).rejects.toThrow(FfmpegError);
  });

  test('of what is not there, or no media at all', async () => {
    await expect(mix('nothing.mp4', 'hum.wav')).rejects.toThrow(/No such file/);
    await writeFile(at('text.mp4'), 'no media at all');
    await expect(mix('text.mp4', 'hum.wav')).rejects.toThrow(FfmpegError);
  });

  test('where it cannot be written', async () => {
    const files = { picture: at('clip.mp4'), music: at('hum.wav'), to: at('no/folder/here') };
    const ffmpeg = openFfmpeg('ffmpeg', process.env);
    await expect(mixVideo({ ffmpeg }, files)).rejects.toThrow(/No such file or directory/);
  });

  test('without ffmpeg', async () => {
    const ffmpeg = openFfmpeg('no-ffmpeg-here', process.env);
    const files = { picture: at('clip.mp4'), music: at('hum.wav'), to: at('nothing') };
    await expect(mixVideo({ ffmpeg }, files)).rejects.toThrow(FfmpegMissingError);
  });

  test('when it is not wanted any more, in whichever pass, and no process is left', async () => {
    for (const share of [0, 0.3, 0.6]) {
      const stop = new AbortController();
      const told: number[] = [];
      const onProgress = (done: number): void => {
        told.push(done);
        if (done > share) stop.abort(new Error('not wanted any more'));
      };
      const mixed = mix('long.mkv', 'hum.wav', {}, { signal: stop.signal, onProgress });
      await expect(mixed).rejects.toThrow('not wanted any more');
      // Nor does the pass go on to its end before.
      expect(told.at(-1)).toBeLessThan(share + 0.25);
      const { stdout } = await execa('ps', ['-eo', 'args']);
      expect(stdout.split('\n').filter((line) => line.includes(at('long.mkv')))).toEqual([]);
    }
  });

  test('but names that look like options or links are names', async () => {
    await copyFile(at('clip.mp4'), at('-i http:clip%d.mp4'));
    await copyFile(at('hum.wav'), at("concat:a|b'[0].wav"));
    const { path } = await mix('-i http:clip%d.mp4', "concat:a|b'[0].wav");
    expect((await pictureOf(path)).packets).toBe('75');
    expect((await loudnessOf(path)).peak).toBeLessThanOrEqual(-1);
  });
});
