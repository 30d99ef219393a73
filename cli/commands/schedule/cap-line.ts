// How much a batch of a schedule may submit, in words. Pure.
import type { RequestSettings } from '../../../contract/request.js';
import { affordableAt } from '../../../config/config.js';
import { price } from '../../../config/setting-values.js';

/**
 * `10 submissions a batch (maxSubmissions; budget 2 EUR at 0.05 EUR a clip would pay for 40)`
 * @returns undefined if its settings, which are valid, limit nothing; those of the worker may
 */
export function capLine({
  maxSubmissions,
  budget,
  pricePerClip,
}: RequestSettings): string | undefined {
  const limit = maxSubmissions === undefined ? Infinity : Number(maxSubmissions);
  if (budget === undefined || pricePerClip === undefined) {
    return limit === Infinity ? undefined : `${limit} submissions a batch (maxSubmissions)`;
  }
  const { amount, currency = '' } = price(pricePerClip);
  const money = (value: unknown): string => `${String(value)} ${currency}`.trim();
  const affordable = affordableAt(Number(budget), amount);
  const paid = `budget ${money(budget)} at ${money(amount)} a clip`;
  return limit <= affordable
    ? `${limit} submissions a batch (maxSubmissions; ${paid} would pay for ${affordable})`
    : `${affordable} submissions a batch (${paid})`;
}
