// Settings that suit the simulator, whose tasks take seconds.
import type { ResolvedConfig } from '../config/config.js';
import { SETTINGS } from '../config/settings.js';
import { simulatedConfig, type SimulatedConfig } from '../config/simulated.js';

const POLL_INTERVAL_MS = 2000;
const CALLBACK_GRACE_MS = 5000;

/** The configuration for a batch against the simulator; times that the user left alone become short. */
export function simulationConfig(
  config: ResolvedConfig,
  simulator: { url: string },
): SimulatedConfig {
  const { pollInterval, callbackGrace } = SETTINGS;
  const left = (value: number, setting: { default?: string; read: (raw: unknown) => number }) =>
    value === setting.read(setting.default);
  return {
    ...simulatedConfig(config, simulator),
    ...(left(config.pollIntervalMs, pollInterval) && { pollIntervalMs: POLL_INTERVAL_MS }),
    ...(left(config.callbackGraceMs, callbackGrace) && { callbackGraceMs: CALLBACK_GRACE_MS }),
  };
}
