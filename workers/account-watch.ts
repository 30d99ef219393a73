// Asks Temporal how the account stands, and gives it as gauges (docs/metrics.md). Asked, because no worker alone knows
// it: each would know what it did itself, and that only until it is restarted.
import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { currentMeter } from '../activities/meter.js';
import type { AccountView } from '../contract/account.js';
import type { BatchProgress } from '../contract/batch.js';
import {
  ACCOUNT_QUERY,
  accountIdOf,
  PROGRESS_QUERY,
  runningBatchesOf,
  taskQueueOf,
} from '../contract/names.js';
import { lenientClient } from '../temporal/lenient-client.js';
import { addFigures, figuresOf, type AccountFigures } from './account-figures.js';

const EVERY_MS = 15_000;
const QUERY_MS = 5000;
const AT_ONCE = 4;
/** Batches that are asked; more of one account at a time are not expected. */
const MOST = 200;

/**
 * Asks at once, and from then on every 15 s.
 * @returns ends it
 */
export function watchAccount(client: Client, account: string, logger: Logger): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    try {
      show(account, await readFigures(client, taskQueueOf(account)));
    } catch (error) {
      // The gauges stay as they were, and their timestamp shows since when.
      logger.debug({ err: error }, 'the figures of the account could not be read');
    }
    if (ended) return;
    timer = setTimeout(() => void look(), EVERY_MS);
    timer.unref();
  };
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

async function readFigures(client: Client, taskQueue: string): Promise<AccountFigures> {
  const query = runningBatchesOf(taskQueue);
  const batches: string[] = [];
  await client.withDeadline(Date.now() + QUERY_MS, async () => {
    for await (const { workflowId } of lenientClient(client).list({ query })) {
      batches.push(workflowId);
      if (batches.length === MOST) break;
    }
  });
  const ask = <T>(workflowId: string, name: string): Promise<T | undefined> =>
    client
      .withDeadline(Date.now() + QUERY_MS, () =>
        client.workflow.getHandle(workflowId).query<T>(name),
      )
      .catch(() => undefined);
  const standing = await pLimit(AT_ONCE).map(batches, (one) =>
    ask<BatchProgress>(one, PROGRESS_QUERY),
  );
  const figures = figuresOf(standing);
  if (batches.length === 0) return figures;
  return addFigures(figures, await ask<AccountView>(accountIdOf(taskQueue), ACCOUNT_QUERY));
}

const GAUGES = {
  reelscore_clips: 'Clips of running batches that have not ended, by phase',
  reelscore_tasks_in_flight: 'Tasks at the vendor, and submissions under way or of unknown outcome',
  reelscore_batches: 'Batches that run, by state',
  reelscore_pace: 'Submissions a second that the account may make now',
  reelscore_pace_limit: 'Submissions a second that the account may make at most',
  reelscore_account_read_timestamp_seconds: 'When the account was last asked',
  reelscore_slots: 'Tasks that the account may have in flight',
};

function show(account: string, figures: AccountFigures): void {
  const set = (name: keyof typeof GAUGES, value: number, labels: object = {}): void =>
    currentMeter()
      .createGauge(name, 'float', undefined, GAUGES[name])
      .set(value, { account, ...labels });
  for (const [phase, clips] of Object.entries(figures.clips)) {
    set('reelscore_clips', clips, { phase });
  }
  for (const [state, batches] of Object.entries(figures.batches)) {
    set('reelscore_batches', batches, { state });
  }
  set('reelscore_tasks_in_flight', figures.inFlight);
  if (figures.pace) {
    set('reelscore_pace', figures.pace.now);
    set('reelscore_pace_limit', figures.pace.limit);
    set('reelscore_slots', figures.pace.slots);
  }
  set('reelscore_account_read_timestamp_seconds', Date.now() / 1000);
}
