// Runs ffmpeg and ffprobe on files of this machine. What a file says must not make them read anything else: only
// real containers are opened, and of protocols only files.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Demuxers of containers that hold their video themselves. Playlists (HLS, DASH, concat) name other files, and a
 * file with any extension may be one.
 */
const CONTAINERS = [
  ...['mov', 'matroska', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'flv', 'asf', 'mxf', 'ogg', 'gif'],
  ...[
    'h264',
    'hevc',
    'ivf',
    'nut',
    'rm',
    'wtv',
    'dv',
    'm4v',
    'gxf',
    'vob',
    'live_flv',
    'av1',
    'obu',
  ],
  ...['mp3', 'wav', 'aac', 'flac', 'w64', 'aiff'],
].join(',');
/** Bytes of a single allocation: a frame of 8K with 4 bytes a sample has 400 MB. */
const MAX_ALLOC = 512 * 1024 * 1024;
/** Pixels of a frame. */
const MAX_PIXELS = 8192 * 8192;

const GUARD = [
  ...['-format_whitelist', CONTAINERS, '-protocol_whitelist', 'file,pipe'],
  ...['-max_pixels', String(MAX_PIXELS)],
];

/** Without a sign of life for so long, it is stuck. */
const STALL_MS = 120_000;
/** ffprobe reads descriptions, or a whole file that has none. */
const INSPECT_MS = 120_000;
/** Lines of stderr that are kept: measuring filters write a summary of some dozens. */
const KEPT_STDERR = 60;
const KEPT_CHARS = 300;
/** Of those that an error cites. */
const CITED_LINES = 3;
/** Of ffprobe's answer. */
const MAX_ANSWER_CHARS = 4 * 1024 * 1024;
/** So that submissions and downloads of the same machine do not wait for it. */
const NICENESS = 10;

/** ffmpeg is not there, or cannot be started. */
export class FfmpegMissingError extends Error {
  override readonly name = 'FfmpegMissingError';
}

/** ffmpeg or ffprobe failed at a file; the message is theirs. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';
}

export interface RunOptions {
  signal?: AbortSignal;
  /** Gets how much of the output is there, in seconds. */
  onProgress?: (seconds: number) => void;
}

export interface Ffmpeg {
  /** Such as `5.1.9`. @throws FfmpegMissingError */
  version(): Promise<string>;
  /** Names that `ffmpeg -<list>` lists. @throws FfmpegMissingError */
  names(list: 'filters' | 'encoders'): Promise<ReadonlySet<string>>;
  /**
   * What ffprobe tells of a file: its answer as JSON.
   * @param args which entries, such as `-show_streams`
   * @throws FfmpegMissingError, FfmpegError, or the signal's reason
   */
  inspect(path: string, args: readonly string[], signal?: AbortSignal): Promise<unknown>;
  /**
   * Reads the packets of one stream to the file's end: too many for one answer.
   * @param stream its index in the file
   * @param onPacket gets the values of `entries` that ffprobe knows, such as `pts_time`
   * @throws FfmpegMissingError, FfmpegError, or the signal's reason
   */
  packets(
    path: string,
    { stream, entries }: { stream: number; entries: readonly string[] },
    onPacket: (packet: Readonly<Record<string, string>>) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Runs ffmpeg to its end.
   * @param args inputs by `input`, filters and outputs
   * @returns the lines that it wrote to stderr at the end: what measuring filters tell
   * @throws FfmpegMissingError, FfmpegError, or the signal's reason
   */
  run(args: readonly string[], options?: RunOptions): Promise<string[]>;
}

/** The arguments of an input. @param before options of this input, such as `-ss` */
export function input(path: string, before: readonly string[] = []): string[] {
  // A path that begins with a dash or looks like a URL is a path all the same.
  return [...GUARD, ...before, '-i', `file:${path}`];
}

/**
 * @param command `ffmpeg`, or its path; ffprobe lies beside it
 * @param env all that they see of the environment
 */
export function openFfmpeg(command: string, env: NodeJS.ProcessEnv): Ffmpeg {
  // A name without a folder stays one, which is looked for on PATH.
  const ffprobe = command.replace(/[^/]*$/, (name) => name.replace('ffmpeg', 'ffprobe'));
  const start = (program: string, args: readonly string[], how: StartOptions) =>
    runProgram(program, args, { ...how, env });

  return {
    async version() {
      const { stdout } = await start(command, ['-version'], { stallMs: INSPECT_MS });
      await start(ffprobe, ['-version'], { stallMs: INSPECT_MS });
      return /^ffmpeg version n?(\S+?)(?:-\S*)?\s/.exec(stdout)?.[1] ?? 'unknown';
    },
    async names(list) {
      const { stdout } = await start(command, ['-hide_banner', `-${list}`], {
        stallMs: INSPECT_MS,
      });
      return new Set(
        stdout.split('\n').flatMap((line) => /^\s*\S+\s+(\w+)\s/.exec(line)?.[1] ?? []),
      );
    },
    async inspect(path, args, signal) {
      const { stdout } = await start(
        ffprobe,
        ['-v', 'error', ...GUARD, '-of', 'json', ...args, '-i', `file:${path}`],
        { stallMs: INSPECT_MS, ...(signal && { signal }) },
      );
      return JSON.parse(stdout) as unknown;
    },
    async packets(path, { stream, entries }, onPacket, signal) {
      const which = ['-select_streams', String(stream), '-show_entries'];
      await start(
        ffprobe,
        [
          ...['-v', 'error', ...GUARD, '-of', 'compact=print_section=0'],
          ...[...which, `packet=${entries.join(',')}`, '-i', `file:${path}`],
        ],
        { stallMs: STALL_MS, ...(signal && { signal }), onLine: packetReader(onPacket) },
      );
    },
    async run(args, { signal, onProgress } = {}) {
      const { lines } = await start(
        command,
        [
          ...['-hide_banner', '-nostdin', '-y', '-nostats', '-max_alloc', String(MAX_ALLOC)],
          ...['-progress', 'pipe:1', ...args],
        ],
        { stallMs: STALL_MS, ...(signal && { signal }), onLine: progressReader(onProgress) },
      );
      return lines;
    },
  };
}

/** Such a line comes twice a second. */
function progressReader(onProgress: RunOptions['onProgress']): (line: string) => void {
  return (line) => {
    const micros = /^out_time_us=(\d+)$/.exec(line)?.[1];
    if (micros !== undefined) onProgress?.(Number(micros) / 1e6);
  };
}

/** A line is `pts_time=0.04|flags=K__`. */
function packetReader(
  onPacket: (packet: Readonly<Record<string, string>>) => void,
): (line: string) => void {
  return (line) => {
    const fields = line.split('|').map((field): [string, string] => {
      const [name = '', value = ''] = field.split('=');
      return [name, value];
    });
    const known = fields.filter(([name, value]) => name !== '' && value !== 'N/A');
    if (line !== '') onPacket(Object.fromEntries(known));
  };
}

interface StartOptions {
  signal?: AbortSignal;
  stallMs: number;
  /** Gets each line of stdout, which is then not returned. */
  onLine?: (line: string) => void;
}

function runProgram(
  program: string,
  args: readonly string[],
  { env, signal, stallMs, onLine }: StartOptions & { env: NodeJS.ProcessEnv },
): Promise<{ stdout: string; lines: string[] }> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let lines: string[] = [];
    let fault: Error | undefined;
    const kill = (error: Error): void => {
      fault ??= error;
      child.kill('SIGKILL'); // what it writes is a part of a file that nobody takes
    };
    let timer: NodeJS.Timeout;
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        kill(new FfmpegError(`${basename(program)} did nothing for ${stallMs / 1000} s`));
      }, stallMs);
    };
    const aborted = (): void => kill(signal?.reason as Error);
    alive();
    signal?.addEventListener('abort', aborted, { once: true });
    child.once('spawn', () => {
      try {
        if (child.pid !== undefined) setPriority(child.pid, NICENESS);
      } catch {
        // It has ended already, or this is not allowed.
      }
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      alive();
      if (onLine) onLine(line);
      else if (stdout.length < MAX_ANSWER_CHARS) stdout += `${line}\n`;
      else kill(new FfmpegError('the answer of ffprobe is too long'));
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.trim() === '') return;
      lines = [...lines, line.slice(0, KEPT_CHARS)].slice(-KEPT_STDERR);
    });
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    };
    child.once('error', (cause: NodeJS.ErrnoException) => {
      over();
      const why = cause.code === 'ENOENT' ? 'is not there' : `cannot be started: ${cause.message}`;
      const remedy = 'install ffmpeg, or set REELSCORE_FFMPEG to its path';
      reject(new FfmpegMissingError(`${program} ${why} (${remedy})`, { cause }));
    });
    child.once('close', (code, killedBy) => {
      over();
      if (fault) reject(fault);
      else if (code === 0) resolve({ stdout, lines });
      else {
        const said = lines.slice(-CITED_LINES).map((line) => line.replace(/^\[[^\]]*\] /, ''));
        const how = killedBy === null ? `code ${code}` : killedBy;
        reject(new FfmpegError(said.join('; ') || `${basename(program)} ended with ${how}`));
      }
    });
  });
}
