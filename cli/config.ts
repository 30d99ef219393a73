// The configuration of a command, resolved once.
import { ENVIRONMENT } from '../config/environment.js';
import {
  ConfigError,
  resolveConfig,
  type ConfigOptions,
  type ResolvedConfig,
} from '../config/config.js';

/** @throws ConfigError */
export function readConfig(settings: ConfigOptions = {}): ResolvedConfig {
  return resolveConfig(settings, ENVIRONMENT);
}

/**
 * A command that submits for real needs keys; without them it must not even start a server.
 * @throws ConfigError
 */
export function needKeys(config: ResolvedConfig): void {
  if (config.tomoviee.keys) return;
  throw new ConfigError([
    'TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET are not set (set them to your keys; without keys, try: reelscore run MANIFEST --simulate)',
  ]);
}

/** Commands that draw progress log errors only, unless another level was set. */
export function quieter(config: ResolvedConfig): ResolvedConfig {
  if (ENVIRONMENT['REELSCORE_LOG_LEVEL'] || config.logLevel !== 'info') return config;
  return { ...config, logLevel: 'error' };
}
