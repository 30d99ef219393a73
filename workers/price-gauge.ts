// What an accepted submission costs, so that what is spent can be told from how many there were.
import { currentMeter } from '../activities/meter.js';

/** The price that is set; a gauge has no past, so it applies to what is read from now on. */
export function showPrice(
  account: string,
  { amount, currency = '' }: { amount: number; currency?: string },
): void {
  currentMeter()
    .createGauge('reelscore_clip_price', 'float', undefined, 'Price of an accepted submission')
    .set(amount, { account, currency });
}
