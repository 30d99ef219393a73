import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type {
  AccountView,
  Evicted,
  Eviction,
  LeaveReport,
  MemberReport,
  Share,
  Tuning,
} from '../contract/account.js';
import type { BatchProgress } from '../contract/batch.js';
import type { Pace } from '../contract/account.js';
import type { SubmissionPlace, TaskCallback } from '../contract/callback.js';
import type { MixAgain, MixProgress } from '../contract/mix.js';
import {
  ACCOUNT_QUERY,
  CALLBACK_WAIT_QUERY,
  CLIP_STORE_QUERY,
  EVICT_UPDATE,
  MIX_AGAIN_SIGNAL,
  MIX_PROGRESS_QUERY,
  PAUSE_SIGNAL,
  PROGRESS_QUERY,
  REPORT_SIGNAL,
  RESUME_SIGNAL,
  SHARE_SIGNAL,
  TASK_CALLBACKS_SIGNAL,
  TUNE_UPDATE,
} from '../contract/names.js';

/** Callbacks of this batch's tasks, several in one signal. */
export const taskCallbacksSignal = defineSignal<[TaskCallback[]]>(TASK_CALLBACKS_SIGNAL);
/** Stops submitting until resumed; tasks at the vendor are still waited for. */
export const pauseSignal = defineSignal<[reason: string | null | undefined]>(PAUSE_SIGNAL);
/** Resumes a batch after any pause. */
export const resumeSignal = defineSignal(RESUME_SIGNAL);
export const progressQuery = defineQuery<BatchProgress>(PROGRESS_QUERY);
export const callbackWaitQuery = defineQuery<number>(CALLBACK_WAIT_QUERY);
export const clipStoreQuery = defineQuery<string | null, [SubmissionPlace]>(CLIP_STORE_QUERY);

/** A batch reports its state to its account. */
export const reportSignal = defineSignal<[MemberReport | LeaveReport]>(REPORT_SIGNAL);
/** An account sends a batch its share. */
export const shareSignal = defineSignal<[Share]>(SHARE_SIGNAL);
/** Changes an account's limits; returns the new ones. */
export const tuneUpdate = defineUpdate<Pace, [Tuning]>(TUNE_UPDATE);
/** Evicts a batch that does not answer. */
export const evictUpdate = defineUpdate<Evicted, [Eviction]>(EVICT_UPDATE);
export const accountQuery = defineQuery<AccountView>(ACCOUNT_QUERY);

/** Has finished videos looked for once more. */
export const mixAgainSignal = defineSignal<[MixAgain]>(MIX_AGAIN_SIGNAL);
export const mixProgressQuery = defineQuery<MixProgress>(MIX_PROGRESS_QUERY);
