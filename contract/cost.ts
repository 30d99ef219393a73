// What submissions cost. Pure.

export interface Cost {
  amount: number;
  currency?: string;
  pricePerClip: number;
}

/** Exact to the millionth, as prices are. */
export function costOf(
  submissions: number,
  { amount, currency }: { amount: number; currency?: string },
): Cost {
  const millionths = submissions * Math.round(amount * 1e6);
  return {
    amount: millionths / 1e6,
    ...(currency !== undefined && { currency }),
    pricePerClip: amount,
  };
}
