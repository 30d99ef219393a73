// What a schedule is made with.
import type { RequestSettingName, RequestSettings } from '../../contract/request.js';

/** What happens when a batch is due while an earlier one of the schedule still runs. */
export const OVERLAPS = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allowAll'] as const;

/**
 * - `skip`: it is left out.
 * - `bufferOne`: it starts when the other has ended; at most one waits.
 * - `bufferAll`: as `bufferOne`, but any number waits.
 * - `cancelOther`: the other is cancelled, then it starts.
 * - `allowAll`: it starts at once, beside the other.
 */
export type Overlap = (typeof OVERLAPS)[number];

/** Durations are written `90s`, `15m`, `6h` or `1d`. */
export interface ScheduleSpec {
  /**
   * One cron expression or several, each of five fields: minute, hour, day of month, month, day of week.
   * Either this or `every`.
   */
  cron?: string | readonly string[];
  /** A duration from `1s` to `365d`, counted from 1970-01-01T00:00Z. */
  every?: string;
  /** Shifts the times of `every`; less than it. */
  offset?: string;
  /** IANA name, for `cron` and for the times that are shown. Default: this machine's. */
  timezone?: string;
  /** Path on the worker's machine, or http(s) URL; read each time the schedule fires. */
  manifest: string;
  /** Default: `skip`. */
  overlap?: Overlap;
  /**
   * How late a batch may start that could not start in time because the server was down; `10s` to `365d`.
   * Default: `1h`.
   */
  catchUpWindow?: string;
  /** Each time is put off by a random part of this, up to `1d`. Default: `0s`. */
  jitter?: string;
  /** Pause the schedule when a batch stops before its end, for a missing manifest for instance. */
  pauseOnFailure?: boolean;
  /** For people; the next `pause` or `resume` replaces it. */
  note?: string;
  /** Made, or left, paused. */
  paused?: boolean;
  /** Leave out rows with problems instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** Score clips that have been scored already. */
  again?: boolean;
  /** Folder in which each batch gets a folder of its own. Default: `results` in the working folder. */
  results?: string;
  /** Settings of the batches, by their names in reelscore.yaml; before those of the configuration. */
  settings?: RequestSettings;
}

/** Options that are taken as they are given. */
export const PLAIN_OPTIONS = [
  ...(['pauseOnFailure', 'note', 'paused', 'skipInvalid', 'again'] as const),
] as const satisfies (keyof ScheduleSpec)[];

/** Options that are texts, to be read. */
export const TEXT_OPTIONS = [
  ...(['cron', 'every', 'offset', 'timezone', 'manifest', 'overlap'] as const),
  ...(['catchUpWindow', 'jitter', 'results'] as const),
] as const satisfies (keyof ScheduleSpec)[];

/** What is to be different; the rest stays as it is. `cron` takes the place of `every`, and vice versa. */
export interface ScheduleChanges extends Partial<ScheduleSpec> {
  /** Settings that are to be the worker's own again. */
  unset?: readonly RequestSettingName[];
}

/** A span of past times whose batches are to be started now. */
export interface BackfillSpan {
  /** ISO 8601 with an offset or `Z`, or a Date; included. */
  from: string | Date;
  /** Likewise; not in the future. */
  to: string | Date;
  /**
   * Default: `bufferAll`, one after the other. All are due at once, so `skip` would start only one, and
   * `allowAll` would score the same clips side by side.
   */
  overlap?: Overlap;
}

/** Those of some options that were given. */
export function optionsIn<K extends keyof ScheduleChanges>(
  given: ScheduleChanges,
  names: readonly K[],
): Pick<ScheduleChanges, K> {
  const found = names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]));
  return Object.fromEntries(found) as Pick<ScheduleChanges, K>;
}
