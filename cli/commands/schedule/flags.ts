// The options of `schedule create` and `update`, and what they stand for.
import { settingsIn } from '../../../client/schedules/request.js';
import type { Overlap, ScheduleChanges } from '../../../client/schedules/spec.js';
import type { RequestSettingName, RequestSettings } from '../../../contract/request.js';
import type { ConfigOptions, ResolvedConfig } from '../../../workers/config.js';
import { settingsOf, type RunFlags } from '../../run-flags.js';

interface SpecFlags extends Partial<RunFlags> {
  cron?: string[];
  every?: string;
  offset?: string;
  timezone?: string;
  manifest?: string;
  overlap?: string;
  catchUpWindow?: string;
  jitter?: string;
  pauseOnFailure?: boolean;
  note?: string;
  results?: string;
}

export interface CreateFlags extends SpecFlags {
  manifest: string;
  paused?: boolean;
}

export interface UpdateFlags extends SpecFlags {
  unset?: string[];
}

/** What was given of the schedule itself, as it was typed. */
export function specOf(flags: SpecFlags): ScheduleChanges {
  const { cron, every, offset, timezone, manifest, catchUpWindow, jitter, ...others } = flags;
  const { pauseOnFailure, note, results, skipInvalid, again } = others;
  const spec = {
    ...{ cron, every, offset, timezone, manifest, catchUpWindow, jitter },
    ...{ pauseOnFailure, note, results, skipInvalid, again, overlap: overlapOf(flags.overlap) },
  };
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

/** `buffer-one` -> `bufferOne`; commander has checked the word. */
export function overlapOf(word: string | undefined): Overlap | undefined {
  return word?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) as
    Overlap | undefined;
}

/** Settings given by options, for `readConfig`. */
export function givenSettings(flags: SpecFlags, probe?: boolean): ConfigOptions {
  return { ...settingsOf(flags), ...(probe !== undefined && { probe }) };
}

/** The limits as they were typed: the configuration keeps only the tighter one. */
export function capsOf({ maxSubmissions, budget }: SpecFlags): RequestSettings {
  return {
    ...(maxSubmissions !== undefined && { maxSubmissions: Number(maxSubmissions) }),
    ...(budget !== undefined && { budget: Number(budget) }),
  };
}

/** Only the settings that options gave, not those of environment and file. */
export function settingsGiven(
  config: ResolvedConfig,
  options: ConfigOptions,
  flags: SpecFlags,
): RequestSettings {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  const price: RequestSettingName[] = flags.budget === undefined ? [] : ['pricePerClip'];
  return { ...settingsIn(config, [...given, ...price]), ...capsOf(flags) };
}
