import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { DeliverCallbacks } from '../../../tomoviee/callbacks/delivery.js';
import { startReceiver, type ReceiverOptions } from '../../../tomoviee/callbacks/receiver.js';
import { callbackUrl } from '../../../tomoviee/callbacks/url.js';
import type { CallbackTarget, TaskCallback } from '../../../contract/callback.js';

export const SECRET = 'the secret of these tests';
export const TARGET: CallbackTarget = { batch: 'autumn-1234', round: 1, row: 7, attempt: 2 };

export interface Delivery {
  batch: string;
  callbacks: TaskCallback[];
  accept: () => void;
  fail: (reason: Error) => void;
}

/** Deliveries that stay open until the test settles them. */
export function openDeliveries(): { deliver: DeliverCallbacks; deliveries: Delivery[] } {
  const deliveries: Delivery[] = [];
  const deliver: DeliverCallbacks = (batch, callbacks) =>
    new Promise((accept, fail) => deliveries.push({ batch, callbacks, accept, fail }));
  return { deliver, deliveries };
}

/** A receiver on loopback that is gone when the test ends; by default each delivery succeeds. */
export async function receive(options: Partial<ReceiverOptions> = {}): Promise<{
  origin: string;
  port: number;
  urlOf: (target?: Partial<CallbackTarget>) => string;
  delivered: TaskCallback[];
  close: () => Promise<void>;
}> {
  const delivered: TaskCallback[] = [];
  const receiver = await startReceiver({
    listen: { host: '127.0.0.1', port: 0 },
    secret: SECRET,
    deliver: (_batch, callbacks) => {
      delivered.push(...callbacks);
      return Promise.resolve();
    },
    checkHealth: () => Promise.resolve(),
    logger: pino({ level: 'silent' }),
    ...options,
  });
  const { port } = receiver;
  const close = (): Promise<void> => receiver.close();
  onTestFinished(close);
  const origin = `http://127.0.0.1:${port}`;
  const urlOf = (target: Partial<CallbackTarget> = {}): string =>
    callbackUrl(origin, { ...TARGET, ...target }, SECRET);
  return { origin, port, urlOf, delivered, close };
}

export function post(
  url: string,
  body: unknown,
  headers?: Record<string, string>,
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', ...headers },
  });
}
