/** Delay between two delivery attempts of a notification: starts at `firstMs`, doubles up to `mostMs`. */
export const NOTIFICATION_BACKOFF = { firstMs: 1_000, mostMs: 900_000 } as const;
