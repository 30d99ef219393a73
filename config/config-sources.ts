// Where values come from: option > environment > file > default.
import { dirname, resolve } from 'node:path';
import { resolvePlace } from '../store/places.js';
import { readConfigFile, type ConfigFile } from './config-file.js';
import {
  CONFIG_ENV,
  CONFIG_FILE,
  SETTINGS,
  type ConfigOptions,
  type Setting,
  type SettingName,
  type SettingValues,
} from './settings.js';

/** The file named by option or environment, else the one of the working folder if there is one. */
export function findConfigFile(
  options: ConfigOptions,
  env: NodeJS.ProcessEnv,
  cwd: string,
  faults: string[],
): ConfigFile | undefined {
  const named = options.config ?? given(env[CONFIG_ENV]);
  const file = readConfigFile(resolve(cwd, named ?? CONFIG_FILE), named ?? CONFIG_FILE);
  if (named !== undefined && !file) {
    const place = options.config === undefined ? CONFIG_ENV : 'option config';
    faults.push(`${place}: ${named} does not exist (name an existing file, or leave it out)`);
  }
  faults.push(...(file?.faults ?? []));
  return file;
}

export interface Sources {
  options: ConfigOptions;
  env: NodeJS.ProcessEnv;
  cwd: string;
  file: ConfigFile | undefined;
  faults: string[];
}

/**
 * Reads every setting from its strongest source; `faults` gets those of all sources.
 * @returns the values, and the names of those that were not left to their defaults
 */
export function readSettings({ options, env, cwd, file, faults }: Sources): {
  values: SettingValues;
  given: SettingName[];
} {
  const values: Record<string, unknown> = {};
  const named: SettingName[] = [];
  const fromOptions = options as Record<string, unknown>;

  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const setting: Setting<unknown, unknown> = SETTINGS[name];
    const inEnv = setting.env === undefined ? undefined : given(env[setting.env]);
    const inFile = file?.values.get(name);
    // Strongest first. All are read, so that a fault is reported even where another source overrides it.
    const sources = [
      { place: `option ${name}`, raw: setting.secret ? undefined : fromOptions[name], base: cwd },
      { place: setting.env ?? '', raw: inEnv, base: cwd },
      { place: inFile?.place ?? '', raw: inFile?.raw, base: dirname(file?.path ?? cwd) },
      { place: 'default', raw: setting.default, base: cwd },
    ];
    if (sources.slice(0, -1).some(({ raw }) => raw !== undefined)) named.push(name);
    for (const { place, raw, base } of sources) {
      if (raw === undefined) continue;
      try {
        const value = setting.read(raw);
        values[name] ??= setting.path ? resolvePlace(base, value as string) : value;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        faults.push(`${place}: ${error.message}`);
      }
    }
  }
  return { values, given: named };
}

function given(variable: string | undefined): string | undefined {
  const text = variable?.trim();
  return text === '' ? undefined : text;
}
