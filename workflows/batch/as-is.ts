import type { ScoreBatchInput } from '../../contract/batch.js';

/** Whether the vendor gets every clip of the batch as it is: none is fitted now, and no round before has fitted one. */
export function isAsIs({ round, options }: Pick<ScoreBatchInput, 'round' | 'options'>): boolean {
  return round === 1 && options.fit === undefined;
}
