// The options of `schedule create` and `update`, and what they stand for.
import { settingsIn } from '../../../client/schedules/request.js';
import type { Overlap, ScheduleChanges } from '../../../client/schedules/spec.js';
import type { RequestSettings } from '../../../contract/request.js';
import type { ConfigOptions, ResolvedConfig } from '../../../workers/config.js';
import { readConfig } from '../../config.js';
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

/** Only the settings that options give, not those of environment and file. */
export function settingsGiven(flags: UpdateFlags): {
  config: ResolvedConfig;
  settings: RequestSettings;
} {
  const { budget, ...others } = settingsOf(flags);
  const options: ConfigOptions = { ...others, probe: flags.probe };
  const config = readConfig(options); // a budget without a price may be one at the schedule's own
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (budget === undefined) return { config, settings: settingsIn(config, given) };
  const settings = settingsIn(config, [...given, 'pricePerClip']);
  const amount = Number(budget);
  return { config, settings: { ...settings, budget: Number.isNaN(amount) ? budget : amount } };
}
