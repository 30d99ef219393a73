// Checks of what arrives over the wire: signals, and the arguments of workflows. Anyone who can reach the
// server can send anything.
import type {
  AccountInput,
  AccountState,
  LeaveReport,
  Frame,
  MemberReport,
  MemberState,
  Share,
  Timeline,
} from '../contract/account.js';
import { PRIORITIES } from '../contract/account.js';
import { NOTIFICATION_TYPES } from '../contract/activities.js';
import { CLIP_PHASES } from '../contract/carried.js';
import { OUTCOME_STATUSES } from '../contract/clip.js';
import { FAILURE_CLASSES } from '../contract/failure.js';
import type { Notification, NotifyInput } from '../contract/activities.js';
import {
  CAP_CODES,
  IDENTITIES,
  LONG_RULES,
  MOST_TAKES,
  type BatchOptions,
  type FitOptions,
} from '../contract/batch.js';
import { PACE_RANGES, type Pace } from '../contract/account.js';
import type {
  LedgerFindings,
  LedgerOptions,
  RowSelection,
  ScoreBatchInput,
  SubmissionCap,
} from '../contract/batch.js';
import type { TaskCallback } from '../contract/callback.js';
import type {
  ActiveClip,
  CarriedState,
  Column,
  MembershipState,
  MomentState,
  PackedState,
  Table,
  TaskClaim,
} from '../contract/carried.js';
import type { Outcome, OutcomeCounts } from '../contract/clip.js';
import type { VendorFailure } from '../contract/failure.js';
import {
  AUDIO_PLANS,
  LOUDNESS_RANGE,
  MOST_FADE_SECONDS,
  type MixAgain,
  type MixCounts,
  type MixFailure,
  type MixOptions,
  type MixState,
  type MixVideosInput,
} from '../contract/mix.js';
import { ACCOUNT_PREFIX } from '../contract/names.js';
import { readTaskId } from '../contract/task-id.js';
import { unpack } from './batch/packing.js';
import {
  all,
  anything,
  either,
  isObject,
  listOf,
  named,
  oneOf,
  optional,
  real,
  recordOf,
  shapeOf,
  text,
  tupleOf,
  whole,
  yesOrNo,
  type Check,
} from './checks.js';

/** Epoch ms that timers and dates can hold. */
const time = real(-1e14, 1e14);
/** Up to about ten years; the server limits the length of timers. */
const duration = real(0, 3.2e11);
const count = whole();
const flag = oneOf(true);
const version = real(0, Number.MAX_SAFE_INTEGER);
/** Ids that the server accepts. */
const id = named(1000);
/** Ids of batches, to which an account sends signals. */
const batchId = all(id, (value) =>
  String(value).startsWith(ACCOUNT_PREFIX) ? ': expected the id of a batch' : undefined,
);
const taskId: Check = (value) =>
  typeof value === 'string' && readTaskId(value) === value ? undefined : ': expected a task id';
/** Of rows, and of their cues. */
const rows = whole(0, 1e9);

const pace = shapeOf<Pace>({
  ratePerSecond: real(PACE_RANGES.ratePerSecond.least, PACE_RANGES.ratePerSecond.most),
  burst: whole(PACE_RANGES.burst.least, PACE_RANGES.burst.most),
  maxInFlight: whole(PACE_RANGES.maxInFlight.least, PACE_RANGES.maxInFlight.most),
});

const failureFields = {
  class: oneOf(...FAILURE_CLASSES),
  code: text,
  message: text,
  retryAfterMs: optional(duration),
};

const MOST_TURN = 100_000;
/** Objects of one table: far more than fit into a payload. */
const MOST_CARRIED = 1e6;
const frame: Check = all(
  shapeOf<Frame>({
    id: real(-Number.MAX_VALUE, Number.MAX_VALUE),
    start: time,
    intervalMs: real(0.1, 1e12),
    burst: whole(1, PACE_RANGES.burst.most),
    turn: whole(1, MOST_TURN),
    own: listOf(whole(0, MOST_TURN)),
  }),
  (value) => {
    const { own, turn } = value as Frame;
    const fits = own.every((at, n) => at < turn && at > (own[n - 1] ?? -1));
    return fits ? undefined : '.own: expected ascending positions of a turn';
  },
);

export const share: Check = shapeOf<Share>({
  version,
  slots: whole(0, PACE_RANGES.maxInFlight.most),
  frame: optional(frame),
  contended: yesOrNo,
  slowdown: optional(shapeOf<NonNullable<Share['slowdown']>>({ reason: text, until: time })),
  paused: optional(text),
  resumes: real(0, Number.MAX_SAFE_INTEGER),
});

const standing = {
  ...{ batch: batchId, chain: text, run: optional(text), name: text },
  ...{ priority: oneOf(...PRIORITIES), version, next: time },
  ...{ held: rows, wants: rows, taskTimeoutMs: optional(duration), uses: optional(real(0, 1e6)) },
};

/** A batch's report to its account, or its leave report. */
export const report: Check = (value) =>
  isObject(value) && 'left' in value ? leaveReport(value) : memberReport(value);

const leaveReport = shapeOf<LeaveReport>({ batch: batchId, chain: text, next: time, left: flag });

const memberReport = shapeOf<MemberReport>({
  ...{ ...standing, pace },
  throttled: optional(
    shapeOf<VendorFailure & { moment: number }>({ ...failureFields, moment: time }),
  ),
  ...{ denied: optional(text), resumed: optional(flag) },
  resumes: real(0, Number.MAX_SAFE_INTEGER),
});

/** Why a batch is to be paused. */
export const pauseReason: Check = (value) => (value === null ? undefined : optional(text)(value));

export const callback: Check = shapeOf<TaskCallback>({
  ...{ round: count, row: rows, attempt: count, taskId, status: whole(0, 1000) },
});

/** The one argument of `account`. */
export const accountInput: Check = shapeOf<AccountInput>({
  version: oneOf(1),
  historyBound: optional(whole(1)),
  carried: optional(
    shapeOf<AccountState>({
      limits: pace,
      members: listOf(
        shapeOf<MemberState>({
          ...standing,
          ...{ found: optional(flag), share: optional(share), silentSince: optional(time) },
          evicted: optional(real(0, Number.MAX_SAFE_INTEGER)),
          lowered: optional(
            shapeOf<NonNullable<MemberState['lowered']>>({
              ...{ version, from: count, at: time },
            }),
          ),
        }),
      ),
      timeline: optional(
        shapeOf<Timeline>({
          id: real(-Number.MAX_VALUE, Number.MAX_VALUE),
          ...{ start: time, intervalMs: real(0.1, 1e12) },
          burst: whole(1, PACE_RANGES.burst.most),
          ring: listOf(text),
        }),
      ),
      change: optional(
        shapeOf<NonNullable<AccountState['change']>>({
          ...{ version, of: listOf(text), since: time },
        }),
      ),
      ...{ version, floor: time },
      speed: shapeOf<AccountState['speed']>({
        ...{ factor: real(0.001, 1), holdUntil: time, reason: optional(text), since: time },
        ...{ inARow: count, nextStep: optional(time) },
      }),
      ...{ paused: optional(text), resumes: real(0, Number.MAX_SAFE_INTEGER) },
    }),
  ),
});

const counts = shapeOf<OutcomeCounts>({
  ...{ total: count, succeeded: count, failed: count, rejected: count, cancelled: count },
  skipped: count,
});
const notes = listOf(
  shapeOf<LedgerFindings['notes'][number]>({ row: rows, id: text, code: text, message: text }),
);

const ledger = shapeOf<LedgerOptions>({
  ...{ location: named(4096), kind: oneOf('scored', 'simulated'), identity: oneOf(...IDENTITIES) },
  ...{ signatures: optional(listOf(text)), again: optional(flag) },
});

const mix = shapeOf<MixOptions>({
  audio: optional(oneOf(...AUDIO_PLANS)),
  loudness: real(LOUDNESS_RANGE.least, LOUDNESS_RANGE.most),
  fadeSeconds: real(0, MOST_FADE_SECONDS),
});

const options = shapeOf<BatchOptions>({
  ...{ pace, priority: oneOf(...PRIORITIES), probe: yesOrNo },
  takes: optional(whole(2, MOST_TAKES)),
  fit: optional(shapeOf<FitOptions>({ long: oneOf(...LONG_RULES) })),
  ...{ pollIntervalMs: all(duration, real(1, 3.2e11)), callbackGraceMs: duration },
  ...{ taskTimeoutMs: duration, maxRetries: count, maxFailedResubmissions: count },
  ...{ maxTimedOutResubmissions: count, retryBackoffMs: duration },
  maxFailures: optional(
    either(
      shapeOf<{ clips: number }>({ clips: real(0, 1e9) }),
      shapeOf<{ percent: number }>({ percent: real(0, 100) }),
    ),
  ),
  ledger: optional(ledger),
  cap: optional(
    shapeOf<SubmissionCap>({
      submissions: count,
      code: oneOf(...CAP_CODES),
    }),
  ),
  notify: optional(shapeOf<{ url: string }>({ url: text })),
  mix: optional(mix),
  xlsx: optional(flag),
  historyBound: whole(1),
});

/** Of one task. */
const outcome = shapeOf<Omit<Outcome, 'takes'>>({
  ...{ row: rows, status: oneOf(...OUTCOME_STATUSES) },
  ...{ taskId: optional(text), attempts: count, errorCode: optional(text) },
  ...{ errorMessage: optional(text), output: optional(text), outputs: optional(listOf(text)) },
  ...{ modelVersion: optional(text), translatePrompt: optional(text), fitted: optional(text) },
  possibleDuplicate: optional(yesOrNo),
});

const clip: Check = all(
  shapeOf<ActiveClip>({
    ...{ row: rows, phase: oneOf(...CLIP_PHASES) },
    ...{ attempt: count, notBefore: time, taskId: optional(text), taskAttempt: optional(count) },
    ...{ busy: optional(yesOrNo), hintedAt: optional(time), askAt: optional(time) },
    ...{ deadline: optional(time), orphans: optional(listOf(count)), adopted: optional(yesOrNo) },
    claims: optional(
      listOf(shapeOf<TaskClaim>({ attempt: count, taskId: text, terminal: yesOrNo })),
    ),
    ...{ earlier: optional(flag), possibleDuplicate: optional(yesOrNo), retries: optional(count) },
    ...{ failedEnds: optional(count), timedOutEnds: optional(count), troubles: optional(count) },
    ...{ begun: optional(flag), slow: optional(flag) },
  }),
  (value) => {
    const { phase, taskId: task } = value as ActiveClip;
    const named = task !== undefined || (phase !== 'waiting' && phase !== 'ended');
    return named ? undefined : '.taskId: expected while a clip waits';
  },
);

const moments = shapeOf<MomentState>({
  ...{ frame: optional(frame), upcoming: optional(frame), stopped: yesOrNo, next: time },
});

const membership = shapeOf<MembershipState>({
  ...{ joined: yesOrNo, run: optional(text), share: optional(share), moments },
  held: optional(shapeOf<{ until: number; reason: string }>({ until: time, reason: text })),
  ...{ denied: optional(text), resumedAt: optional(time) },
  told: shapeOf<MembershipState['told']>({
    ...{ held: count, wants: count, at: time, uses: optional(real(0, 1e6)) },
  }),
  usage: optional(
    shapeOf<NonNullable<MembershipState['usage']>>({
      ...{ since: time, given: count, uses: optional(real(0, 1e6)) },
    }),
  ),
});

const carried = shapeOf<CarriedState>({
  ...{ startedAt: time, cursor: rows, fresh: listOf(tupleOf(rows, rows)), clips: listOf(clip) },
  unfitted: optional(listOf(tupleOf(rows, rows))),
  ...{ cues: optional(listOf(tupleOf(rows, rows))), joins: optional(listOf(rows)) },
  ...{ unrecorded: listOf(outcome), membership, counts, submissions: whole(-1e9), warnings: count },
  tally: shapeOf<CarriedState['tally']>({ ended: count, failed: count, reasons: recordOf(count) }),
  ...{ unknown: optional(whole(-1e9)), segment: count, lastFailures: notes },
  ...{ pause: optional(text), capped: optional(flag), said: optional(text) },
  pauseTold: optional(
    shapeOf<NonNullable<CarriedState['pauseTold']>>({
      ...{ reason: text, submissions: whole(-1e9), lifted: optional(flag) },
    }),
  ),
});

const steps = listOf(either(real(-Number.MAX_VALUE, Number.MAX_VALUE), named(30)));
const columns: Check = recordOf(
  either(
    shapeOf<Extract<Column, { values: unknown }>>({ values: listOf(anything) }),
    shapeOf<{ steps: unknown; texts?: unknown }>({ steps, texts: optional(listOf(text)) }),
  ),
);
const table: Check = all(
  shapeOf<Table>({ count: whole(0, MOST_CARRIED), same: recordOf(anything), columns }),
  (value) => {
    const { count: rowCount, columns: lists } = value as Table;
    const lengths = Object.values(lists).map((column) => entriesOf(column).length);
    return lengths.every((length) => length === rowCount)
      ? undefined
      : '.columns: expected as many values as objects';
  },
);
const packed: Check = all(
  shapeOf<{ packed: PackedState['packed'] }>({
    packed: shapeOf<PackedState['packed']>({
      ...{ clips: listOf(table), unrecorded: listOf(table), joins: steps },
    }),
  }),
  (value) => carried(unpack(value as PackedState)),
);

function entriesOf(column: Column): readonly unknown[] {
  return 'values' in column ? column.values : column.steps;
}

/** What a client of this package starts `scoreBatch` with, and what a run hands to the next. */
export const batchInput: Check = shapeOf<ScoreBatchInput>({
  ...{ version: oneOf(1), name: text, store: named(4096), round: whole(1, 1e6) },
  rows: shapeOf<RowSelection>({ count: rows, key: optional(named(4096)) }),
  ...{
    options,
    skipped: optional(rows),
    recall: optional(named(4096)),
    attributes: optional(flag),
  },
  found: optional(shapeOf<LedgerFindings>({ counts: recordOf(count), notes })),
  carried: optional((value) =>
    isObject(value) && 'packed' in value ? packed(value) : carried(value),
  ),
});

/** What `mixVideos` is to look through. */
const mixRound = { round: whole(1, 1e6), mix, skipped: optional(flag) };
export const mixAgain: Check = shapeOf<MixAgain>(mixRound);

/** The one argument of `mixVideos`. */
export const mixVideosInput: Check = shapeOf<MixVideosInput>({
  ...{ version: oneOf(1), batch: batchId, store: named(4096), ...mixRound },
  historyBound: whole(1),
  carried: optional(
    shapeOf<MixState>({
      ...{ next: optional(rows), rows: listOf(rows), startedAt: text, before: optional(rows) },
      counts: shapeOf<MixCounts>({ found: count, made: count, kept: count, failed: count }),
      lastFailures: listOf(shapeOf<MixFailure>({ id: text, message: text })),
    }),
  ),
});

/** The one argument of `notification`. */
export const notifyInput: Check = shapeOf<NotifyInput>({
  url: named(100_000), // a plain link, a sealed one or a reference: the activity opens it
  notification: shapeOf<Notification>({
    type: oneOf(...NOTIFICATION_TYPES),
    ...{ id: named(1000), at: text, batch: text, name: optional(text), account: text },
    ...{ reason: optional(text), counts: optional(counts), submissions: optional(whole(-1e9)) },
    results: optional(text),
  }),
});
