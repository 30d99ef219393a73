// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Feed } from './feed.js';

/** Proxies cut connections that are silent for longer; usual are 30 to 60 s. */
const IDLE_MS = 15_000;

/** Answers with the updates of a feed, until the browser leaves. */
export function sendEvents<Update>(reply: FastifyReply, feed: Feed<Update>): FastifyReply {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  return reply.type('text/event-stream').send(Readable.from(eventsOf(feed, left.signal)));
}

async function* eventsOf<Update>(feed: Feed<Update>, signal: AbortSignal): AsyncIterable<string> {
  for await (const update of feed.watch(signal, IDLE_MS)) {
    yield update ? `data: ${JSON.stringify(update)}\n\n` : ': nothing new\n\n';
  }
}
