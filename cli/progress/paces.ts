/** A limit on submissions: `5/s`, `0.75/s`. */
export function paceText(perSecond: number): string {
  return `${Number(perSecond.toPrecision(3))}/s`;
}
