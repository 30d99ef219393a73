// The signals that pause and resume a batch.
import { setHandler } from '@temporalio/workflow';
import { onSignal } from '../guarded.js';
import { pauseSignal, resumeSignal } from '../messages.js';
import * as wire from '../wire.js';

/** The reason if none is given. */
const PAUSED_BY_HAND = 'paused by hand';

export function onPause(pause: (reason: string) => void, resume: () => void): void {
  onSignal(pauseSignal, wire.pauseReason, (reason) => pause(reason || PAUSED_BY_HAND));
  setHandler(resumeSignal, resume);
}
