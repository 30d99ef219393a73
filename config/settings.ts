// Every setting: its one name (option and key of reelscore.yaml), its environment variable, default
// and meaning. The table of docs/settings.md is compared with this list.
import { PRIORITIES, PACE_RANGES } from '../contract/account.js';
import { IDENTITIES, LONG_RULES, MOST_TAKES } from '../contract/batch.js';
import { AUDIO_PLANS, LOUDNESS_RANGE, MOST_FADE_SECONDS } from '../contract/mix.js';
import { DEFAULT_BASE_URL } from '../tomoviee/client.js';
import { payloadKeys } from './payload-keys.js';
import * as value from './setting-values.js';

/** One setting. Text from the environment and values from a file or option are read alike. */
export interface Setting<In, Out> {
  /** Environment variable, if it can stand there. */
  env?: string;
  /** Comes from the environment and nowhere else. */
  secret?: true;
  /** A relative path: of the file's folder in a file, else of the working folder. */
  path?: true;
  /** As text, read like any other; absent = none, or one that must be found out. */
  default?: string;
  /** Default for people where it is not the text above. */
  defaultText?: string;
  /** One line. */
  meaning: string;
  /** @throws TypeError with fault and what to do */
  read: (raw: unknown) => Out;
  /** The value in a form that `read` takes; absent = as it is. */
  write?(value: Out): string | number;
  /** Type only: what an option may give. */
  input?: In;
}

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

const define = <In, Out>(setting: Setting<In, Out>): Setting<In, Out> => setting;
const text = <Out>(setting: Setting<string, Out>) => define(setting);
const numeric = (setting: Setting<number | string, number>) => define(setting);

const paceValue = (of: keyof typeof PACE_RANGES) => {
  const { least, most, kind } = PACE_RANGES[of];
  return value.number(least, most, kind);
};

export const SETTINGS = {
  account: text({
    env: 'REELSCORE_ACCOUNT',
    default: 'default',
    meaning: 'Name of the vendor account; its workers and batches share a task queue',
    read: value.accountName,
  }),
  home: text({
    env: 'REELSCORE_HOME',
    path: true,
    defaultText: '`$XDG_STATE_HOME/reelscore`, else `~/.local/state/reelscore`',
    meaning: "Folder of the embedded server's database and of state",
    read: value.path,
  }),
  ui: define<boolean | string, boolean>({
    env: 'REELSCORE_UI',
    default: 'false',
    meaning:
      "Open Temporal's web UI beside the embedded server; it has no password (docs/operations.md)",
    read: value.yesNo,
  }),
  out: text({
    path: true,
    defaultText: '`results/<batch>`',
    meaning: 'Folder for the results of a batch, or `s3://bucket/prefix`',
    read: value.folder,
  }),
  logLevel: text({
    env: 'REELSCORE_LOG_LEVEL',
    default: 'info',
    meaning: `Least level that is logged: ${LOG_LEVELS.join(', ')}`,
    read: value.oneOf(LOG_LEVELS),
  }),
  baseUrl: text({
    env: 'TOMOVIEE_BASE_URL',
    default: DEFAULT_BASE_URL,
    meaning: "Base URL of the vendor's gateway; plain http only for loopback and `allowHosts`",
    read: value.baseUrl,
  }),
  appKey: text({
    env: 'TOMOVIEE_APP_KEY',
    secret: true,
    meaning: "The vendor's app key",
    read: value.appKey,
  }),
  appSecret: text({
    env: 'TOMOVIEE_APP_SECRET',
    secret: true,
    meaning: "The vendor's app secret",
    read: value.appSecret,
  }),
  callbackUrl: text({
    env: 'REELSCORE_CALLBACK_URL',
    defaultText: 'none: results are polled',
    meaning: 'Public base URL of the callback receiver',
    read: value.baseUrl,
  }),
  callbackListen: text({
    env: 'REELSCORE_CALLBACK_LISTEN',
    default: '127.0.0.1:8787',
    meaning: 'Where the callback receiver listens, as host:port',
    read: value.listen,
  }),
  callbackSecret: text({
    env: 'REELSCORE_CALLBACK_SECRET',
    secret: true,
    defaultText: 'made, and kept in `home`',
    meaning:
      'Signs callback URLs, and seals links in Temporal; the same for workers and receivers of an account',
    read: value.ownSecret,
  }),
  pageListen: text({
    env: 'REELSCORE_PAGE_LISTEN',
    default: '127.0.0.1:8790',
    meaning: 'Where the page listens, as host:port (docs/page.md)',
    read: value.listen,
  }),
  pageUrl: text({
    env: 'REELSCORE_PAGE_URL',
    defaultText: 'none: it is opened on this machine',
    meaning: 'Base URL under which people open the page',
    read: value.baseUrl,
  }),
  metricsListen: text({
    env: 'REELSCORE_METRICS_LISTEN',
    defaultText: 'none',
    meaning: 'Where a process gives its metrics to Prometheus, as host:port (docs/metrics.md)',
    read: value.listen,
  }),
  deployment: text({
    env: 'REELSCORE_DEPLOYMENT',
    defaultText: 'none: workers have no versions',
    meaning: 'Name of the worker deployment, whose versions batches stay with (docs/operations.md)',
    read: value.deploymentName,
  }),
  buildId: text({
    env: 'REELSCORE_BUILD_ID',
    defaultText: 'the version of the package, and a digest of its workflows',
    meaning: "This worker's version in its `deployment`",
    read: value.buildId,
  }),
  payloadKeys: text({
    env: 'REELSCORE_PAYLOAD_KEYS',
    secret: true,
    defaultText: 'none: payloads are plain',
    meaning:
      'Encrypt what Temporal keeps: `id:base64,id:base64`; the first encrypts, all decrypt (docs/operations.md)',
    read: payloadKeys,
  }),
  codecListen: text({
    env: 'REELSCORE_CODEC_LISTEN',
    default: '127.0.0.1:8791',
    meaning: 'Where the codec server listens, as host:port',
    read: value.listen,
  }),
  codecOrigins: define<string | string[], string[]>({
    env: 'REELSCORE_CODEC_ORIGINS',
    default: '',
    defaultText: 'none',
    meaning: 'Origins of Temporal UIs whose pages may ask the codec server, comma-separated',
    read: value.origins,
  }),
  codecToken: text({
    env: 'REELSCORE_CODEC_TOKEN',
    secret: true,
    meaning: 'Who asks the codec server gives it: `Authorization: Bearer ...`',
    read: value.bearerToken,
  }),
  allowHosts: define<string | string[], string[]>({
    env: 'REELSCORE_ALLOW_HOSTS',
    default: '',
    defaultText: 'none',
    meaning:
      'Hosts that may have private addresses, comma-separated: host, host:port, address or address/bits',
    read: value.hosts,
  }),
  staging: text({
    env: 'REELSCORE_STAGING',
    defaultText: 'none: the receiver serves them',
    meaning:
      'Bucket to which clips on this machine are uploaded for the vendor, as `s3://bucket/prefix`',
    read: value.bucketFolder,
  }),
  keepStaged: define<boolean | string, boolean>({
    env: 'REELSCORE_KEEP_STAGED',
    default: 'false',
    meaning: 'Leave uploaded clips in the bucket when their tasks have ended, for later batches',
    read: value.yesNo,
  }),
  s3Endpoint: text({
    env: 'AWS_ENDPOINT_URL_S3',
    defaultText: "AWS's",
    meaning: 'Base URL of another S3-compatible server',
    read: value.baseUrl,
  }),
  rate: numeric({
    env: 'REELSCORE_RATE',
    default: '1',
    meaning: 'Submissions per second',
    read: paceValue('ratePerSecond'),
  }),
  burst: numeric({
    env: 'REELSCORE_BURST',
    default: '1',
    meaning: 'Submissions that may go out at once after an idle time',
    read: paceValue('burst'),
  }),
  maxInFlight: numeric({
    env: 'REELSCORE_MAX_IN_FLIGHT',
    default: '20',
    meaning:
      'Tasks at the vendor at one time; above 2,000 only once all workers are newer than 0.1.0',
    read: paceValue('maxInFlight'),
  }),
  priority: text({
    default: 'normal',
    meaning: 'Share of the account while other batches want it too: urgent, normal or background',
    read: value.oneOf(PRIORITIES),
  }),
  maxFailures: define<number | string, ReturnType<typeof value.failureLimit>>({
    defaultText: 'none',
    meaning:
      'Pause a batch when so many clips failed at the vendor: a number, or a percentage such as `25%`',
    read: value.failureLimit,
    write: value.limitText,
  }),
  maxSubmissions: numeric({
    defaultText: 'none',
    meaning: 'Submissions a run may make; the clips beyond are left `skipped`',
    read: value.number(0, 1e9, 'integer'),
  }),
  pricePerClip: define<number | string, ReturnType<typeof value.price>>({
    env: 'REELSCORE_PRICE_PER_CLIP',
    defaultText: 'none',
    meaning:
      'What the vendor takes for a submission: a number, or one with its currency, `0.05 EUR`',
    read: value.price,
    write: value.priceText,
  }),
  budget: numeric({
    defaultText: 'none',
    meaning: 'What a run may cost at `pricePerClip`; the clips beyond are left `skipped`',
    read: value.number(0, 1e9, 'real'),
  }),
  prompt: text({
    defaultText: 'none',
    meaning: 'Prompt of clips that have none; it may name fields, `{{folder}}`',
    read: value.promptText,
  }),
  map: define<string | string[], ReturnType<typeof value.columnMap>>({
    defaultText: 'none',
    meaning:
      'Columns under other names, separated by semicolons: `Video URL=file_link; Brief=prompt`',
    read: value.columnMap,
    write: (map) =>
      Object.entries(map)
        .map(([name, column]) => `${name}=${column}`)
        .join(';'),
  }),
  sheet: define<number | string, string>({
    defaultText: 'the first visible one',
    meaning: 'Sheet of a manifest that is a workbook (.xlsx): its name, or its number from 1',
    read: value.sheetName,
  }),
  identity: text({
    default: 'clip',
    meaning:
      'What makes a clip the same in another manifest: clip (its id and its link), id, link, or etag',
    read: value.oneOf(IDENTITIES),
  }),
  takes: numeric({
    default: '1',
    meaning:
      'Submissions of each clip, of which each makes a soundtrack; columns prompt_2, prompt_3 give them other prompts',
    read: value.number(1, MOST_TAKES, 'integer'),
  }),
  fit: define<boolean | string, boolean>({
    env: 'REELSCORE_FIT',
    default: 'false',
    meaning:
      'Give the vendor a silent copy, made by ffmpeg, of clips that it would not take; columns start and length choose a part',
    read: value.yesNo,
  }),
  long: text({
    default: 'reject',
    meaning: `With \`fit\`, what becomes of clips that are too long: ${LONG_RULES.join(', ')}`,
    read: value.oneOf(LONG_RULES),
  }),
  mix: define<boolean | string, boolean>({
    env: 'REELSCORE_MIX',
    default: 'false',
    meaning: 'Mix finished videos when a batch has ended (docs/finished-videos.md)',
    read: value.yesNo,
  }),
  audio: text({
    defaultText: 'duck where the clip has sound, else replace',
    meaning: `What is heard in finished videos: ${AUDIO_PLANS.join(', ')}`,
    read: value.oneOf(AUDIO_PLANS),
  }),
  loudness: numeric({
    default: '-14',
    meaning: 'Loudness of finished videos in LUFS; -16 and -23 are usual too',
    read: value.number(LOUDNESS_RANGE.least, LOUDNESS_RANGE.most, 'real'),
  }),
  fade: text({
    default: '2s',
    meaning: 'How long the music of a finished video takes to fade at its end; in short clips less',
    read: value.duration('0ms', `${MOST_FADE_SECONDS}s`),
    write: value.inMs,
  }),
  ffmpeg: text({
    env: 'REELSCORE_FFMPEG',
    default: 'ffmpeg',
    meaning: 'The program ffmpeg, or its path; ffprobe lies beside it',
    read: value.program,
  }),
  signatureParams: define<string | string[], string[]>({
    default: '',
    defaultText: 'none but the known',
    meaning:
      'Parameters of links that only sign them, comma-separated: `key`, `sign*`; with `!` before it one counts, `!token`',
    read: value.parameterNames,
    write: (names) => names.join(','),
  }),
  ledger: text({
    path: true,
    default: 'results',
    meaning:
      'Folder, or `s3://bucket/prefix`, in which scored clips are written down (in its `.reelscore`)',
    read: value.folder,
  }),
  notify: text({
    env: 'REELSCORE_NOTIFY',
    defaultText: 'none',
    meaning:
      'URL that is notified when a batch ends or pauses (Standard Webhooks; `slack+https://...`, `teams+https://...`), or `env:REELSCORE_LINK_...`',
    read: value.notifyLink,
  }),
  webhookSecret: text({
    env: 'REELSCORE_WEBHOOK_SECRET',
    secret: true,
    meaning: 'Signs notifications: `whsec_` and base64',
    read: value.webhookSecret,
  }),
  manifestHeader: text({
    env: 'REELSCORE_MANIFEST_HEADER',
    secret: true,
    meaning:
      'Header for manifests at a URL, sent over https to one host and port only: `files.example Authorization: Bearer ...`',
    read: value.hostHeader,
  }),
  probe: define<boolean | string, boolean>({
    env: 'REELSCORE_PROBE',
    default: 'true',
    meaning: 'Probe each clip before it is submitted',
    read: value.yesNo,
  }),
  xlsx: define<boolean | string, boolean>({
    default: 'false',
    meaning: 'Write `results.xlsx` beside `results.csv`',
    read: value.yesNo,
  }),
  pollInterval: text({
    env: 'REELSCORE_POLL_INTERVAL',
    default: '15s',
    meaning: 'Time between two polls of a task whose callback cannot come or did not',
    read: value.duration('50ms', '1h'),
    write: value.inMs,
  }),
  callbackGrace: text({
    env: 'REELSCORE_CALLBACK_GRACE',
    // Clips usually take 1-3 minutes [T].
    default: '10m',
    meaning: 'How long to wait for a callback before the vendor is asked',
    read: value.duration('0s', '1d'),
    write: value.inMs,
  }),
  taskTimeout: text({
    env: 'REELSCORE_TASK_TIMEOUT',
    default: '24h',
    meaning: 'How long a task may take at the vendor before its clip is given up',
    read: value.duration('1s', '30d'),
    write: value.inMs,
  }),
  downloadTimeout: text({
    env: 'REELSCORE_DOWNLOAD_TIMEOUT',
    default: '20m',
    meaning: 'How long the download of one file of a result may take',
    read: value.duration('1s', '1d'),
  }),
  shutdownGrace: text({
    env: 'REELSCORE_SHUTDOWN_GRACE',
    // Orchestrators commonly kill 30 s after they asked; the worker ends 7 s after the grace.
    default: '20s',
    meaning: 'How long a worker that is asked to stop lets its work finish; a third later it ends',
    read: value.duration('1s', '1h'),
  }),
  maxRetries: numeric({
    default: '5',
    meaning: 'Further tries of a clip after failures of class `retry`',
    read: value.number(0, 1000, 'integer'),
  }),
  maxFailedResubmissions: numeric({
    default: '1',
    meaning: 'Further submissions after the vendor ended a task as failed; each costs money',
    read: value.number(0, 100, 'integer'),
  }),
  maxTimedOutResubmissions: numeric({
    default: '2',
    meaning: 'Further submissions after the vendor timed a task out; each may cost money',
    read: value.number(0, 100, 'integer'),
  }),
  retryBackoff: text({
    default: '1s',
    meaning: 'First backoff after a failure of class `retry`; doubles up to a minute',
    read: value.duration('1ms', '1m'),
    write: value.inMs,
  }),
  vendorCodes: define<Record<string, string>, ReturnType<typeof value.vendorCodes>>({
    defaultText: 'none',
    meaning: 'Classes of vendor codes, such as `"680001": rejected`',
    read: value.vendorCodes,
  }),
  historyBound: numeric({
    default: '8000',
    meaning: 'History events after which a batch continues as new',
    // The server ends a workflow at 51,200 events.
    read: value.number(50, 40_000, 'integer'),
  }),
} as const;

type Settings = typeof SETTINGS;
export type SettingName = keyof Settings;

/** Settings that come only from the environment. */
export type SecretName =
  | 'appKey'
  | 'appSecret'
  | 'callbackSecret'
  | 'codecToken'
  | 'manifestHeader'
  | 'payloadKeys'
  | 'webhookSecret';

/** Values by name; absent = neither given nor defaulted. */
export type SettingValues = { [K in SettingName]?: ReturnType<Settings[K]['read']> };

/** What the caller gives: the command line or a program. Undefined counts as not given. */
export type ConfigOptions = {
  /** Configuration file, instead of REELSCORE_CONFIG and `reelscore.yaml`. */
  config?: string | undefined;
} & {
  [K in Exclude<SettingName, SecretName>]?: NonNullable<Settings[K]['input']> | undefined;
};

/** Environment variable that names the configuration file. */
export const CONFIG_ENV = 'REELSCORE_CONFIG';
/** Read from the working folder if it is there. */
export const CONFIG_FILE = 'reelscore.yaml';
