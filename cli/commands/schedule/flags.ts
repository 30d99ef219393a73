// The options of `schedule create` and `update`, and what they stand for.
import { settingsIn } from '../../../client/schedules/request.js';
import {
  optionsIn,
  PLAIN_OPTIONS,
  TEXT_OPTIONS,
  type Overlap,
  type ScheduleChanges,
} from '../../../client/schedules/spec.js';
import type { RequestSettings } from '../../../contract/request.js';
import type { ConfigOptions, ResolvedConfig } from '../../../config/config.js';
import { readConfig } from '../../config.js';
import { settingsOf, type RunFlags } from '../../run-flags.js';

type SpecOption = (typeof TEXT_OPTIONS | typeof PLAIN_OPTIONS)[number];

interface SpecFlags
  extends Partial<RunFlags>, Omit<Pick<ScheduleChanges, SpecOption>, 'cron' | 'overlap'> {
  cron?: string[];
  /** In kebab case. */
  overlap?: string;
}

export interface CreateFlags extends SpecFlags {
  manifest: string;
}

export interface UpdateFlags extends SpecFlags {
  unset?: string[];
}

/** What was given of the schedule itself, as it was typed. */
export function specOf({ overlap, ...flags }: SpecFlags): ScheduleChanges {
  const policy = overlapFlag(overlap);
  return {
    ...optionsIn(flags, [...TEXT_OPTIONS, ...PLAIN_OPTIONS]),
    ...(policy && { overlap: policy }),
  };
}

/** `buffer-one` -> `bufferOne`; commander has checked the word. */
export function overlapFlag(word: string | undefined): Overlap | undefined {
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
