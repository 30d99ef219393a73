// Builds the server's description of a schedule. Pure.
import type {
  ScheduleDescription,
  ScheduleOptions,
  ScheduleUpdateOptions,
} from '@temporalio/client';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import type { ResolvedConfig } from '../../config/config.js';
import type { LinkSeal } from '../../intake/link-seal.js';
import { scheduleIdOf } from './names.js';
import { policyOf } from './overlap.js';
import { throwFaults, type ReadSpec } from './read-spec.js';
import { changedRequest, settingsIn } from './request.js';
import type { OwnSchedule } from './status.js';
import { localTimezone } from './timezone.js';

/**
 * A restart or an update of the machine does not cost a night; a night that was missed altogether does
 * not begin in the middle of the next day's work.
 */
const CATCH_UP_MS = 3_600_000;

/** @throws ReelscoreError `schedule_invalid` */
export function newSchedule(
  name: string,
  given: ReadSpec,
  { config, results, seal }: { config: ResolvedConfig; results: string; seal: LinkSeal['seal'] },
): ScheduleOptions {
  const { cron, everyMs, manifest, timezone = localTimezone() } = given;
  const faults: string[] = [];
  if (cron === undefined && everyMs === undefined) {
    faults.push('option cron: nothing says when it fires (give cron or every)');
  }
  if (manifest === undefined) {
    faults.push('option manifest: it is missing (give a path or an http(s) URL)');
  }
  throwFaults(faults);
  const request = changedRequest(
    {
      ...{ version: 1, manifest: manifest ?? '', results },
      // Every night is to write into the same ledger, wherever the worker was started.
      settings: { ...settingsIn(config), ledger: config.ledgerDir },
    },
    given,
    seal,
  );
  return {
    scheduleId: scheduleIdOf(name),
    spec: { ...timesIn(given), timezone, jitter: given.jitterMs ?? 0 },
    action: {
      type: 'startWorkflow',
      workflowType: SCORE_BATCH_WORKFLOW,
      workflowId: name, // the server adds the time
      taskQueue: taskQueueOf(config.account),
      args: [request],
      staticSummary: `Schedule ${name}`,
    },
    policies: {
      overlap: policyOf(given.overlap ?? 'skip'),
      catchupWindow: given.catchUpWindowMs ?? CATCH_UP_MS,
      pauseOnFailure: given.pauseOnFailure ?? false,
    },
    state: { paused: given.paused ?? false, note: given.note ?? '' },
  };
}

/** @throws ReelscoreError `schedule_invalid` */
export function changedSchedule(
  { description, request }: OwnSchedule,
  given: ReadSpec,
  seal: LinkSeal['seal'],
): ScheduleUpdateOptions {
  const { spec, action, policies, state, typedSearchAttributes } = description;
  const { timezone, jitterMs, overlap, catchUpWindowMs, pauseOnFailure, paused, note } = given;
  const replaced = given.cron !== undefined || given.everyMs !== undefined;
  return {
    spec: {
      ...spec,
      ...(replaced && { calendars: [], intervals: [], ...timesIn(given) }),
      ...(!replaced && given.offsetMs !== undefined && shifted(spec.intervals, given.offsetMs)),
      ...(timezone !== undefined && { timezone }),
      ...(jitterMs !== undefined && { jitter: jitterMs }),
    },
    action: { ...action, args: [changedRequest(request, given, seal)] },
    policies: {
      overlap: overlap === undefined ? policies.overlap : policyOf(overlap),
      catchupWindow: catchUpWindowMs ?? policies.catchupWindow,
      pauseOnFailure: pauseOnFailure ?? policies.pauseOnFailure,
    },
    state: { ...state, paused: paused ?? state.paused, note: note ?? state.note ?? '' },
    typedSearchAttributes,
  };
}

type Spec = ScheduleOptions['spec'];

function timesIn({
  cron,
  everyMs,
  offsetMs = 0,
}: ReadSpec): Pick<Spec, 'cronExpressions' | 'intervals'> {
  if (cron) return { cronExpressions: cron };
  if (everyMs === undefined) return {};
  checkOffset(everyMs, offsetMs);
  return { intervals: [{ every: everyMs, offset: offsetMs }] };
}

function shifted(
  intervals: ScheduleDescription['spec']['intervals'] = [],
  offset: number,
): Pick<Spec, 'intervals'> {
  if (intervals.length === 0) {
    throwFaults([
      'option offset: it belongs to every, and this schedule has cron (give every too)',
    ]);
  }
  for (const { every } of intervals) checkOffset(every, offset);
  return { intervals: intervals.map(({ every }) => ({ every, offset })) };
}

function checkOffset(everyMs: number, offsetMs: number): void {
  if (offsetMs < everyMs) return;
  throwFaults(['option offset: it is not less than every (write a shorter one)']);
}
