// Resolves every setting once: option > environment > file > default, else a ConfigError that holds
// all faults at once. Only composition roots call it.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isAbsolutePlace } from '../store/places.js';
import ipaddr from 'ipaddr.js';
import type { Priority, Pace } from '../contract/account.js';
import type {
  BatchOptions,
  FailureLimit,
  FitOptions,
  Identity,
  SubmissionCap,
} from '../contract/batch.js';
import type { FailureClass } from '../contract/failure.js';
import type { MixOptions } from '../contract/mix.js';
import { SIMULATOR_ACCOUNT } from '../contract/names.js';
import {
  REQUEST_SETTINGS,
  type RequestSettingName,
  type RequestSettings,
} from '../contract/request.js';
import type { ColumnMap } from '../manifests/columns.js';
import { readAllowList } from '../net/allow-list.js';
import { hostOf, portOf } from '../net/urls.js';
import type { ObjectLocation } from '../store/bucket/location.js';
import { ConfigError } from './config-error.js';
import { findConfigFile, readSettings } from './config-sources.js';
import type { PayloadKeys } from './payload-keys.js';
import type { Secret, VendorKeys } from './secret.js';
import { tracesOf, type TracesConfig } from './traces.js';
import type { HostHeader, Listen, Price } from './setting-values.js';
import {
  SETTINGS,
  type ConfigOptions,
  type LOG_LEVELS,
  type Setting,
  type SettingName,
  type SettingValues,
} from './settings.js';

export type { ConfigOptions } from './settings.js';
export { ConfigError } from './config-error.js';

/** The settings that a request may bring itself. */
export type RunValues = Pick<SettingValues, RequestSettingName>;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every setting, read and checked. Printing it shows no secret. */
export interface ResolvedConfig {
  account: string;
  /** Absolute; it need not exist yet. */
  home: string;
  /** Whether an embedded server is started with its web UI. */
  ui: boolean;
  tomoviee: {
    baseUrl: string;
    /** Absent when the environment has none. */
    keys?: VendorKeys;
  };
  callbacks: {
    /** Without a slash at the end; absent = results are polled. */
    publicUrl?: string;
    listen: Listen;
    /** From the environment; `loadCallbackSecret` finds or makes one otherwise. */
    secret?: Secret;
  };
  /** Absent = workers have no versions. */
  deployment?: {
    name: string;
    /** Default: made of the package's version and its workflows. */
    buildId?: string;
  };
  /** Absent = no metrics are given. */
  metricsListen?: Listen;
  /** Absent = no spans are sent. */
  traces?: TracesConfig;
  page: {
    listen: Listen;
    /** Without a slash at the end; absent = it is opened on this machine. */
    publicUrl?: string;
  };
  /** Absent = what Temporal keeps is plain. */
  payloadKeys?: PayloadKeys;
  codec: {
    listen: Listen;
    /** Of pages that may ask it. */
    origins: string[];
    /** Absent when the environment has none. */
    token?: Secret;
  };
  /** Where clips on this machine are uploaded for the vendor; absent = the receiver serves them. */
  staging?: ObjectLocation;
  /** Whether they stay there. */
  keepStaged: boolean;
  /** Absent = AWS. */
  s3Endpoint?: string;
  /** For `readAllowList` of net/. */
  allowHosts: string[];
  pace: Pace;
  probe: boolean;
  pollIntervalMs: number;
  callbackGraceMs: number;
  taskTimeoutMs: number;
  retries: {
    maxRetries: number;
    maxFailedResubmissions: number;
    maxTimedOutResubmissions: number;
    retryBackoffMs: number;
  };
  vendorCodes: Record<string, FailureClass>;
  downloadTimeoutMs: number;
  shutdownGraceMs: number;
  logLevel: LogLevel;
  /** The program, or its path. */
  ffmpeg: string;
  /** Absolute; absent = `results/<batch>`. */
  outDir?: string;
  priority: Priority;
  /** Absent = never pause for failures. */
  maxFailures?: FailureLimit;
  /** Absent = no limit. */
  cap?: SubmissionCap;
  /** What a submission costs, if it is known. */
  pricePerClip?: Price;
  /** Of clips that have none. */
  prompt?: string;
  /** Columns of manifests under other names than ours. */
  map?: ColumnMap;
  /** Of each clip. */
  takes: number;
  /** Absent = clips that the vendor would not take are rejected. */
  fit?: FitOptions;
  /** Finished videos are mixed when a batch has ended. */
  mixes: boolean;
  /** How videos are mixed. */
  mix: MixOptions;
  /** Of manifests that are workbooks; absent = the first that is visible. */
  sheet?: string;
  /** Whether `results.xlsx` is written too. */
  xlsx: boolean;
  identity: Identity;
  /** See `LedgerOptions.signatures`. */
  signatureParams: string[];
  /** Absolute folder of the ledger. */
  ledgerDir: string;
  notifications: {
    /** Absent = none are sent. */
    url?: string;
    /** Absent when the environment has none. */
    secret?: Secret;
  };
  /** For manifests at a URL. */
  manifestHeader?: HostHeader;
  historyBound: number;
  /** What `withSettings` puts others in place of. */
  runValues: RunValues;
  /** Settings that were not left to their defaults. */
  given: SettingName[];
}

/**
 * Resolves the configuration.
 *
 * @param options of the command line or the calling program
 * @param env process.env; empty variables count as unset
 * @param cwd where `reelscore.yaml` is looked for and relative paths begin
 * @throws ConfigError with all faults
 */
export function resolveConfig(
  options: ConfigOptions,
  env: NodeJS.ProcessEnv,
  cwd: string = process.cwd(),
): ResolvedConfig {
  const faults: string[] = [];
  const file = findConfigFile(options, env, cwd, faults);
  const { values, given } = readSettings({ options, env, cwd, file, faults });
  checkTogether(values, faults);
  const traces = tracesOf(env, values, faults);
  if (faults.length > 0) throw new ConfigError(faults);

  const { appKey, appSecret, callbackUrl, callbackSecret, staging, s3Endpoint, out } = values;
  return {
    account: need(values.account),
    home: values.home ?? defaultHome(env),
    ui: need(values.ui),
    tomoviee: {
      baseUrl: need(values.baseUrl),
      ...(appKey && appSecret ? { keys: { appKey, appSecret } } : {}),
    },
    callbacks: {
      ...(callbackUrl === undefined ? {} : { publicUrl: callbackUrl }),
      listen: need(values.callbackListen),
      ...(callbackSecret ? { secret: callbackSecret } : {}),
    },
    ...(values.deployment !== undefined && {
      deployment: {
        name: values.deployment,
        ...(values.buildId !== undefined && { buildId: values.buildId }),
      },
    }),
    ...(values.metricsListen && { metricsListen: values.metricsListen }),
    ...(traces && { traces }),
    page: {
      listen: need(values.pageListen),
      ...(values.pageUrl !== undefined && { publicUrl: values.pageUrl }),
    },
    ...(values.payloadKeys && { payloadKeys: values.payloadKeys }),
    codec: {
      listen: need(values.codecListen),
      origins: need(values.codecOrigins),
      ...(values.codecToken && { token: values.codecToken }),
    },
    ...(staging && { staging }),
    keepStaged: need(values.keepStaged),
    ...(s3Endpoint !== undefined && { s3Endpoint }),
    allowHosts: need(values.allowHosts),
    vendorCodes: values.vendorCodes ?? {},
    downloadTimeoutMs: need(values.downloadTimeout),
    shutdownGraceMs: need(values.shutdownGrace),
    logLevel: need(values.logLevel),
    ffmpeg: need(values.ffmpeg),
    ...(out === undefined ? {} : { outDir: out }),
    ...runFields(values, values.webhookSecret),
    ...(values.manifestHeader && { manifestHeader: values.manifestHeader }),
    given,
  };
}

/** The fields that a request may bring itself. */
function runFields(values: RunValues, webhookSecret: Secret | undefined) {
  return {
    pace: {
      ratePerSecond: need(values.rate),
      burst: need(values.burst),
      maxInFlight: need(values.maxInFlight),
    },
    probe: need(values.probe),
    pollIntervalMs: need(values.pollInterval),
    callbackGraceMs: need(values.callbackGrace),
    taskTimeoutMs: need(values.taskTimeout),
    retries: {
      maxRetries: need(values.maxRetries),
      maxFailedResubmissions: need(values.maxFailedResubmissions),
      maxTimedOutResubmissions: need(values.maxTimedOutResubmissions),
      retryBackoffMs: need(values.retryBackoff),
    },
    priority: need(values.priority),
    ...(values.maxFailures && { maxFailures: values.maxFailures }),
    ...capOf(values),
    ...(values.pricePerClip && { pricePerClip: values.pricePerClip }),
    ...(values.prompt !== undefined && { prompt: values.prompt }),
    ...(values.map && { map: values.map }),
    takes: need(values.takes),
    ...(values.fit && { fit: { long: need(values.long) } }),
    mix: {
      ...(values.audio && { audio: values.audio }),
      loudness: need(values.loudness),
      fadeSeconds: need(values.fade) / 1000,
    },
    mixes: need(values.mix),
    ...(values.sheet !== undefined && { sheet: values.sheet }),
    xlsx: need(values.xlsx),
    identity: need(values.identity),
    signatureParams: need(values.signatureParams),
    ledgerDir: need(values.ledger),
    notifications: {
      ...(values.notify === undefined ? {} : { url: values.notify }),
      ...(webhookSecret && { secret: webhookSecret }),
    },
    historyBound: need(values.historyBound),
    runValues: Object.fromEntries(REQUEST_SETTINGS.map((name) => [name, values[name]])),
  };
}

/**
 * The configuration with settings of a request in place of its own.
 * @throws ConfigError with all faults
 */
export function withSettings(config: ResolvedConfig, settings: RequestSettings): ResolvedConfig {
  const faults: string[] = [];
  const own: Record<string, unknown> = {};
  for (const name of REQUEST_SETTINGS) {
    const raw = settings[name];
    if (raw === undefined) continue;
    const setting: Setting<unknown, unknown> = SETTINGS[name];
    try {
      own[name] = setting.read(raw);
      if (setting.path && !isAbsolutePlace(String(raw))) {
        faults.push(`settings.${name}: ${String(raw)} is not an absolute path (write one)`);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      faults.push(`settings.${name}: ${error.message}`);
    }
  }
  const values: RunValues = { ...config.runValues, ...own };
  checkMoney(values, faults);
  checkFit(values, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return { ...config, ...runFields(values, config.notifications.secret) };
}

/**
 * What of the configuration goes into a batch when it starts.
 * @param again clips that were scored already are scored anew
 */
export function batchOptionsOf(config: ResolvedConfig, again = false): BatchOptions {
  const { pace, priority, probe, pollIntervalMs, callbackGraceMs, taskTimeoutMs } = config;
  const { takes, fit, maxFailures, cap, notifications, historyBound } = config;
  return {
    ...{ pace, priority, probe, pollIntervalMs, callbackGraceMs, taskTimeoutMs },
    ...(takes > 1 && { takes }),
    ...(fit && { fit }),
    ...(config.mixes && { mix: config.mix }),
    ...config.retries,
    ...(maxFailures && { maxFailures }),
    ledger: {
      location: config.ledgerDir,
      kind: config.account === SIMULATOR_ACCOUNT ? 'simulated' : 'scored',
      identity: config.identity,
      ...(config.signatureParams.length > 0 && { signatures: config.signatureParams }),
      ...(again && { again }),
    },
    ...(cap && { cap }),
    ...(notifications.url !== undefined && { notify: { url: notifications.url } }),
    ...(config.xlsx && { xlsx: true as const }),
    historyBound,
  };
}

/** The tighter of the two limits. */
function capOf({ maxSubmissions, budget, pricePerClip }: RunValues): { cap?: SubmissionCap } {
  const affordable =
    budget !== undefined && pricePerClip ? affordableAt(budget, pricePerClip.amount) : Infinity;
  const submissions = Math.min(maxSubmissions ?? Infinity, affordable);
  if (submissions === Infinity) return {};
  const byBudget = affordable < (maxSubmissions ?? Infinity);
  return {
    cap: { submissions, code: byBudget ? 'budget_reached' : 'max_submissions_reached' },
  };
}

/** How many clips a budget pays for. */
export function affordableAt(budget: number, price: number): number {
  return Math.floor(budget / price + 1e-9); // 0.3 / 0.1 is 2.9999999999999996
}

/** Faults that only show when settings are seen together. */
function checkTogether(values: SettingValues, faults: string[]): void {
  if (values.account === SIMULATOR_ACCOUNT) {
    faults.push(
      `account: ${SIMULATOR_ACCOUNT} is kept for the simulator (choose another name, or use --simulate)`,
    );
  }
  if (!values.appKey !== !values.appSecret) {
    const [has, lacks] = values.appKey
      ? ['TOMOVIEE_APP_KEY', 'TOMOVIEE_APP_SECRET']
      : ['TOMOVIEE_APP_SECRET', 'TOMOVIEE_APP_KEY'];
    // A key that is set and faulty has its own message.
    if (!faults.some((fault) => fault.startsWith(`${lacks}:`))) {
      faults.push(`${lacks}: it is not set, but ${has} is (set both or neither)`);
    }
  }
  if (values.buildId !== undefined && values.deployment === undefined) {
    faults.push('buildId: it names a version of no deployment (set deployment too)');
  }
  checkMoney(values, faults);
  checkFit(values, faults);
  const { baseUrl, allowHosts = [], pageListen, pageUrl } = values;
  if (pageListen && pageUrl === undefined && !isLoopback(pageListen.host)) {
    faults.push(
      `REELSCORE_PAGE_LISTEN: others can reach ${pageListen.host}, and the page answers only under names that it knows (set REELSCORE_PAGE_URL too)`,
    );
  }
  if (baseUrl?.startsWith('http:') && !mayBePlain(new URL(baseUrl), allowHosts)) {
    faults.push(
      'TOMOVIEE_BASE_URL: plain http would send the keys in clear (use https, or list the host in REELSCORE_ALLOW_HOSTS)',
    );
  }
}

function checkMoney({ budget, pricePerClip }: RunValues, faults: string[]): void {
  if (budget === undefined || pricePerClip) return;
  faults.push('budget: nothing says what a clip costs (set pricePerClip too)');
}

function checkFit({ fit, probe }: RunValues, faults: string[]): void {
  if (!fit || probe !== false) return;
  faults.push('fit: which clips need it is found by probing them (leave probe on)');
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

function mayBePlain(url: URL, allowHosts: readonly string[]): boolean {
  const host = hostOf(url);
  if (isLoopback(host)) return true;
  if (!ipaddr.isValid(host)) {
    // Where a name leads is not known yet, so ranges of addresses say nothing about it.
    const names = allowHosts.filter((entry) => !entry.includes('/'));
    return readAllowList(names)(host, portOf(url), '');
  }
  return readAllowList(allowHosts)(host, portOf(url), host);
}

function defaultHome(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_STATE_HOME'];
  // The XDG specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'reelscore');
  return join(env['HOME'] ?? homedir(), '.local', 'state', 'reelscore');
}

/** For settings with a default: `resolveConfig` has thrown before one could be missing. */
function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a setting with a default has no value');
  return value;
}
