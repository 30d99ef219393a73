// The vendor's two calls. Makes each request once and reports its result; the caller decides on retries.
// Facts about the API: docs/vendor-api.md; marks [D], [V], [T] as there.
import { Pool, type Dispatcher } from 'undici';
import { SUBMIT_PATH, TASK_PATH } from '../contract/service.js';
import type { ErrorTable } from './errors.js';
import { post, type Exchange } from './exchange.js';
import type { ReadingContext } from './failures.js';
import { hider, hideUrlSecrets, scrub } from './scrub.js';
import { readSubmit, type SubmitResult } from './submit-result.js';
import { readTask, type TaskResult, type VendorTask } from './task-result.js';

export type { SubmitResult } from './submit-result.js';
export type { TaskMedia, TaskResult, TaskStatus, VendorResult, VendorTask } from './task-result.js';

/** Base URL of the vendor's gateway [V]. */
export const DEFAULT_BASE_URL = 'https://open-api.wondershare.cc';

/** Both calls only enqueue or look up, so a longer call means a fault. */
const DEFAULT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Connections kept to the vendor; at 100 ms an answer, 16 carry 160 calls a second. */
const DEFAULT_MAX_CONNECTIONS = 16;

export interface TomovieeClientOptions {
  /** `https://host[:port][/prefix]`. */
  baseUrl: string;
  appKey: string;
  appSecret: string;
  errorTable: ErrorTable;
  /** For a whole call, from waiting for a connection to the end of the answer; default 30 s. */
  timeoutMs?: number;
  /** Used instead of a pool of our own, and not closed by `close`. */
  dispatcher?: Dispatcher;
  /** Of the pool of our own; default 16. */
  maxConnections?: number;
}

/** What the vendor is asked to do. */
export interface Submission {
  /** Short URL of the video, which the vendor fetches [D]. */
  fileLink: string;
  prompt: string;
  /** Callback URL; it carries a MAC and is kept out of messages. */
  callback?: string;
  /** Passed through unchanged [D]. */
  params?: string;
}

export interface CallOptions {
  signal?: AbortSignal;
}

export interface QueryOptions extends CallOptions {
  /** Callback URLs that the task may have been submitted with; they are kept out of messages. */
  callbacks?: readonly string[];
}

export interface TomovieeClient {
  /**
   * Submits one video, once. An abort after sending gives `unknown`.
   *
   * @throws the signal's reason, if it was aborted before anything was sent
   */
  submit(submission: Submission, options?: CallOptions): Promise<SubmitResult>;
  /**
   * Asks for a task.
   *
   * @throws the signal's reason, if it was aborted
   */
  queryTask(taskId: string, options?: QueryOptions): Promise<TaskResult>;
  /** Ends the connections; calls under way are let finish. */
  close(): Promise<void>;
}

/**
 * Makes a client for one account. Keys and callback URLs appear in no result, message or
 * serialised form of it.
 *
 * @throws TypeError if the base URL or a key cannot be used
 */
export function createTomovieeClient(options: TomovieeClientOptions): TomovieeClient {
  const { errorTable, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const base = parseBaseUrl(options.baseUrl);
  const { headers, secrets } = credentials(options.appKey, options.appSecret);
  const pool = options.dispatcher
    ? undefined
    : new Pool(base.origin, {
        connections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
        // A pipelined request could be lost together with the one before it, after it was sent.
        pipelining: 1,
        connect: { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs) },
      });
  const dispatcher = options.dispatcher ?? pool;

  const secretsWith = (callbacks: readonly string[]): string[] => [
    ...secrets,
    ...callbacks.flatMap(callbackSecrets),
  ];
  const contextFor = (callbacks: readonly string[]): ReadingContext => ({
    errorTable,
    host: base.host,
    scrub: (text) => scrub(text, secretsWith(callbacks)),
  });
  const call = (path: string, body: object, { signal }: CallOptions): Promise<Exchange> => {
    signal?.throwIfAborted();
    return post(dispatcher as Dispatcher, {
      origin: base.origin,
      path: base.prefix + path,
      headers,
      body: JSON.stringify(body),
      timeoutMs,
      ...(signal ? { signal } : {}),
    });
  };

  return {
    async submit({ fileLink, prompt, callback, params }, callOptions = {}) {
      const body = { prompt, file_link: fileLink, callback, params };
      const exchange = await call(SUBMIT_PATH, body, callOptions);
      if (exchange.kind === 'broken' && !exchange.sent) callOptions.signal?.throwIfAborted();
      return readSubmit(exchange, contextFor(callback === undefined ? [] : [callback]));
    },
    async queryTask(taskId, { callbacks = [], ...callOptions } = {}) {
      const exchange = await call(TASK_PATH, { task_id: taskId }, callOptions);
      if (exchange.kind === 'broken') callOptions.signal?.throwIfAborted();
      const result = readTask(taskId, exchange, contextFor(callbacks));
      return result.kind === 'task' ? withNotesHidden(result, secretsWith(callbacks)) : result;
    },
    async close() {
      await pool?.close();
    },
  };
}

/** Texts that are kept as the vendor wrote them. */
function withNotesHidden(task: VendorTask, secrets: readonly string[]): VendorTask {
  const { modelVersion, translatePrompt } = task;
  if (modelVersion === undefined && translatePrompt === undefined) return task;
  const hideValues = hider(secrets);
  const hide = (text: string): string => hideUrlSecrets(hideValues(text));
  return {
    ...task,
    ...(modelVersion !== undefined && { modelVersion: hide(modelVersion) }),
    ...(translatePrompt !== undefined && { translatePrompt: hide(translatePrompt) }),
  };
}

function parseBaseUrl(text: string): { origin: string; host: string; prefix: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError('baseUrl is not an http(s) URL (expected https://host)');
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError('baseUrl has more than host and path (remove user, query and fragment)');
  }
  return { origin: url.origin, host: url.host, prefix: url.pathname.replace(/\/+$/, '') };
}

/** The MAC of a callback URL is the end of its path; a message may quote either without the rest. */
function callbackSecrets(callback: string): string[] {
  if (!URL.canParse(callback)) return [callback];
  const { pathname, search } = new URL(callback);
  const mac = pathname.slice(pathname.lastIndexOf('/') + 1);
  return pathname === '/' ? [callback] : [callback, pathname + search, pathname, mac];
}

/** Headers of both calls [D], and what of them must not be shown. */
function credentials(
  appKey: string,
  appSecret: string,
): { headers: Record<string, string>; secrets: string[] } {
  // A colon would move the border between key and secret in Basic authentication (RFC 7617).
  if (!/^[\x21-\x39\x3b-\x7e]+$/.test(appKey)) {
    throw new TypeError('appKey is empty or has characters other than printable ASCII without ":"');
  }
  if (!/^[\x20-\x7e]+$/.test(appSecret)) {
    throw new TypeError('appSecret is empty or has characters other than printable ASCII');
  }
  const basic = Buffer.from(`${appKey}:${appSecret}`).toString('base64');
  return {
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${basic}`,
      'X-App-Key': appKey,
    },
    secrets: [appKey, appSecret, basic],
  };
}
