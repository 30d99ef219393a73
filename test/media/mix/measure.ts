// What ffmpeg and ffprobe tell of finished videos; nothing here is the product's.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { execa } from 'execa';

export const RATE = 48_000;

/** Runs ffmpeg; gives what it said. */
export async function ffmpegSays(...args: string[]): Promise<string> {
  const { stderr } = await execa('ffmpeg', ['-hide_banner', '-nostdin', '-nostats', '-y', ...args]);
  return stderr;
}

/** Runs ffprobe; gives the values, one a line. */
async function ffprobeSays(path: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await execa('ffprobe', [
    ...['-v', 'error', '-of', 'default=noprint_wrappers=1:nokey=1'],
    ...[...args, path],
  ]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Integrated loudness in LUFS and true peak in dBTP. */
export async function loudnessOf(path: string): Promise<{ loudness: number; peak: number }> {
  const said = await ffmpegSays('-i', path, '-af', 'ebur128=peak=true', '-f', 'null', '-');
  const summary = said.slice(said.lastIndexOf('Summary:'));
  return {
    loudness: Number(/I:\s+(\S+) LUFS/.exec(summary)?.[1]),
    peak: Number(/Peak:\s+(\S+) dBFS/.exec(summary)?.[1]),
  };
}

/** Such as `['aac', '48000', '2']`, of the first audio track. */
export async function soundOf(path: string): Promise<string[]> {
  const entries = 'stream=codec_name,sample_rate,channels';
  const said = await ffprobeSays(path, '-select_streams', 'a:0', '-show_entries', entries);
  return said.slice(0, 3); // of a broadcast it tells twice, for the programme too
}

/** The picture: how many packets, and frames that can be decoded, and the digests of all. */
export async function pictureOf(
  path: string,
): Promise<{ packets: string; frames: string; coded: string; decoded: string }> {
  const count = ['-select_streams', 'v:0', '-count_packets', '-count_frames', '-show_entries'];
  const [frames = '', packets = ''] = await ffprobeSays(
    path,
    ...count,
    'stream=nb_read_packets,nb_read_frames',
  );
  const coded = await digestOf(path, '-c', 'copy', '-copyinkf');
  return { packets, frames, coded, decoded: await digestOf(path, '-fps_mode', 'passthrough') };
}

async function digestOf(path: string, ...how: string[]): Promise<string> {
  const hash = ['-map', '0:v:0', ...how, '-f', 'streamhash', '-hash', 'md5', '-'];
  return (await execa('ffmpeg', ['-v', 'error', '-nostdin', '-i', path, ...hash])).stdout;
}

export interface Track {
  /** Samples of both channels together, at 48 kHz, from the file's beginning on. */
  sound: Float32Array;
  /** Seconds from the file's beginning at which the pictures are shown, sorted. */
  pictures: number[];
}

/** Decodes the sound, if there is any, and lists the picture by one clock: ffmpeg's. */
export async function readTrack(path: string): Promise<Track> {
  const [pcm, list] = [`${path}.pcm`, `${path}.list`];
  const picture = ['-map', '0:v:0', '-c', 'copy', '-copyinkf', '-f', 'framecrc', list];
  // The middle of both channels, as loud as it is in each.
  const filters = `aresample=${RATE}:async=1:first_pts=0,aformat=channel_layouts=stereo,pan=mono|c0=0.5*c0+0.5*c1`;
  const sound = ['-map', '0:a:0', '-af', filters, '-f', 'f32le', pcm];
  try {
    const hasSound = (await soundOf(path)).length > 0;
    if (!hasSound) await writeFile(pcm, '');
    await ffmpegSays('-fflags', '+genpts', '-i', path, ...picture, ...(hasSound ? sound : []));
    const bytes = await readFile(pcm);
    const text = await readFile(list, 'utf8');
    const [by = 0, to = 0] = (/#tb 0: (\d+\/\d+)/.exec(text)?.[1] ?? '').split('/').map(Number);
    const lines = text.split('\n').filter((line) => /^0,/.test(line));
    const times = lines.map((line) => line.split(',').map(Number));
    const pictures = times.map(([, , pts = 0]) => (pts * by) / to).toSorted((a, b) => a - b);
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    return { sound: new Float32Array(copy), pictures };
  } finally {
    await Promise.all([pcm, list].map((file) => rm(file, { force: true })));
  }
}

/** Seconds from the first picture's beginning to the end of the last, which lasts as long as the one before. */
export function lengthOf(pictures: readonly number[]): number {
  const [first = 0, last = 0, before = 0] = [pictures[0], pictures.at(-1), pictures.at(-2)];
  return last - first + (last - before);
}

/** How strong a tone is, in windows of 10 ms each of which begins 1 ms after the one before. */
export function toneOf(sound: Float32Array, hertz: number): Float32Array {
  const window = RATE / 100;
  const step = RATE / 1000;
  const found = new Float32Array(Math.max(0, Math.floor((sound.length - window) / step)));
  for (let n = 0; n < found.length; n += 1) {
    let [sine, cosine] = [0, 0];
    for (let i = 0; i < window; i += 1) {
      const at = n * step + i;
      const angle = (2 * Math.PI * hertz * at) / RATE;
      sine += (sound[at] ?? 0) * Math.sin(angle);
      cosine += (sound[at] ?? 0) * Math.cos(angle);
    }
    found[n] = (2 * Math.hypot(sine, cosine)) / window;
  }
  return found;
}

/** Seconds at which a tone begins: where half of its strength is reached first. */
export function onsetOf(sound: Float32Array, hertz: number): number {
  const strengths = toneOf(sound, hertz);
  const most = strengths.reduce((max, value) => Math.max(max, value), 0);
  return (strengths.findIndex((value) => value >= most / 2) + 5) / 1000;
}

/** dB of a tone between two seconds. */
export function levelOf(strengths: Float32Array, from: number, to: number): number {
  const part = strengths.subarray(Math.round(from * 1000), Math.round(to * 1000));
  const mean = part.reduce((sum, value) => sum + value * value, 0) / part.length;
  return 10 * Math.log10(mean);
}

/** The largest step from one sample to the next. */
export function worstJump(sound: Float32Array): number {
  let most = 0;
  for (let n = 1; n < sound.length; n += 1) {
    most = Math.max(most, Math.abs((sound[n] ?? 0) - (sound[n - 1] ?? 0)));
  }
  return most;
}
