// Reads the answer of a result query. A query costs nothing, so every doubt is a failure to retry.
//
// Q1. Where `data` tells of this task and a status, the status decides, whatever code and HTTP status
//     stand beside it; only an answer without a readable status is a failed query [V].
// Q2. A task that is over is over, even if its result cannot be read: it holds no slot at the vendor.
import type { z } from 'zod';
import type { FailureClass, VendorFailure } from '../contract/failure.js';
import { parseJson, readEnvelope, resultSchema, taskAnswerSchema } from './answers.js';
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

/** Files kept of one result; the documented ones name one or a few. */
const MAX_FILES = 100;
/** How often JSON may be wrapped in a JSON string. */
const MAX_NESTED = 3;

export type TaskStatus = (typeof TASK_STATUSES)[keyof typeof TASK_STATUSES];

/** One file the vendor made. The URL is signed and expires (about two days in the vendor's sample). */
export interface TaskMedia {
  url: string;
  kind: 'audio' | 'video';
}

/** What a task that succeeded came to. */
export interface VendorResult {
  /** Audio before video, each once; empty where the result names no file. */
  media: TaskMedia[];
  modelVersion?: string;
  /** The prompt as the vendor's model got it. */
  translatePrompt?: string;
}

/** A task as the vendor tells it. */
export interface VendorTask extends VendorResult {
  kind: 'task';
  taskId: string;
  status: TaskStatus;
  /** The task's own error code [V]; absent when it is 0. */
  code?: string;
  /** The class that the user gave to `code`. */
  class?: FailureClass;
  /** The vendor's text on a failure. */
  reason?: string;
  /** 0-100. */
  progress?: number;
  /** Place in the vendor's queue; absent when in none. */
  position?: number;
  /** After which the vendor suggests to ask again (s); absent when it suggests nothing. */
  waitSeconds?: number;
  /** As given with the submission. */
  params?: string;
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
  const told = taskAnswerSchema.safeParse(parseJson(exchange.text)).data; // Q1
  if (!told) return refused(failedQuery(exchange, context));

  const { data } = told;
  if (data.task_id != null && data.task_id !== taskId) {
    return refused(
      tableFailure(
        'answer_mismatch',
        `asked about ${taskId}, told of ${context.scrub(data.task_id)}`,
        context,
      ),
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

  const progress = data.progress ?? data.process;
  const { position, params, wait_time: waitSeconds = 0 } = data;
  return {
    kind: 'task',
    taskId,
    status,
    ...causeOf(told, context),
    ...(progress === undefined ? {} : { progress: Math.min(Math.max(progress, 0), 100) }),
    ...(position === undefined || position < 0 ? {} : { position }),
    ...(waitSeconds > 0 && { waitSeconds }),
    ...(params === undefined ? {} : { params }),
    ...resultOf(data.result), // Q2
  };
}

/** Why a query failed whose answer tells of no status. */
function failedQuery(
  exchange: Extract<Exchange, { kind: 'answer' }>,
  context: ReadingContext,
): VendorFailure {
  const envelope = readEnvelope(exchange.text);
  if (envelope && envelope.code !== '0') return codeFailure(exchange, envelope, context);
  if (exchange.status >= 300) return statusFailure(exchange, context, envelope?.msg);
  return unreadableFailure(exchange, context);
}

/** Code, class and text of what went wrong with the task. */
function causeOf(
  { code, msg, data }: z.infer<typeof taskAnswerSchema>,
  { errorTable, scrub }: ReadingContext,
): Pick<VendorTask, 'code' | 'class' | 'reason'> {
  const own = code === '0' ? undefined : code;
  const given = own === undefined ? undefined : errorTable.givenClassOf(own);
  // Beside code 0 `msg` says `success`, or nothing of use.
  const texts = [own === undefined ? '' : msg.trim(), (data.reason ?? '').trim()];
  const reason = scrub([...new Set(texts.filter((text) => text !== ''))].join(': '));
  return {
    ...(own !== undefined && { code: own }),
    ...(given !== undefined && { class: given }),
    ...(reason !== '' && { reason }),
  };
}

function statusOf(value: number): TaskStatus | undefined {
  return new Map<number, TaskStatus>(
    Object.entries(TASK_STATUSES).map(([key, name]) => [Number(key), name]),
  ).get(value);
}

/**
 * `result` is a JSON string [V]; an object is taken as well, and a string in a string. Every path is kept
 * [V: the paths are arrays]; other than http(s) is left out.
 */
function resultOf(told: unknown): VendorResult {
  let result = told;
  for (let depth = 0; typeof result === 'string' && depth < MAX_NESTED; depth += 1) {
    result = parseJson(result);
  }
  const read = resultSchema.safeParse(result).data;
  const kinds = new Map<string, TaskMedia['kind']>();
  const paths = [
    ...(read?.audio_path ?? []).map((url) => ({ url: url.trim(), kind: 'audio' as const })),
    ...(read?.video_path ?? []).map((url) => ({ url: url.trim(), kind: 'video' as const })),
  ];
  for (const { url, kind } of paths) {
    const usable = /^https?:\/\//i.test(url) && URL.canParse(url);
    if (usable && !kinds.has(url) && kinds.size < MAX_FILES) kinds.set(url, kind);
  }
  const { model_version: modelVersion, translate_prompt: translatePrompt } = read ?? {};
  return {
    media: [...kinds].map(([url, kind]) => ({ url, kind })),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(translatePrompt !== undefined && { translatePrompt }),
  };
}

function refused(failure: VendorFailure): TaskResult {
  return { kind: 'refused', failure };
}
