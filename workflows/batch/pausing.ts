// The signals that pause and resume a batch.
import { signalHandler, type SignalHandler } from '../guarded.js';
import { pauseSignal, resumeSignal } from '../messages.js';
import * as wire from '../wire.js';

/** The reason where none is given. */
const PAUSED_BY_HAND = 'paused by hand';

export function pauseHandlers(
  pause: (reason: string) => void,
  resume: () => void,
): SignalHandler[] {
  return [
    signalHandler(pauseSignal, wire.pauseReason, (reason) => pause(reason || PAUSED_BY_HAND)),
    { name: resumeSignal.name, handle: resume },
  ];
}
