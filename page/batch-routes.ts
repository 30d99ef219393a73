// One batch: its page, what is on it, and what can be done there.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { MarkedBatch, Reelscore } from '../client/index.js';
import { jsonArray } from '../outcomes/json-lines.js';
import { MarkSchema, type Mark } from '../outcomes/review/marks.js';
import { sendEvents } from './events.js';
import { batchHtml } from './html.js';
import { LiveBatch } from './live-batch.js';
import { Marking } from './marking.js';
import { sendMedia } from './media.js';

const Row = z.strictObject({ batch: z.string(), row: z.coerce.number().int().nonnegative() });
const Take = Row.extend({ take: z.coerce.number().int().nonnegative() });
const Redo = z.strictObject({ ids: z.array(z.string().min(1)).min(1) });
const Nothing = z.strictObject({});
/** Batches whose clips are kept at hand. */
const MOST_BATCHES = 20;

type OfBatch = FastifyRequest<{ Params: { batch: string } }>;
type OfFile = FastifyRequest<{ Params: { batch: string; '*': string } }>;

interface Watched {
  live: LiveBatch;
  marking: Marking;
}

export function addBatchRoutes(app: FastifyInstance, api: Reelscore): void {
  const watched = new Map<string, Watched>();
  const of = ({ params: { batch } }: { params: { batch: string } }): Watched => {
    const known = watched.get(batch) ?? {
      live: new LiveBatch(api, batch),
      marking: new Marking(api, batch),
    };
    watched.delete(batch);
    watched.set(batch, known);
    for (const [name, { live }] of watched) {
      if (watched.size <= MOST_BATCHES) break;
      if (live.feed.watchers === 0) watched.delete(name);
    }
    return known;
  };

  app.get('/batches/:batch', (request: OfBatch, reply) =>
    reply.redirect(`/batches/${encodeURIComponent(request.params.batch)}/`),
  );
  app.get('/batches/:batch/', (request: OfBatch, reply) =>
    reply.type('text/html').send(batchHtml(request.params.batch)),
  );
  app.get('/batches/:batch/events', (request: OfBatch, reply) =>
    sendEvents(reply, of(request).live.feed),
  );
  app.get('/batches/:batch/clips.json', async (request: OfBatch, reply) => {
    const review = await of(request).live.review();
    return await reply.type('application/json').send(Readable.from(jsonArray(review.clips())));
  });

  app.get('/batches/:batch/clips/:row', async (request: OfBatch, reply) => {
    const { row } = Row.parse(request.params);
    return await sendMedia(request, reply, await (await of(request).live.review()).source(row));
  });
  app.get('/batches/:batch/stills/:row', async (request: OfBatch, reply) => {
    const { row } = Row.parse(request.params);
    return await sendMedia(request, reply, await (await of(request).live.review()).still(row));
  });
  app.get('/batches/:batch/peaks/:row/:take', async (request: OfBatch) => {
    const { row, take } = Take.parse(request.params);
    const peaks = await (await of(request).live.review()).peaks(row, take);
    return { peaks: peaks ?? null };
  });
  for (const folder of ['soundtracks', 'videos']) {
    app.get(`/batches/:batch/${folder}/*`, async (request: OfFile, reply) => {
      const review = await of(request).live.review();
      return await sendMedia(request, reply, review.pathOf(`${folder}/${request.params['*']}`));
    });
  }

  const act = <Body>(
    name: string,
    body: z.ZodType<Body>,
    does: (batch: string, given: Body, request: OfBatch) => Promise<Answer>,
  ): void => {
    app.post(`/batches/:batch/${name}`, (request: OfBatch): Promise<Answer> =>
      does(request.params.batch, body.parse(request.body), request),
    );
  };
  act('pause', Nothing, (batch) => said(api.pause(batch, 'paused on the page'), 'Pausing.'));
  act('resume', Nothing, (batch) => said(api.resume(batch), 'Going on.'));
  act('cancel', Nothing, (batch) => said(api.cancel(batch), 'Cancelling.'));
  act('mix', Nothing, (batch) => said(api.mix(batch), 'Videos are mixed.'));
  act('retry', Nothing, async (batch) => retried(await api.retry(batch)));
  act('redo', Redo, async (batch, { ids }) => retried(await api.retry(batch, { marked: ids })));
  act('mark', MarkSchema, async (_batch, mark, request) =>
    marked(mark, await of(request).marking.add(mark)),
  );
}

interface Answer {
  /** For people. */
  said: string;
  /** Of a mark: whether the batch has it. */
  kept?: boolean;
}

async function said(done: Promise<unknown>, text: string): Promise<Answer> {
  await done;
  return { said: text };
}

function retried({ rows, notes }: { rows: number; notes: string[] }): Answer {
  const what = `${rows} ${rows === 1 ? 'clip is' : 'clips are'} run again.`;
  return { said: [what, ...notes.map((note) => `${note}.`)].join(' ') };
}

function marked({ id }: Mark, { stale, unmixed, chosen }: MarkedBatch): Answer {
  const why = stale.find((one) => one.id === id)?.why;
  if (why !== undefined) return { said: `${id}: nothing is changed, for ${why}`, kept: false };
  const remix = unmixed && chosen.includes(id) ? 'Its finished video is to be mixed anew.' : '';
  return { said: remix, kept: true };
}
