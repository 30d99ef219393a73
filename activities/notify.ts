// Makes one attempt to deliver a notification: as a webhook of the Standard Webhooks specification, or as a message in a
// chat.
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Notification, NotificationActivities } from '../contract/activities.js';
import { readChat } from '../contract/chat.js';
import { NOTIFICATION_BACKOFF } from '../contract/notification.js';
import { BlockedAddressError, NET_CODES, NetError } from '../net/errors.js';
import { discard, type GuardedFetch, type GuardedResponse } from '../net/guarded-fetch.js';
import { isRedirect } from '../net/links.js';
import { retryAfterMs } from '../net/retry-after.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { mergeRows } from '../outcomes/merge.js';
import type { OpenStore } from '../store/store.js';
import { chatBody, type ChatFacts, type FailureKind } from './chat-message.js';
import type { ActivityDependencies } from './dependencies.js';

type NotifyDependencies = Pick<
  ActivityDependencies,
  'fetch' | 'webhook' | 'uiUrl' | 'openLink' | 'openStore' | 'costText' | 'pageUrl'
>;

const DEADLINE_MS = 15_000;
/** By the specification: the receiver wants no more notifications. */
const GONE = 410;

const STATES = {
  'batch.finished': 'finished',
  'batch.cancelled': 'cancelled',
  'batch.paused': 'paused',
  'batch.failed': 'stopped',
} as const satisfies Record<Notification['type'], string>;

/**
 * Delivers, or throws. The failure can be retried, except after 410. Its message names only the host of the
 * receiver's URL, because the rest may hold a token.
 */
export function notifyActivity(deps: NotifyDependencies): NotificationActivities['notify'] {
  return async ({ url: link, notification }) => {
    const { chat, url } = readChat(deps.openLink?.(link) ?? link);
    const { host } = new URL(url);
    const { body, signed } = chat
      ? { body: chatBody(chat, await chatFacts(deps, notification)), signed: {} }
      : signedBody(deps, notification, host);
    const { status, headers } = await post(deps.fetch, url, body, {
      'content-type': 'application/json',
      'user-agent': 'reelscore',
      ...signed,
    });
    if (status >= 200 && status < 300) return;
    if (status === GONE) {
      throw ApplicationFailure.nonRetryable(
        `${host} answered 410: it takes no more notifications (set another notify, or none)`,
        'gone',
      );
    }
    throw ApplicationFailure.create({
      message: isRedirect(status)
        ? `${host} answered ${status}, a redirect, which is not followed (set notify to the final URL)`
        : `${host} answered ${status}`,
      ...longerPause(retryAfterMs(headers['retry-after']), Context.current().info.attempt),
    });
  };
}

function signedBody(
  { webhook, uiUrl }: NotifyDependencies,
  notification: Notification,
  host: string,
): { body: string; signed: Record<string, string> } {
  if (!webhook) {
    throw new Error(
      `the notification for ${host} cannot be signed: REELSCORE_WEBHOOK_SECRET is not set (set it where the worker runs, and restart the worker)`,
    );
  }
  const { id, batch } = notification;
  const body = JSON.stringify(bodyOf(notification, uiUrl?.(batch)));
  const now = new Date();
  const signed = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, now, body),
  };
  return { body, signed };
}

async function chatFacts(
  { openStore, costText, pageUrl, uiUrl }: NotifyDependencies,
  notification: Notification,
): Promise<ChatFacts> {
  const { batch, results, counts, submissions } = notification;
  const unwell = counts && counts.failed + counts.rejected > 0;
  // A message without the reasons is better than none.
  const failures =
    unwell && results !== undefined ? await failuresIn(results, openStore).catch(() => []) : [];
  const cost = submissions === undefined ? undefined : costText?.(submissions);
  const [page, url] = [pageUrl?.(batch), uiUrl?.(batch)];
  return {
    ...{ notification, failures },
    ...(cost !== undefined && { cost }),
    ...(page !== undefined && { page }),
    ...(url !== undefined && { url }),
  };
}

/** Error codes of clips that did not succeed, the most frequent first. */
async function failuresIn(results: string, openStore: OpenStore): Promise<FailureKind[]> {
  const store = openStore(results);
  const kinds = new Map<string, FailureKind>();
  for await (const { clip, outcome } of mergeRows({ store, snapshot: openSnapshot(store) })) {
    if (outcome?.status !== 'failed' && outcome?.status !== 'rejected') continue;
    const { errorCode: code = outcome.status, errorMessage: message } = outcome;
    const example = { id: clip.id, ...(message !== undefined && { message }) };
    const known = kinds.get(code) ?? { code, clips: 0, example };
    kinds.set(code, { ...known, clips: known.clips + 1 });
  }
  return [...kinds.values()].sort((a, b) => b.clips - a.clips);
}

/**
 * The delay that a receiver asks for, if it is longer than our own backoff, so that no receiver can make us
 * retry more often.
 * @param attempt from 1
 */
export function longerPause(
  wanted: number | undefined,
  attempt: number,
): { nextRetryDelay?: number } {
  const { firstMs, mostMs } = NOTIFICATION_BACKOFF;
  const own = Math.min(firstMs * 2 ** (attempt - 1), mostMs);
  return wanted !== undefined && wanted > own ? { nextRetryDelay: wanted } : {};
}

/** The body: `type`, `timestamp` and `data`, as the specification advises. */
function bodyOf(notification: Notification, url: string | undefined): object {
  const { type, at, batch, name, account, reason, counts, submissions, results } = notification;
  // Undefined values are left out of the JSON.
  const data = { batch, name, account, state: STATES[type], reason };
  return { type, timestamp: at, data: { ...data, counts, submissions, results, url } };
}

async function post(
  fetch: GuardedFetch,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<Pick<GuardedResponse, 'status' | 'headers'>> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    const response = await fetch.request(url, { method: 'POST', headers, body, signal });
    discard(response);
    return response;
  } catch (error) {
    throw failureOf(error, new URL(url).host, signal);
  }
}

/** The error without the URL's path, which the messages of net/ show. */
function failureOf(error: unknown, host: string, signal: AbortSignal): unknown {
  if (signal.aborted) {
    return new Error(`${host} did not answer within ${DEADLINE_MS / 1000} s`, { cause: error });
  }
  if (error instanceof BlockedAddressError) return new Error(error.message);
  if (!(error instanceof NetError)) return error;
  return new Error(`${host}: ${NET_CODES[error.code]}`, { cause: error.cause });
}
