// What a receiver of callbacks counts (docs/metrics.md).
import { currentMeter, record } from '../activities/meter.js';
import { BatchEndedError, type DeliverCallbacks } from '../tomoviee/callbacks/delivery.js';

/** A callback was answered: 404 is that of a wrong MAC. */
export function countCallback(code: number, durationMs: number): void {
  record('reelscore_callback_duration', durationMs, { code: String(code) });
}

/** Counts the signals that carry callbacks, and what became of them. */
export function countingSignals(deliver: DeliverCallbacks): DeliverCallbacks {
  const count = (result: 'taken' | 'ended' | 'failed'): void =>
    currentMeter()
      .createCounter(
        'reelscore_callback_signals',
        undefined,
        'Signals that carry callbacks to batches',
      )
      .add(1, { result });
  return async (batch, callbacks) => {
    try {
      await deliver(batch, callbacks);
    } catch (error) {
      count(error instanceof BatchEndedError ? 'ended' : 'failed');
      throw error;
    }
    count('taken');
  };
}
