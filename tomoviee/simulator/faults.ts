// The grammar of faults: how a simulated misbehaviour is written down. Knows nothing of HTTP.
//
//   faults  = fault { "," fault }
//   fault   = name { ":" value } { "*" times | "~" probability | "@" nth }
//
// Without a modifier a fault strikes every time. `*2` strikes the first two times for each clip
// (counted by its file_link, over all of its attempts), `~0.1` strikes one time in ten (seeded),
// `@3` strikes the third time only: of that clip for a clip's own faults, of all clips for the
// simulator's.
//
// A clip carries its own faults in its file_link (`?sim=fail*1,late:500`) or in its prompt or
// params (`[sim:fail*1,late:500]`). Its own come before the simulator's.

/** Every fault: the values it takes and what it does, as printed by the help. */
const FAULTS = {
  '429': ['[:SECONDS]', 'refuse with HTTP 429 and Retry-After (1)'],
  http: [':STATUS[:empty]', 'refuse with that HTTP status (400-599), with a JSON body or none'],
  html: ['', 'refuse with an HTML page and HTTP 200'],
  code: [':NUMBER[:MSG]', 'refuse with HTTP 200 and that vendor code'],
  '401': ['', 'refuse with HTTP 401, this once'],
  revoke: ['', 'revoke all keys: 401 from now on, until POST /_simulator/keys'],
  'drop-before': ['', 'drop the connection; nothing was accepted'],
  'drop-after': ['', 'accept, then drop the connection: the answer is lost'],
  'http-after': [':STATUS', 'accept, then answer that HTTP status with no body'],
  slow: [':MS', 'accept, and answer after so long'],
  early: ['', 'end at once and call back before the submission is answered'],
  run: [':MS', 'the task takes so long'],
  fail: ['[:REASON[:CODE]]', 'the task fails (status 4) with that error code (680001)'],
  cancel: ['[:CODE]', 'the task is cancelled (status 5), with that error code (0)'],
  'timed-out': ['[:CODE]', 'the task times out (status 6), with that error code (0)'],
  lost: ['', 'no callback'],
  late: [':MS', 'the callback comes so long after the end'],
  reordered: ['[:N[:MS]]', 'the callback comes after N others (1), or after so long (2000)'],
  duplicate: ['[:N]', 'N further copies of the callback (1)'],
  processing: ['', 'a callback with status 2 when the task begins'],
  'forged-mac': ['', "a callback when the task begins, to a URL whose last segment isn't right"],
  'forged-status': ['', 'a callback when the task begins, with a terminal status that is not true'],
  'forged-task': ['', "a callback when the task begins, with a task_id that doesn't exist"],
  query: [
    '[:STATUS|CODE]',
    'the result query fails: HTTP status (500), or a vendor code from 1000',
  ],
  'no-url': ['', 'the result query gives a result without a link'],
  paths: [':N', 'the result names N files'],
  sample: [
    '[:FORM]',
    "the result in the form of the vendor's page: stray backslashes in the answer (outer), in the string (inner), or as an object",
  ],
  wait: [':SECONDS', 'the result query suggests so long a wait (wait_time)'],
  expired: ['', 'the result query gives a link that has already expired (403)'],
  download: ['[:STATUS]', 'the download fails with that HTTP status (500)'],
  cut: ['', 'the download breaks off in the middle'],
  trickle: ['[:BYTES]', 'the download gives so few bytes a second (20), and never ends'],
} as const;

export type FaultName = keyof typeof FAULTS;

/** One fault, as parsed. */
export interface SimulatedFault {
  name: FaultName;
  /** Values after the name, as written. */
  args: string[];
  /** Strikes per clip at most. */
  times?: number;
  /** 0-1. */
  probability?: number;
  /** Strikes at this opportunity only, from 1. */
  nth?: number;
  /** As written: the fault's identity for counting. */
  text: string;
}

/** A list of faults that cannot be understood. */
export class FaultSyntaxError extends Error {
  override readonly name = 'FaultSyntaxError';
}

const ITEM = /^([a-z0-9-]+)((?::[^:*~@]*)*)((?:[*~@][\d.]+)*)$/;

/** What Node's timers hold at most. */
const MAX_MS = 2_147_483_647;

type Bounds = readonly [min: number, max: number];

/** Faults whose values are numbers, with the bounds of each value. */
const NUMBERS: Partial<Record<FaultName, readonly Bounds[]>> = {
  '429': [[0, 86_400]],
  http: [[400, 599]],
  code: [[1000, 999_999]],
  'http-after': [[400, 599]],
  slow: [[0, MAX_MS]],
  run: [[0, MAX_MS]],
  cancel: [[0, 999_999]],
  'timed-out': [[0, 999_999]],
  paths: [[1, 100]],
  wait: [[0, 86_400]],
  late: [[0, MAX_MS]],
  reordered: [
    [1, 1000],
    [0, MAX_MS],
  ],
  duplicate: [[1, 1000]],
  query: [[400, 999_999]],
  download: [[400, 599]],
  trickle: [[4, 1_000_000]],
};

/**
 * Reads a comma-separated list of faults; an empty text is an empty list.
 * @throws FaultSyntaxError naming the fault that is wrong and what to write.
 */
export function parseFaults(text: string): SimulatedFault[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(parseFault);
}

function parseFault(text: string): SimulatedFault {
  const [, name = '', values = '', modifiers = ''] = ITEM.exec(text) ?? [];
  if (!isFaultName(name)) {
    throw new FaultSyntaxError(
      `fault "${text}" is not known (write name:value with one of ${Object.keys(FAULTS).join(', ')})`,
    );
  }
  const fault: SimulatedFault = { name, args: values.split(':').slice(1), text };
  checkValues(fault);
  if (name === 'fail') checkNumber(fault, 1, [0, 999_999]);
  for (const [, sign, digits] of modifiers.matchAll(/([*~@])([\d.]+)/g)) {
    const number = Number(digits);
    if (sign === '~' ? !(number <= 1) : !(Number.isInteger(number) && number >= 1)) {
      throw new FaultSyntaxError(
        `fault "${text}": ${sign ?? ''}${digits ?? ''} is not valid (write *TIMES, ~PROBABILITY from 0 to 1, or @NTH)`,
      );
    }
    if (sign === '*') fault.times = number;
    else if (sign === '~') fault.probability = number;
    else fault.nth = number;
  }
  return fault;
}

function checkValues(fault: SimulatedFault): void {
  const { name, args, text } = fault;
  const [first = ''] = args;
  const [values] = FAULTS[name];
  const usage = `write ${name}${values}`;
  if (first === '' && values.startsWith(':')) {
    throw new FaultSyntaxError(`fault "${text}" needs a value (${usage})`);
  }
  if (args.length > 0 && values === '') {
    throw new FaultSyntaxError(`fault "${text}" takes no value (${usage})`);
  }
  NUMBERS[name]?.forEach((bounds, place) => checkNumber(fault, place, bounds));
}

function checkNumber(
  { name, args, text }: SimulatedFault,
  place: number,
  [min, max]: Bounds,
): void {
  const value = args[place] ?? '';
  const number = Number(value);
  if (value !== '' && (!Number.isInteger(number) || number < min || number > max)) {
    throw new FaultSyntaxError(
      `fault "${text}": expected a whole number from ${min} to ${max}, got ${value} (write ${name}${FAULTS[name][0]})`,
    );
  }
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

/** A value of a fault as a number; the first by default. */
export function numberOf(fault: SimulatedFault, fallback: number, place = 0): number {
  const value = fault.args[place] ?? '';
  return value === '' ? fallback : Number(value);
}

const TAG = /\[sim:([^\]]*)\]/g;

/**
 * The faults that a submission carries itself, from its file_link, prompt and params.
 * @throws FaultSyntaxError
 */
export function faultsOfClip(clip: {
  fileLink: string;
  prompt: string;
  params?: string;
}): SimulatedFault[] {
  const texts: string[] = [];
  if (clip.fileLink.includes('sim=')) {
    texts.push(...new URL(clip.fileLink).searchParams.getAll('sim'));
  }
  for (const text of [clip.prompt, clip.params ?? '']) {
    if (!text.includes('[sim:')) continue;
    for (const [, tag = ''] of text.matchAll(TAG)) texts.push(tag);
  }
  return texts.flatMap(parseFaults);
}

/** What can be written where faults are taken, for `--help`. */
export function faultHelp(): string {
  const rows = Object.entries(FAULTS).map(
    ([name, [values, what]]) => `  ${(name + values).padEnd(24)} ${what}`,
  );
  return [
    'Faults: a comma-separated list, for all clips by option, for one clip in its file_link',
    '(?sim=fail*1,late:500) or in its prompt or params ([sim:fail*1,late:500]).',
    ...rows,
    'After each: *N the first N times for each clip, ~P with that probability, @N the Nth time only.',
  ].join('\n');
}
