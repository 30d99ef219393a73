// The options of a simulator, with their defaults. Checked here once; nothing else reads options.
import { z } from 'zod';

const count = z.number().int().min(0).max(1e9);
/** Node's timers hold no more than this. */
const milliseconds = z.number().int().min(0).max(2_147_483_647);
const perSecond = z.number().min(0).max(1e6);

const limitShape = {
  /** Submissions per second; 0 = no limit. Past it: HTTP 429 with Retry-After. */
  ratePerSecond: perSecond,
  /** Submissions at once after an idle time; 0 = one second's worth, at least 1. */
  burst: count,
  /** Tasks queued or processing at one time; 0 = no limit. Past it: `maxInFlightCode`. */
  maxInFlight: count,
  /** Vendor code (with HTTP 200) for a submission past `maxInFlight`; 0 = HTTP 429. */
  maxInFlightCode: z.number().int().min(0).max(999_999),
  /** Tasks processed at one time; the others wait in a queue. 0 = no limit. */
  workers: count,
  /** How long a task is processed: a fixed time or a range, in ms. */
  taskMs: z.union([
    milliseconds,
    z
      .tuple([milliseconds, milliseconds])
      .refine(([min, max]) => min <= max, 'expected [min, max] with min <= max'),
  ]),
};

const optionShape = z
  .strictObject({
    ...limitShape,
    ratePerSecond: limitShape.ratePerSecond.default(0),
    burst: limitShape.burst.default(0),
    maxInFlight: limitShape.maxInFlight.default(0),
    maxInFlightCode: limitShape.maxInFlightCode.default(0),
    workers: limitShape.workers.default(0),
    taskMs: limitShape.taskMs.default([1500, 4000]),
    host: z.string().min(1).default('127.0.0.1'),
    /** 0 = a free port. */
    port: z.number().int().min(0).max(65_535).default(0),
    /** Base of the links it hands out, when others reach it under another name than it listens on. */
    publicUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** Base of result links, such as a plain http one beside an https `publicUrl`. */
    resultUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** The one key pair accepted; without it, any pair that is well formed. */
    appKey: z.string().min(1).optional(),
    appSecret: z.string().min(1).optional(),
    /** Decides task times and what `~probability` faults strike. */
    seed: z.number().int().default(1),
    /** Faults for all clips; see `faultHelp`. */
    faults: z.string().default(''),
    /** A soundtrack alone, or a scored video. */
    result: z.enum(['audio', 'video']).default('audio'),
    soundtrackSeconds: z.number().min(0.01).max(600).default(8),
    /** How long a result link holds. Two days in the vendor's sample. */
    resultTtlMs: milliseconds.default(172_800_000),
    /** From the end of a task to its callback. */
    callbackDelayMs: milliseconds.default(0),
    /** Further tries of a callback that is not answered 2xx. The vendor's own number is not known. */
    callbackRetries: count.default(0),
    /** Before the first further try; doubles up to a minute. */
    callbackBackoffMs: milliseconds.default(1000),
    /** Download each clip, as the vendor does; a task whose clip cannot be had fails. */
    fetchClips: z.boolean().default(false),
    /** Sample clips served at /clips/; the package's own by default. */
    clipsDir: z.string().min(1).optional(),
    /** Keeps ledger and tasks over restarts; without it they end with the process. */
    stateDir: z.string().min(1).optional(),
  })
  .refine(
    (options) => (options.appKey === undefined) === (options.appSecret === undefined),
    'expected appKey and appSecret together, or neither',
  );

/** What `startSimulator` takes; everything has a default. */
export type SimulatorOptions = z.input<typeof optionShape>;
export type ResolvedSimulatorOptions = z.output<typeof optionShape>;

const limitsSchema = z.strictObject(limitShape);
export type SimulatedLimits = z.output<typeof limitsSchema>;

/** The options that can be changed while it runs; those left out stay. */
export const limitChanges = limitsSchema.partial();
export type LimitChanges = z.output<typeof limitChanges>;

/**
 * Limits with some of them changed.
 * @throws ZodError on a value out of bounds.
 */
export function changeLimits(limits: SimulatedLimits, changes: LimitChanges): SimulatedLimits {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return limitsSchema.parse({ ...limits, ...Object.fromEntries(given) });
}

/** The limits among all options. */
export function limitsOf(options: ResolvedSimulatorOptions): SimulatedLimits {
  return z.object(limitShape).parse(options);
}

/**
 * Checks options and fills in the defaults.
 * @throws Error naming each option that is wrong.
 */
export function resolveSimulatorOptions(options: unknown): ResolvedSimulatorOptions {
  const parsed = optionShape.safeParse(options);
  if (!parsed.success) {
    throw new Error(`simulator options: ${describeIssues(parsed.error)}`);
  }
  return parsed.data;
}

/** One line for all that zod found: `path: fault; path: fault`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
