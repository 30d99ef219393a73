// Adapts the log of Temporal's SDK for people who operate a worker. Pure.
import { CLIENT_ERRORS } from '../contract/errors.js';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** What the SDK says of every worker of ours whenever it starts or stops. */
const ROUTINE = /^(Worker state changed|No (Nexus services|workflows) registered)/;

export interface SdkLine {
  level: Level;
  message: string;
  meta: Record<string | symbol, unknown>;
}

/** Routine becomes `debug`; a fault with a message for people (a missing manifest) loses its stacks. */
export function tidied({ level, message, meta }: SdkLine): SdkLine {
  if (ROUTINE.test(message)) return { level: 'debug', message, meta };
  const { error, ...others } = meta;
  const fault = faultIn(error);
  return fault ? { level, message, meta: { ...others, ...fault } } : { level, message, meta };
}

function faultIn(error: unknown): { code?: string; fault: string } | undefined {
  if (!isError(error)) return undefined;
  const { type: code, message: fault, stack } = error;
  if (code !== undefined) return code in CLIENT_ERRORS ? { code, fault } : undefined;
  // From the thread of the workflows an error comes without its fields; they fail for faults alone.
  return stack?.startsWith('ApplicationFailure: ') ? { fault } : undefined;
}

function isError(
  error: unknown,
): error is { type?: string | undefined; message: string; stack?: string } {
  return error instanceof Error;
}
