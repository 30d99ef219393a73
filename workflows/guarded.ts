// Accepts only valid arguments. An invalid signal is logged and dropped, an invalid start fails the workflow
// at once: a workflow task that threw would be retried for ever.
import { ApplicationFailure, log, setHandler, type SignalDefinition } from '@temporalio/workflow';
import type { Check } from './checks.js';

/** Handles a signal of one argument; if that does not pass `check`, the signal is logged and dropped. */
export function onSignal<Argument>(
  definition: SignalDefinition<[Argument]>,
  check: Check,
  handle: (argument: Argument) => void | Promise<void>,
): void {
  setHandler(definition, (argument) => {
    const fault = check(argument);
    if (fault === undefined) return handle(argument);
    log.warn('a signal was dropped', { signal: definition.name, fault: `its argument${fault}` });
  });
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
