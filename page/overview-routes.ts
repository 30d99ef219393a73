// All batches and accounts, and the limits of an account.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AccountStatus, BatchStatus, Overview, Reelscore } from '../client/index.js';
import { ReelscoreError } from '../client/index.js';
import { PACE_RANGES } from '../contract/account.js';
import { sendEvents } from './events.js';
import { Feed } from './feed.js';
import { overviewHtml } from './html.js';

interface OverviewUpdate {
  accounts?: AccountStatus[];
  batches?: BatchStatus[];
  fault?: string;
}

/** Batches that are shown: the newest. */
const MOST_SHOWN = 200;
const EVERY_MS = 800;
/** Which batches there are is asked more rarely than how those that run stand. */
const LIST_MS = 5000;

const limit = (of: keyof typeof PACE_RANGES) => {
  const { least, most, kind } = PACE_RANGES[of];
  const number = kind === 'integer' ? z.int() : z.number();
  return number.min(least).max(most).exactOptional();
};
const Tuning = z.strictObject({
  ratePerSecond: limit('ratePerSecond'),
  burst: limit('burst'),
  maxInFlight: limit('maxInFlight'),
});

export function addOverviewRoutes(app: FastifyInstance, api: Reelscore): void {
  const feed = overviewFeed(api);
  app.get('/', (_request, reply) => reply.type('text/html').send(overviewHtml()));
  app.get('/events', (_request, reply) => sendEvents(reply, feed));
  app.post(
    '/accounts/:account/tune',
    async (request: FastifyRequest<{ Params: { account: string } }>) => {
      const tuning = Tuning.parse(request.body);
      const { limits } = await api.tune(tuning, request.params.account);
      const { ratePerSecond, burst, maxInFlight } = limits;
      return { said: `Now ${ratePerSecond}/s, burst ${burst}, ${maxInFlight} in flight.` };
    },
  );
}

function overviewFeed(api: Reelscore): Feed<OverviewUpdate> {
  let last: Overview | undefined;
  let listedAt = -Infinity;
  let text = '';
  let fault = '';

  async function read(): Promise<Overview> {
    const now = performance.now();
    if (!last || now - listedAt >= LIST_MS) {
      last = await api.overview();
      listedAt = now;
    } else {
      const accounts = last.accounts.map(({ account }) => api.account(account));
      const batches = last.batches.map((one) =>
        hasEnded(one) ? Promise.resolve(one) : api.status(one.batch),
      );
      last = { accounts: await Promise.all(accounts), batches: await Promise.all(batches) };
    }
    return shownOf(last);
  }

  return new Feed<OverviewUpdate>({
    reads: [
      {
        everyMs: EVERY_MS,
        read: async () => {
          const update: OverviewUpdate = await read().then(
            (now) => ({ ...now, fault: '' }),
            (error: unknown) => ({
              fault: error instanceof ReelscoreError ? error.message : String(error),
            }),
          );
          fault = update.fault ?? '';
          const before = text;
          text = JSON.stringify(update);
          return text === before ? undefined : update;
        },
      },
    ],
    first: () => ({ ...(last && shownOf(last)), fault }),
    merge: (before, next) => ({ ...before, ...next }),
  });
}

function shownOf({ accounts, batches }: Overview): Overview {
  return { accounts, batches: batches.slice(0, MOST_SHOWN) };
}

function hasEnded({ finishedAt, state }: BatchStatus): boolean {
  return finishedAt !== undefined || state === 'stopped';
}
