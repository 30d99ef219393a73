// Stills and waveforms of a report. What was made before is not made again.
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { ResolvedConfig } from '../../config/config.js';
import { ENVIRONMENT } from '../../config/environment.js';
import { toolEnv } from '../../config/tool-env.js';
import {
  FfmpegError,
  FfmpegMissingError,
  openFfmpeg,
  type Ffmpeg,
} from '../../media/ffmpeg/ffmpeg.js';
import { peaksOf } from '../../media/review/peaks.js';
import { writeStill } from '../../media/review/still.js';
import type { FileAt } from '../../store/file-at.js';
import type { Store } from '../../store/store.js';

const STILLS = 'report';
const KEY = 'report-peaks.json';
const Known = z.record(z.string(), z.string());

export class Previews {
  #missing = false;
  /** Some are not kept yet. */
  #added = false;
  readonly #stills = new Set<string>();
  readonly #peaks = new Map<string, string>();

  private constructor(
    private readonly ffmpeg: Ffmpeg,
    private readonly store: Store,
    private readonly known: Readonly<Record<string, string>>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async open(
    config: Pick<ResolvedConfig, 'ffmpeg'>,
    store: Store,
    signal?: AbortSignal,
  ): Promise<Previews> {
    const ffmpeg = openFfmpeg(config.ffmpeg, toolEnv(ENVIRONMENT));
    const text = await store.readText(KEY);
    return new Previews(ffmpeg, store, text === undefined ? {} : known(text), signal);
  }

  /** ffmpeg is not there, so that there are none but those of before. */
  get missing(): boolean {
    return this.#missing;
  }

  /** Store key of a picture of a video; undefined if none can be made. */
  async still(video: FileAt): Promise<string | undefined> {
    const name = await nameOf(video);
    if (name === undefined) return undefined;
    const key = `${STILLS}/${name}.jpg`;
    if (!(await this.store.exists(key))) {
      const made = await this.#try(() =>
        video.withPath((from) =>
          this.store
            .writeFile(key, (to) => writeStill(this.ffmpeg, { from, to }, this.signal))
            .then(() => true),
        ),
      );
      if (!made) return undefined;
    }
    this.#stills.add(key);
    return key;
  }

  /** See `peaksOf`; undefined if the file cannot be read. */
  async peaks(music: FileAt): Promise<string | undefined> {
    const name = await nameOf(music);
    if (name === undefined) return undefined;
    let peaks = this.#peaks.get(name) ?? this.known[name];
    if (peaks === undefined) {
      peaks = await this.#try(() =>
        music.withPath((path) => peaksOf(this.ffmpeg, path, this.signal)),
      );
      this.#added = true;
    }
    if (peaks !== undefined) this.#peaks.set(name, peaks);
    return peaks;
  }

  /** Keeps waveforms for the next time, those of before too. If that fails, they are made again. */
  async keepPeaks(): Promise<void> {
    if (!this.#added) return;
    this.#added = false;
    const all = { ...this.known, ...Object.fromEntries(this.#peaks) };
    await this.store.write(KEY, JSON.stringify(all)).catch(() => undefined);
  }

  /** Keeps what was asked for, and nothing else. */
  async keep(): Promise<void> {
    await this.store.write(KEY, JSON.stringify(Object.fromEntries(this.#peaks)));
    for (const key of await this.store.list(STILLS)) {
      if (!this.#stills.has(key)) await this.store.remove(key);
    }
  }

  /** A report without a picture is better than none. */
  async #try<T>(make: () => Promise<T>): Promise<T | undefined> {
    if (this.#missing) return undefined;
    try {
      return await make();
    } catch (error) {
      if (error instanceof FfmpegMissingError) this.#missing = true;
      else if (!(error instanceof FfmpegError)) throw error;
      return undefined;
    }
  }
}

/** Tells a file from another, and from what it was before; undefined if it is not there. */
async function nameOf(file: FileAt): Promise<string | undefined> {
  const version = await file.version().catch(() => undefined);
  if (version === undefined) return undefined;
  return hash('sha256', JSON.stringify([file.place, version]), 'hex').slice(0, 24);
}

/** One that is damaged is made anew. */
function known(text: string): Record<string, string> {
  try {
    return Known.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
