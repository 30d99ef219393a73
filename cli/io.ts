// What a command may write, and where: one JSON document on stdout and people's text on stderr, or
// people's text on stdout.
import { isAbsolute, relative } from 'node:path';
import pc from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import { ENVIRONMENT } from '../config/environment.js';
import { isInBucket } from '../store/places.js';

export interface Io {
  /** With `--json`, stdout has one JSON document and nothing else. */
  readonly asJson: boolean;
  /** Where people's text goes. */
  readonly people: NodeJS.WriteStream;
  readonly colors: Colors;
  /** A line for people. */
  say(line?: string): void;
  /** A line for people that is no part of the output proper: notices, warnings. */
  note(line: string): void;
  /** The one document; nothing without `--json`. */
  document(value: unknown): void;
}

export function createIo(asJson: boolean, env: NodeJS.ProcessEnv = ENVIRONMENT): Io {
  const people = asJson ? process.stderr : process.stdout;
  return {
    asJson,
    people,
    colors: pc.createColors(hasColors(people, env)),
    say(line = '') {
      people.write(`${line}\n`);
    },
    note(line) {
      process.stderr.write(`${line}\n`);
    },
    document(value) {
      if (asJson) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}

/** https://no-color.org: present and not empty, whatever its value. */
export function hasColors(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** A reader that went away (`| head`: EPIPE), or a closed terminal (EIO), is no failure of ours. */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Text from a manifest or the vendor, safe to write to a terminal: one line, no escape sequences. */
export function plainText(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** A folder as people would type it here: relative where it lies below the working folder. */
export function shownPath(folder: string): string {
  if (isInBucket(folder)) return folder;
  const below = relative(process.cwd(), folder);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? folder : below;
}
