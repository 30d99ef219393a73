import { inspect } from 'node:util';

const HIDDEN = '[hidden]';

/** A value that shows itself only when asked by name: not in logs, JSON, templates or inspections. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value. Call it where it is used, and keep the result nowhere. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** All secrets that a value holds, at any depth. */
export function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value];
  return value instanceof Object ? Object.values(value).flatMap(secretsIn) : [];
}

/** The keys of one vendor account. */
export interface VendorKeys {
  appKey: Secret;
  appSecret: Secret;
}
