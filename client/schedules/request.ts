// The request that a schedule makes each time it fires.
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { FailureLimit } from '../../contract/batch.js';
import {
  REQUEST_SETTINGS,
  type BatchRequest,
  type RequestSettingName,
  type RequestSettings,
} from '../../contract/request.js';
import type { ResolvedConfig } from '../../config/config.js';
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
  if (typeof ledger === 'string' && !isAbsolute(ledger)) {
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
    const value = names.includes(name) ? valueOf[name](config) : undefined;
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

const valueOf: Record<
  RequestSettingName,
  (config: ResolvedConfig) => string | number | boolean | undefined
> = {
  rate: ({ pace }) => pace.ratePerSecond,
  burst: ({ pace }) => pace.burst,
  maxInFlight: ({ pace }) => pace.maxInFlight,
  priority: ({ priority }) => priority,
  maxFailures: ({ maxFailures }) => maxFailures && limitText(maxFailures),
  maxSubmissions: ({ runValues }) => runValues.maxSubmissions,
  budget: ({ runValues }) => runValues.budget,
  pricePerClip: ({ pricePerClip }) =>
    pricePerClip && [pricePerClip.amount, pricePerClip.currency ?? ''].join(' ').trim(),
  identity: ({ identity }) => identity,
  signatureParams: ({ signatureParams }) => signatureParams.join(','),
  ledger: ({ ledgerDir }) => ledgerDir,
  notify: ({ notifications }) => notifications.url,
  probe: ({ probe }) => probe,
  pollInterval: ({ pollIntervalMs }) => `${pollIntervalMs}ms`,
  callbackGrace: ({ callbackGraceMs }) => `${callbackGraceMs}ms`,
  taskTimeout: ({ taskTimeoutMs }) => `${taskTimeoutMs}ms`,
  maxRetries: ({ retries }) => retries.maxRetries,
  maxFailedResubmissions: ({ retries }) => retries.maxFailedResubmissions,
  maxTimedOutResubmissions: ({ retries }) => retries.maxTimedOutResubmissions,
  retryBackoff: ({ retries }) => `${retries.retryBackoffMs}ms`,
  historyBound: ({ historyBound }) => historyBound,
};

function limitText(limit: FailureLimit): string {
  return 'clips' in limit ? String(limit.clips) : `${limit.percent}%`;
}
