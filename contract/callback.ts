// A callback as the receiver passes it to the batch. It is a hint and never decides an outcome (C1).

/** Path below the callback URL at which a receiver reports whether it can deliver. */
export const HEALTH_PATH = '/health';

/** Which POST a callback URL was made for. */
export interface CallbackTarget {
  batch: string;
  round: number;
  row: number;
  attempt: number;
}

/** One submission of a batch. */
export type SubmissionPlace = Omit<CallbackTarget, 'batch'>;

/** One callback whose URL carried a valid MAC. */
export interface TaskCallback {
  round: number;
  row: number;
  attempt: number;
  taskId: string;
  /** As claimed: 3-6 are terminal (shared with the vendor's result query). */
  status: number;
}
