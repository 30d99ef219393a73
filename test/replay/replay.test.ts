// Recorded histories replay with the present code: running batches survive an upgrade.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import { built } from '../support/built.js';

await built();
const FOLDER = join(import.meta.dirname, 'histories');
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json.gz'));

interface RecordedHistory {
  events: {
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
    workflowExecutionStartedEventAttributes?: { workflowId?: string };
  }[];
}

async function jsonOf(name: string): Promise<string> {
  return (await promisify(gunzip)(await readFile(join(FOLDER, name)))).toString();
}

async function load(name: string): Promise<RecordedHistory> {
  return JSON.parse(await jsonOf(name)) as RecordedHistory;
}

/** All that a history says, its payloads included. */
async function textOf(name: string): Promise<string> {
  return (await jsonOf(name)).replaceAll(/"data": *"([^"]*)"/g, (_, data: string) =>
    Buffer.from(data, 'base64').toString(),
  );
}

/** Of a file `<version>-<kind>-<run>.json.gz`; what a version calls its own comes before the kind. */
const kindOf = (name: string): string => name.replace(/^v[\d.]+-(.*)-\d+\.json\.gz$/, '$1');

const BATCHES = ['plain', 'faults', 'paused', 'cancelled', 'shared'];
const OF_CLIENTS = ['client', 'retry', 'takes', 'breaker'];
/** From before submissions were given out in groups. */
const ONE_BY_ONE = [...BATCHES, ...OF_CLIENTS, 'account', 'mixed', 'videos'];
const IN_GROUPS = [
  ...[...BATCHES, ...OF_CLIENTS, 'continued', 'packed', 'parts'],
  ...['request', 'notification', 'unopened', 'unwanted'],
];

test('there are histories of every kind', () => {
  const runs = (kind: string): number => names.filter((name) => kindOf(name) === kind).length;
  const kinds = [...ONE_BY_ONE, ...IN_GROUPS.map((kind) => `groups-${kind}`)];
  expect(kinds.filter((kind) => runs(kind) === 0)).toEqual([]);
  const chains = ['faults', 'account', 'videos', 'groups-faults', 'groups-continued'];
  expect(chains.filter((kind) => runs(kind) < 2)).toEqual([]);
});

test('histories from then on name no folder of the machine that recorded them', async () => {
  const later = names.filter((name) => kindOf(name).startsWith('groups-'));
  const seen = await Promise.all(later.map(textOf));
  for (const text of seen) expect(text).not.toMatch(/\/(tmp|root|home|work|Users)\//);
});

const BUNDLES = ['', '.encoding', '.traces', '.encoding.traces'].map(
  (kind) => `workflow-bundle${kind}.js`,
);

/** Names of the histories that do not replay, with why. */
async function failing(
  bundle: string,
  change: (name: string, history: RecordedHistory) => void = () => undefined,
): Promise<[name: string, why: Error][]> {
  const histories = async function* () {
    for (const name of names) {
      const history = await load(name);
      change(name, history);
      // Ids of children begin with the workflow's own.
      const started = history.events[0]?.workflowExecutionStartedEventAttributes;
      yield { workflowId: started?.workflowId ?? `replay-${name}`, history };
    }
  };
  const options = { workflowBundle: { codePath: distFile(bundle) } };
  const results: (Error | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories(options, histories())) {
    results.push(error);
  }
  // One result each, in their order.
  expect(results).toHaveLength(names.length);
  return results.flatMap((error, n) => (error ? [[names[n]!, error]] : []));
}

test.each(BUNDLES)('every history replays with %s', async (bundle) => {
  expect(await failing(bundle)).toEqual([]);
});

test('negative control: those with a command other than was recorded do not replay', async () => {
  const otherThan: Record<string, string> = { plain: 'submitClip', 'groups-plain': 'submitClips' };
  const changed: string[] = [];
  const found = await failing(BUNDLES[0]!, (name, { events }) => {
    const types = events.flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType ?? [],
    );
    const type = types.find((each) => each.name === otherThan[kindOf(name)]);
    if (type === undefined) return;
    type.name = 'somethingElse';
    changed.push(name);
  });
  expect(changed.length).toBeGreaterThanOrEqual(2);
  expect(found.map(([name]) => name)).toEqual(changed);
  for (const [, why] of found) expect(why).toBeInstanceOf(DeterminismViolationError);
});
