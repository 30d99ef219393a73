/** Pauses between two tries of a notification: the first, doubling up to the longest. */
export const NOTIFICATION_BACKOFF = { firstMs: 1_000, mostMs: 900_000 } as const;
