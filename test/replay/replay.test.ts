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
const options = { workflowBundle: { codePath: distFile('workflow-bundle.js') } };

interface RecordedHistory {
  events: {
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
    workflowExecutionStartedEventAttributes?: { workflowId?: string };
  }[];
}

async function load(name: string): Promise<RecordedHistory> {
  const json = (await promisify(gunzip)(await readFile(join(FOLDER, name)))).toString();
  return JSON.parse(json) as RecordedHistory;
}

test('there are histories of every kind', () => {
  for (const kind of [
    'plain',
    'faults',
    'paused',
    'cancelled',
    'shared',
    'account',
    'mixed',
    'videos',
    'client',
    'retry',
    'takes',
    'breaker',
  ]) {
    expect(names.some((name) => name.includes(`-${kind}-`))).toBe(true);
  }
  for (const kind of ['faults', 'account', 'videos']) {
    expect(names.filter((name) => name.includes(`-${kind}-`)).length).toBeGreaterThan(1);
  }
});

const BUNDLES = ['', '.encoding', '.traces', '.encoding.traces'].map(
  (kind) => `workflow-bundle${kind}.js`,
);

test.each(BUNDLES.flatMap((bundle) => names.map((name) => ({ name, bundle }))))(
  '$name replays with $bundle',
  async ({ name, bundle }) => {
    const history = await load(name);
    // Ids of children begin with the workflow's own.
    const started = history.events[0]?.workflowExecutionStartedEventAttributes;
    const given = { workflowBundle: { codePath: distFile(bundle) } };
    await Worker.runReplayHistory(given, history, started?.workflowId ?? `replay-${name}`);
  },
);

test('negative control: a history of other commands does not replay', async () => {
  const name = names.find((other) => other.includes('-plain-'))!;
  const history = await load(name);
  const types = history.events.flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType ?? [],
  );
  types.find(({ name }) => name === 'submitClip')!.name = 'somethingElse';
  await expect(Worker.runReplayHistory(options, history, 'replay-control')).rejects.toThrow(
    DeterminismViolationError,
  );
});
