// The request that a schedule makes each time it fires.
import { z } from 'zod';
import {
  REQUEST_SETTINGS,
  type BatchRequest,
  type RequestSettings,
} from '../../contract/request.js';
import type { ResolvedConfig } from '../../config/config.js';
import { isAbsolutePlace } from '../../store/places.js';
import { SETTINGS, type Setting } from '../../config/settings.js';
import { sealedManifest, sealedNotify, type LinkSeal } from '../../intake/link-seal.js';
import { throwFaults, type ReadSpec } from './read-spec.js';

/** As schedules of ours hold it; whatever it has besides is kept as it is. */
const requestSchema = z.looseObject({
  version: z.literal(1),
  manifest: z.string(),
  skipInvalid: z.boolean().optional(),
  again: z.boolean().optional(),
  results: z.string().optional(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** A request whose manifest is not in it. */
export interface ScheduledRequest extends BatchRequest {
  manifest: string;
}

/** Undefined if the arguments of a workflow are no request of this version. */
export function requestIn(args: readonly unknown[] | undefined): ScheduledRequest | undefined {
  const parsed = requestSchema.safeParse(args?.[0]);
  return parsed.success ? (parsed.data as ScheduledRequest) : undefined;
}

/**
 * The request with what was given put in, and its links sealed.
 * @throws ReelscoreError `schedule_invalid`
 */
export function changedRequest(
  request: ScheduledRequest,
  given: ReadSpec,
  seal: LinkSeal['seal'],
): ScheduledRequest {
  const { manifest, skipInvalid, again, results } = given;
  const settings = { ...request.settings, ...given.settings };
  const kept = Object.entries(settings).filter(
    ([name]) => !given.unset.some((unset) => unset === name),
  );
  const changed: ScheduledRequest = {
    ...request,
    ...(manifest !== undefined && { manifest }),
    ...(skipInvalid !== undefined && { skipInvalid }),
    ...(again !== undefined && { again }),
    ...(results !== undefined && { results }),
    settings: Object.fromEntries(kept),
  };
  throwFaults(settingFaults(changed.settings ?? {}));
  return sealed(changed, seal);
}

function sealed(request: ScheduledRequest, seal: LinkSeal['seal']): ScheduledRequest {
  const { manifest, settings = {} } = request;
  const { notify } = settings;
  return {
    ...request,
    manifest: sealedManifest(seal, manifest),
    settings: {
      ...settings,
      ...(notify !== undefined && { notify: sealedNotify(seal, String(notify)) }),
    },
  };
}

/** Faults that only show when settings are seen together. */
function settingFaults({ budget, pricePerClip, ledger }: RequestSettings): string[] {
  const faults: string[] = [];
  if (budget !== undefined && pricePerClip === undefined) {
    faults.push('option budget: nothing says what a clip costs (set pricePerClip too)');
  }
  // A relative one would be another folder for every worker.
  if (typeof ledger === 'string' && !isAbsolutePlace(ledger)) {
    faults.push('option ledger: it is not absolute (write the whole path)');
  }
  return faults;
}

/**
 * Settings of a configuration as a request holds them: those that were given, in the form in which
 * reelscore.yaml has them. No secret is among them.
 * @param names default: those given by whatever source
 */
export function settingsIn(
  config: ResolvedConfig,
  names: readonly string[] = config.given,
): RequestSettings {
  const settings: RequestSettings = {};
  for (const name of REQUEST_SETTINGS) {
    const value = names.includes(name) ? config.runValues[name] : undefined;
    const setting: Setting<unknown, unknown> = SETTINGS[name];
    if (value !== undefined) {
      settings[name] = setting.write?.(value) ?? (value as string | number | boolean);
    }
  }
  return settings;
}
