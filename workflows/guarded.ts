// Accepts only valid arguments. An invalid signal is logged and dropped, an invalid start fails the workflow
// at once: a workflow task that threw would be retried for ever.
import {
  ApplicationFailure,
  defineSignal,
  log,
  setDefaultSignalHandler,
  setHandler,
  type SignalDefinition,
} from '@temporalio/workflow';
import type { Check } from './checks.js';

/** A signal by its name, and what handles it. */
export interface SignalHandler {
  name: string;
  handle: (argument: unknown) => void | Promise<void>;
}

/** Handles a signal of one argument; if that does not pass `check`, the signal is logged and dropped. */
export function signalHandler<Argument>(
  { name }: SignalDefinition<[Argument]>,
  check: Check,
  handle: (argument: Argument) => void | Promise<void>,
): SignalHandler {
  return {
    name,
    handle: (argument) => {
      const fault = check(argument);
      if (fault === undefined) return handle(argument as Argument);
      log.warn('a signal was dropped', { signal: name, fault: `its argument${fault}` });
    },
  };
}

/**
 * Sets all of them at once. The SDK keeps signals that arrive before their handlers, and dispatches those of one
 * name as soon as its handler is set: set one by one, a pause would overtake the resume before it. Signals that no
 * handler here takes, and that came before, are dropped.
 */
export function onSignals(handlers: readonly SignalHandler[]): void {
  const byName = new Map(handlers.map(({ name, handle }) => [name, handle]));
  setDefaultSignalHandler((name, argument) => byName.get(name)?.(argument));
  for (const { name, handle } of handlers) setHandler(defineSignal<[unknown]>(name), handle);
  setDefaultSignalHandler(undefined);
}

/**
 * Fails the workflow if it was started with an invalid argument.
 * @throws ApplicationFailure that is not retryable
 */
export function checkStart(check: Check, given: unknown, type = 'start_invalid'): void {
  const fault = check(given);
  if (fault === undefined) return;
  throw ApplicationFailure.nonRetryable(
    `the argument of this workflow cannot be read: it${fault} (start batches with reelscore, or with a request: docs/programs.md)`,
    type,
  );
}
