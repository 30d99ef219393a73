// What Temporal's SDK logs, made fit for people who run a worker all day. Pure.
import { ApplicationFailure } from '@temporalio/common';
import { CLIENT_ERRORS } from '../contract/errors.js';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** What the SDK says of every worker of ours whenever it starts or stops. */
const ROUTINE = /^(Worker state changed|No (Nexus services|workflows) registered)/;

export interface SdkLine {
  level: Level;
  message: string;
  meta: Record<string | symbol, unknown>;
}

/** Routine becomes `debug`; a fault that is told in words (a missing manifest) loses its stacks. */
export function tidied({ level, message, meta }: SdkLine): SdkLine {
  if (ROUTINE.test(message)) return { level: 'debug', message, meta };
  const { error } = meta;
  if (!(error instanceof ApplicationFailure) || !isTold(error)) return { level, message, meta };
  const { type, message: fault } = error;
  return { level, message, meta: { ...meta, error: { type, message: fault } } };
}

function isTold({ type }: ApplicationFailure): boolean {
  return typeof type === 'string' && type in CLIENT_ERRORS;
}
