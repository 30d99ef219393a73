// How long a finished video takes, by its length: a minute of 1080p with a soundtrack, beside the command that is
// usually given for it, which encodes no picture either.
import { join } from 'node:path';
import { openFfmpeg } from '../media/ffmpeg/ffmpeg.js';
import { mixVideo } from '../media/mix/mix-video.js';
import type { Measurement } from './report.js';
import { median } from './support/median.js';
import { withScratch } from './support/scratch.js';

export interface MixSizes {
  mixSeconds: number;
}

const RUNS = 3;
/** Somebody speaks for three seconds of six. */
const SPEECH = '0.2*sin(2*PI*1000*t)*(0.6+0.4*sin(2*PI*4*t))*gt(mod(t\\,6)\\,3)';
/** With the 12 Mbit/s of a camera. */
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '12M', '-c:a', 'aac'];
const USUAL =
  '[1:a][0:a]sidechaincompress[low];[0:a][low]amix=duration=first,loudnorm=I=-14:TP=-1[out]';

export async function mix({ mixSeconds: seconds }: MixSizes): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const ffmpeg = openFfmpeg('ffmpeg', process.env);
    const at = (name: string): string => join(folder, name);
    const picture = ['-f', 'lavfi', '-i', `testsrc2=size=1920x1080:rate=30:duration=${seconds}`];
    const speech = ['-f', 'lavfi', '-i', `aevalsrc=${SPEECH}:s=48000:d=${seconds}`];
    await ffmpeg.run([...picture, ...speech, ...H264, at('clip.mp4')]);
    const noise = `anoisesrc=duration=${seconds * 0.7}:color=pink:amplitude=0.5`;
    await ffmpeg.run(['-f', 'lavfi', '-i', noise, '-ac', '2', at('music.mp3')]);

    const files = { picture: at('clip.mp4'), music: at('music.mp3'), to: at('finished.mp4') };
    const inputs = ['-i', files.picture, '-i', files.music, '-filter_complex', USUAL];
    const outputs = ['-map', '0:v', '-map', '[out]', '-c:v', 'copy', '-shortest', at('usual.mp4')];
    const [ours, usual]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run += 1) {
      ours.push((await secondsOf(() => mixVideo({ ffmpeg }, files))) / seconds);
      usual.push((await secondsOf(() => ffmpeg.run([...inputs, ...outputs]))) / seconds);
    }
    const what = `a finished video of ${seconds} s, 1080p`;
    const unit = 'of its length';
    return [
      { id: 'mix.share', what, value: median(ours), unit, samples: ours },
      { id: 'mix.usual', what: '  the usual command', value: median(usual), unit, samples: usual },
    ];
  });
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
}
