// Receivers of notifications, over real HTTP, and what a workflow's history says.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Client } from '@temporalio/client';
import type { Notification } from '../../contract/activities.js';
import { serve } from '../net/servers.js';

export interface Received {
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** Keeps what it is sent, and answers the nth request (from 1) as it is told. */
export async function receiver(answer: (n: number) => number) {
  const received: Received[] = [];
  const { port, origin } = await serve((request, response) => {
    void text(request).then((body) => {
      const headers = request.headers as Record<string, string>;
      received.push({ method: request.method ?? '', headers, body });
      const status = answer(received.length);
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  return { received, host: `127.0.0.1:${port}`, url: `${origin}/hooks/PATH-TOKEN?key=QUERY-TOKEN` };
}

/** A secret in the form of the specification. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

export function notificationOf(id: string, more: Partial<Notification> = {}): Notification {
  return {
    type: 'batch.finished',
    id,
    at: '2026-11-24T02:10:00.000Z',
    batch: 'night-1',
    name: 'night',
    account: 'default',
    counts: { total: 3, succeeded: 2, failed: 1, rejected: 0, cancelled: 0, skipped: 0 },
    submissions: 4,
    results: '/srv/results/night-1',
    ...more,
  };
}

/** Every text in a workflow's history, payloads included. */
export async function historyText(client: Client, workflowId: string): Promise<string> {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString());
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  collect(events);
  return texts.join('\n');
}

/** The newest failure of the workflow's activity that is being tried again. */
export async function pendingFailure(
  client: Client,
  workflowId: string,
): Promise<string | undefined> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const failure = raw.pendingActivities?.[0]?.lastFailure;
  return failure ? JSON.stringify(failure) : undefined;
}
