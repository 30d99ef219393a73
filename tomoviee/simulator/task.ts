// One task: what was settled when it was accepted, and what has become of it.
import type { SimulatedFault } from './faults.js';

/** The vendor's numbers. */
export const STATUS = {
  queued: 1,
  processing: 2,
  succeeded: 3,
  failed: 4,
  cancelled: 5,
  timedOut: 6,
} as const;

/** What is settled when a submission is accepted. Times are epoch ms. */
export interface TaskRecord {
  taskId: string;
  fileLink: string;
  prompt: string;
  params?: string;
  callback?: string;
  /** Start of SHA-256 of the app key that paid. */
  keyHash: string;
  arrivedAt: number;
  acceptedAt: number;
  /** How long it will be processed. */
  runMs: number;
  /** How it will end. */
  ending: number;
  /** Reason of an ending other than success. */
  reason?: string;
  /** The task's own error code, beside such an ending. */
  code?: number;
  /** The fault that struck the answer, as written: the client may not know of the task. */
  answerFault?: string;
}

/** A task in memory. */
export interface Task extends TaskRecord {
  status: number;
  startedAt?: number;
  endedAt?: number;
  /** Place in the line of queued tasks. */
  ticket?: number;
  /** Callbacks sent, copies and further tries included, forged ones not. */
  callbacksSent: number;
  callbackDelivered: boolean;
  /** When the first callback left; further copies and tries leave it as it is. */
  calledBackAt?: number;
  /** No callback is to come any more. */
  notified: boolean;
  /** The clip's own faults; absent when it has none. */
  faults?: readonly SimulatedFault[];
}
