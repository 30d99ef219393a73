// How a schedule stands, from what the server tells of it.
import type { ScheduleDescription } from '@temporalio/client';
import { accountOf, SCORE_BATCH_WORKFLOW } from '../../contract/names.js';
import type { RequestSettings } from '../../contract/request.js';
import type { Sources } from '../context.js';
import { cronOf } from './cron.js';
import { requestIn, type ScheduledRequest } from './request.js';
import { recentBatches, type ScheduledBatch } from './recent.js';
import type { Overlap } from './spec.js';
import { overlapOf } from './overlap.js';
import { timesInWords, type Interval, type ScheduleTimes } from './words.js';

export const NEXT_TIMES = 5;

export interface ScheduleStatus {
  name: string;
  /** Of the vendor: its workers take the batches. */
  account: string;
  /** When it fires: `At 02:00, Monday through Friday`. */
  words: string;
  /** Expressions of five fields; none if it fires in intervals. */
  cron: string[];
  intervals: Interval[];
  /** IANA name. */
  timezone: string;
  jitterMs: number;
  /** Absolute path on the worker's machine, or URL; one with a query is sealed (see `shownLink`). */
  manifest: string;
  skipInvalid: boolean;
  again: boolean;
  /** Folder in which each batch gets a folder of its own; absent = the worker's. */
  results?: string;
  /** Of the batches, by their names in reelscore.yaml (`notify` sealed); the others are the worker's own. */
  settings: RequestSettings;
  overlap: Overlap | 'terminateOther';
  catchUpWindowMs: number;
  pauseOnFailure: boolean;
  paused: boolean;
  note?: string;
  /** ISO 8601, at most five; none if it is paused for good or no such date comes. */
  next: string[];
  /** Newest first: five of a description, one in a list. */
  last: ScheduledBatch[];
  /** Since it was made: batches started; left out because another ran; left out because too late. */
  started: number;
  skippedByOverlap: number;
  missedCatchUp: number;
  /** Whether a worker has asked for batches of the account in the last minutes. */
  workerRunning: boolean;
  createdAt: string;
  updatedAt?: string;
}

/** What a description holds if the schedule is one of ours. */
export interface OwnSchedule {
  description: ScheduleDescription;
  request: ScheduledRequest;
}

/** Undefined if it does not start batches as ours do. */
export function ownSchedule(description: ScheduleDescription): OwnSchedule | undefined {
  const { action } = description;
  const request = requestIn(action.args as unknown[] | undefined);
  return action.workflowType === SCORE_BATCH_WORKFLOW && request
    ? { description, request }
    : undefined;
}

export function timesOf({ spec }: Pick<ScheduleDescription, 'spec'>): ScheduleTimes {
  return {
    cron: (spec.calendars ?? []).map(cronOf),
    intervals: (spec.intervals ?? []).map(({ every, offset }) => ({
      everyMs: every,
      offsetMs: offset,
    })),
  };
}

/** @param results how many of the last batches are asked how they stand */
export async function scheduleStatus(
  where: Sources,
  name: string,
  { description, request }: OwnSchedule,
  results: number,
): Promise<ScheduleStatus> {
  const { spec, action, policies, state, info } = description;
  const { manifest, skipInvalid = false, again = false } = request;
  const times = timesOf(description);
  return {
    ...{ name, account: accountOf(action.taskQueue), words: await timesInWords(times), ...times },
    timezone: spec.timezone ?? 'UTC',
    jitterMs: spec.jitter ?? 0,
    ...{ manifest, skipInvalid, again },
    ...(request.results !== undefined && { results: request.results }),
    settings: request.settings ?? {},
    overlap: overlapOf(policies.overlap),
    catchUpWindowMs: policies.catchupWindow,
    ...{ pauseOnFailure: policies.pauseOnFailure, paused: state.paused },
    ...(state.note !== undefined && state.note !== '' && { note: state.note }),
    next: info.nextActionTimes.slice(0, NEXT_TIMES).map((moment) => moment.toISOString()),
    last: await recentBatches(where, info.recentActions, results),
    started: info.numActionsTaken,
    skippedByOverlap: info.numActionsSkippedOverlap,
    missedCatchUp: info.numActionsMissedCatchupWindow,
    workerRunning: await where.temporal.hasPollers(action.taskQueue, 'workflows'),
    createdAt: info.createdAt.toISOString(),
    ...(info.lastUpdatedAt && { updatedAt: info.lastUpdatedAt.toISOString() }),
  };
}
