// Reads what a caller gives of a schedule; all faults are reported at once.
import { readLocation } from '../../store/bucket/location.js';
import path from 'node:path';
import {
  REQUEST_SETTINGS,
  type RequestSettingName,
  type RequestSettings,
} from '../../contract/request.js';
import { isSecretLink } from '../../contract/secret-link.js';
import { isHttp, tryUrl } from '../../net/urls.js';
import { resolvePlace } from '../../store/places.js';
import { duration, folder, oneOf } from '../../config/setting-values.js';
import { SETTINGS, type Setting } from '../../config/settings.js';
import { ReelscoreError } from '../errors.js';
import { cronFault } from './cron.js';
import {
  optionsIn,
  OVERLAPS,
  PLAIN_OPTIONS,
  type BackfillSpan,
  type Overlap,
  type ScheduleChanges,
} from './spec.js';
import { readTimezone } from './timezone.js';

/** The options that were given, checked. */
export interface ReadSpec extends Pick<ScheduleChanges, (typeof PLAIN_OPTIONS)[number]> {
  cron?: string[];
  everyMs?: number;
  offsetMs?: number;
  timezone?: string;
  /** Absolute, or a URL. */
  manifest?: string;
  overlap?: Overlap;
  catchUpWindowMs?: number;
  jitterMs?: number;
  /** Absolute. */
  results?: string;
  settings: RequestSettings;
  unset: readonly RequestSettingName[];
}

const readers = {
  every: duration('1s', '365d'),
  offset: duration('0s', '365d'),
  catchUpWindow: duration('10s', '365d'), // the server takes no less
  jitter: duration('0s', '1d'),
  overlap: oneOf(OVERLAPS),
};

/**
 * @param cwd where relative paths begin
 * @throws ReelscoreError `schedule_invalid`
 */
export function readSpec(given: ScheduleChanges, cwd: string): ReadSpec {
  const faults: string[] = [];
  const read = <In, Out>(name: string, raw: In | undefined, reader: (raw: In) => Out) => {
    if (raw === undefined) return undefined;
    try {
      return reader(raw);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      faults.push(`option ${name}: ${error.message}`);
      return undefined;
    }
  };
  const { settings = {}, unset = [] } = given;
  const found = {
    cron: read('cron', given.cron, readCrons),
    everyMs: read('every', given.every, readers.every),
    offsetMs: read('offset', given.offset, readers.offset),
    timezone: read('timezone', given.timezone, readTimezone),
    manifest: read('manifest', given.manifest, (where) => readManifest(where, cwd)),
    overlap: read('overlap', given.overlap, readers.overlap),
    catchUpWindowMs: read('catchUpWindow', given.catchUpWindow, readers.catchUpWindow),
    jitterMs: read('jitter', given.jitter, readers.jitter),
    results: read('results', given.results, (given) => resolvePlace(cwd, folder(given))),
    ...optionsIn(given, PLAIN_OPTIONS),
  };
  for (const [name, raw] of Object.entries(settings)) {
    read(name, raw, (value) => checkSetting(name, value));
  }
  if (given.cron !== undefined && given.every !== undefined) {
    faults.push('option every: it cannot stand beside cron (leave one of the two out)');
  }
  if (given.cron !== undefined && given.offset !== undefined) {
    faults.push('option offset: it belongs to every, not to cron (put it into the expression)');
  }
  throwFaults(faults);
  return { ...withoutUndefined(found), settings: withoutUndefined(settings), unset };
}

/** @throws ReelscoreError `schedule_invalid` */
export function throwFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new ReelscoreError('schedule_invalid', faults.join('\n'));
}

function readCrons(given: string | readonly string[]): string[] {
  const all = typeof given === 'string' ? [given] : given;
  if (all.length === 0) throw new TypeError('there is no expression (write one or more)');
  const faults = all.flatMap((cron) => cronFault(cron) ?? []);
  if (faults.length > 0) throw new TypeError(faults.join('; '));
  return all.map((cron) => cron.trim());
}

function readManifest(where: string, cwd: string): string {
  if (where.trim() === '')
    throw new TypeError('it is empty (write a path, an http(s) URL or s3://bucket/key)');
  if (isSecretLink(where)) return where;
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(where)) return path.resolve(cwd, where);
  if (readLocation(where)) return where;
  const url = tryUrl(where);
  if (!url || !isHttp(url)) {
    throw new TypeError(
      'it is neither a path, an http(s) URL nor s3://bucket/key (write one of them)',
    );
  }
  // A schedule is kept by the server, which shows it to everyone with access.
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(
      'it holds a user or password (remove them; the worker sends REELSCORE_MANIFEST_HEADER)',
    );
  }
  return url.href;
}

function checkSetting(name: string, value: unknown): void {
  const known = REQUEST_SETTINGS.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new TypeError(`it is no setting of a batch (use ${REQUEST_SETTINGS.join(', ')})`);
  }
  const setting: Setting<unknown, unknown> = SETTINGS[known];
  setting.read(value);
}

/** Milliseconds since 1970, `from` included and `to` too. */
export interface ReadSpan {
  from: Date;
  to: Date;
  overlap: Overlap;
}

/**
 * @param now milliseconds since 1970
 * @throws ReelscoreError `schedule_invalid`
 */
export function readSpan({ from, to, overlap = 'bufferAll' }: BackfillSpan, now: number): ReadSpan {
  const faults: string[] = [];
  const read = (name: string, raw: string | Date): Date => {
    const moment = readMoment(raw);
    if (!moment) {
      faults.push(
        `option ${name}: ${JSON.stringify(raw)} is not a moment (write one such as 2026-11-20T00:00:00Z or 2026-11-20T01:00+01:00)`,
      );
    }
    return moment ?? new Date(NaN);
  };
  const span = { from: read('from', from), to: read('to', to), overlap };
  if (span.to < span.from) faults.push('option to: it lies before from (exchange the two)');
  if (span.to.getTime() > now) {
    faults.push(
      'option to: it lies in the future (a backfill is of past times; end it before now)',
    );
  }
  if (!OVERLAPS.includes(overlap)) faults.push(`option overlap: use one of ${OVERLAPS.join(', ')}`);
  throwFaults(faults);
  return span;
}

/** Without an offset it would be a different moment on every machine. */
function readMoment(raw: string | Date): Date | undefined {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;
  if (typeof raw === 'string' && !iso.test(raw)) return undefined;
  const moment = new Date(raw);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
