import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { BatchProgress } from '../contract/batch.js';
import type { TaskCallback } from '../contract/callback.js';
import {
  PAUSE_SIGNAL,
  PROGRESS_QUERY,
  RESUME_SIGNAL,
  TASK_CALLBACKS_SIGNAL,
} from '../contract/names.js';

/** Callbacks of this batch's tasks, several in one signal. */
export const taskCallbacksSignal = defineSignal<[TaskCallback[]]>(TASK_CALLBACKS_SIGNAL);
/** Stops submitting until resumed; tasks at the vendor are still waited for. */
export const pauseSignal = defineSignal<[reason?: string]>(PAUSE_SIGNAL);
/** Goes on after a pause, whoever caused it. */
export const resumeSignal = defineSignal(RESUME_SIGNAL);
export const progressQuery = defineQuery<BatchProgress>(PROGRESS_QUERY);
