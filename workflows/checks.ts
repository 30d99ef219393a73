// Checks whether a value from the wire matches a type. Not by zod: in a workflow's bundle it is 0.3 MB of
// code, which every run of a workflow would load again (4 ms, compared with 2 ms for everything else).

/** The fault of a value as a message that begins with its path in the value; undefined if it has none. */
export type Check = (value: unknown) => string | undefined;

/** A check for every field of a type; `tsc` finds those that are missing. */
type Fields<T> = { [Name in keyof Required<T>]: Check };

/** No name, code or message of ours is longer. */
const MOST_TEXT = 100_000;

function ensure(ok: boolean, wanted: string): string | undefined {
  return ok ? undefined : `: expected ${wanted}`;
}

export const anything: Check = () => undefined;
export const yesOrNo: Check = (value) => ensure(typeof value === 'boolean', 'true or false');
export const text: Check = (value) =>
  ensure(typeof value === 'string' && value.length <= MOST_TEXT, 'a text');

export function named(most: number): Check {
  const wanted = `a text of 1 to ${most} characters`;
  return (value) =>
    ensure(typeof value === 'string' && value.length > 0 && value.length <= most, wanted);
}

export function real(least: number, most: number): Check {
  return (value) =>
    ensure(
      typeof value === 'number' && value >= least && value <= most,
      `a number from ${least} to ${most}`,
    );
}

export function whole(least = 0, most = Number.MAX_SAFE_INTEGER): Check {
  return (value) =>
    ensure(
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
      `a whole number from ${least} to ${most}`,
    );
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value) => ensure(values.includes(value), values.map((one) => String(one)).join(' or '));
}

export function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

export function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return ': expected a list';
    for (const [at, one] of value.entries()) {
      const fault = check(one);
      if (fault !== undefined) return `[${at}]${fault}`;
    }
    return undefined;
  };
}

/** A list of a fixed length. */
export function tupleOf(...checks: readonly Check[]): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length !== checks.length) {
      return `: expected a list of ${checks.length}`;
    }
    return firstFault(checks.map((check, at) => [`[${at}]`, check, value[at] as unknown]));
  };
}

/** Further fields are ignored: a later version may send them. */
export function shapeOf<T>(fields: Fields<T>): Check {
  const checks = Object.entries<Check>(fields);
  return (value) => {
    if (!isObject(value)) return ': expected an object';
    return firstFault(checks.map(([name, check]) => [`.${name}`, check, value[name]]));
  };
}

export function recordOf(check: Check): Check {
  return (value) => {
    if (!isObject(value)) return ': expected an object';
    return firstFault(Object.entries(value).map(([name, one]) => [`.${name}`, check, one]));
  };
}

export function either(...checks: readonly Check[]): Check {
  return (value) => {
    const faults = checks.map((check) => check(value));
    return faults.includes(undefined) ? undefined : faults[0];
  };
}

/** Makes the checks in order, up to the first fault. */
export function all(...checks: readonly Check[]): Check {
  return (value) => {
    for (const check of checks) {
      const fault = check(value);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstFault(parts: readonly (readonly [string, Check, unknown])[]): string | undefined {
  for (const [place, check, value] of parts) {
    const fault = check(value);
    if (fault !== undefined) return place + fault;
  }
  return undefined;
}
