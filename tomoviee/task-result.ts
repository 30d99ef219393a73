// Reads the answer of a result query. A query costs nothing, so every doubt is a failure to retry.
import type { VendorFailure } from '../contract/failure.js';
import { parseJson, readEnvelope, resultSchema, taskSchema } from './answers.js';
import type { Exchange } from './exchange.js';
import {
  codeFailure,
  networkFailure,
  statusFailure,
  tableFailure,
  unreadableFailure,
  type ReadingContext,
} from './failures.js';

/** Vendor status -> name [V]. */
export const TASK_STATUSES = {
  1: 'queued',
  2: 'processing',
  3: 'succeeded',
  4: 'failed',
  5: 'cancelled',
  6: 'timed_out',
} as const;

export type TaskStatus = (typeof TASK_STATUSES)[keyof typeof TASK_STATUSES];

/** One file the vendor made. The URL is signed and expires (about two days in the vendor's sample). */
export interface TaskMedia {
  url: string;
  kind: 'audio' | 'video';
}

/** A task as the vendor tells it. */
export interface VendorTask {
  kind: 'task';
  taskId: string;
  status: TaskStatus;
  /** The vendor's text on a failure. */
  reason?: string;
  /** 0-100. */
  progress?: number;
  /** Place in the vendor's queue; absent when in none. */
  position?: number;
  /** As given with the submission. */
  params?: string;
  /** Audio before video; at least one when succeeded. */
  media: TaskMedia[];
}

export type TaskResult = VendorTask | { kind: 'refused'; failure: VendorFailure };

/** Reads the exchange of a result query about one task. */
export function readTask(taskId: string, exchange: Exchange, context: ReadingContext): TaskResult {
  if (exchange.kind === 'broken') {
    const { status } = exchange;
    return refused(
      status !== undefined && status >= 300
        ? statusFailure({ status }, context)
        : networkFailure(exchange, context),
    );
  }
  const envelope = readEnvelope(exchange.text);
  if (envelope && envelope.code !== '0') return refused(codeFailure(exchange, envelope, context));
  if (exchange.status >= 300) return refused(statusFailure(exchange, context, envelope?.msg));
  const data = envelope && taskSchema.safeParse(envelope.data).data;
  if (!data) return refused(unreadableFailure(exchange, context));

  if (data.task_id != null && data.task_id !== taskId) {
    return refused(
      tableFailure('answer_mismatch', `asked about ${taskId}, told of ${data.task_id}`, context),
    );
  }
  const status = statusOf(data.status);
  if (!status) {
    return refused(
      tableFailure(
        'task_status_unknown',
        `the vendor gave task ${taskId} status ${data.status}; known are 1 to 6`,
        context,
      ),
    );
  }
  const media = mediaOf(data.result);
  if (status === 'succeeded' && media.length === 0) {
    return refused(
      tableFailure(
        'result_missing',
        `task ${taskId} succeeded, but its result names no soundtrack URL`,
        context,
      ),
    );
  }

  const reason = context.scrub(data.reason ?? '');
  const progress = data.progress ?? data.process;
  const { position, params } = data;
  return {
    kind: 'task',
    taskId,
    status,
    ...(reason === '' ? {} : { reason }),
    ...(progress === undefined ? {} : { progress: Math.min(Math.max(progress, 0), 100) }),
    ...(position === undefined || position < 0 ? {} : { position }),
    ...(params === undefined ? {} : { params }),
    media,
  };
}

function statusOf(value: number): TaskStatus | undefined {
  return new Map<number, TaskStatus>(
    Object.entries(TASK_STATUSES).map(([key, name]) => [Number(key), name]),
  ).get(value);
}

/** `result` is a JSON string [V]; an object is taken as well. Other than http(s) is left out. */
function mediaOf(result: unknown): TaskMedia[] {
  const paths = resultSchema.safeParse(
    typeof result === 'string' ? parseJson(result) : result,
  ).data;
  const all = [
    ...(paths?.audio_path ?? []).map((url) => ({ url: url.trim(), kind: 'audio' as const })),
    ...(paths?.video_path ?? []).map((url) => ({ url: url.trim(), kind: 'video' as const })),
  ];
  return all.filter(({ url }) => /^https?:\/\//i.test(url) && URL.canParse(url));
}

function refused(failure: VendorFailure): TaskResult {
  return { kind: 'refused', failure };
}
