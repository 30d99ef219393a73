// docs/programs.md names what the code has, and shows what the examples do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../cli/program.js';
import { Reelscore, Schedules } from '../../client/index.js';
import { type BatchProgress, type RunningPhase } from '../../contract/batch.js';
import { PACE_RANGES } from '../../contract/account.js';
import { CLIENT_ERRORS } from '../../contract/errors.js';
import {
  ACCOUNT_QUERY,
  accountIdOf,
  ATTRIBUTES,
  PAUSE_SIGNAL,
  PROGRESS_QUERY,
  RESUME_SIGNAL,
  SCORE_BATCH_WORKFLOW,
  taskQueueOf,
  TUNE_UPDATE,
} from '../../contract/names.js';
import { REQUEST_SETTINGS } from '../../contract/request.js';
import { requestJsonSchema } from '../../intake/request.js';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { SETTINGS } from '../../config/settings.js';
import { blocksOf, DOCUMENT, namesIn, shownCommands, tableBelow } from './documented.js';
import { PYTHON_SDK } from './python.js';

/** Text below a heading, up to the next. */
function below(heading: string): string {
  return (DOCUMENT.split(`\n${heading}\n`)[1] ?? '').split(/^#/m)[0]!;
}

const example = (name: string) => readFileSync(join(PACKAGE_ROOT, 'examples', name), 'utf8');

test('workflow, queue, signals and query of a batch', () => {
  const batch = Object.fromEntries(
    tableBelow('## The batch').map(([what = '', text = '']) => [what, namesIn(text)]),
  );
  expect(batch['workflow type']).toEqual([SCORE_BATCH_WORKFLOW]);
  expect(batch['task queue']).toEqual([
    ...[taskQueueOf('<account>'), taskQueueOf('default'), 'account'],
  ]);
  expect(batch['signals']).toEqual([PAUSE_SIGNAL, RESUME_SIGNAL]);
  expect(batch['query']).toEqual([PROGRESS_QUERY]);
});

test('fields of a request', () => {
  const rows = tableBelow('### The request').map(([name = '', text = '']) => [name, text]);
  const { properties } = requestJsonSchema() as { properties: object };
  expect(rows.map(([name]) => name)).toEqual(Object.keys(properties).map((name) => `\`${name}\``));
  const settings = namesIn(rows.find(([name]) => name === '`settings`')?.[1] ?? '');
  const known: readonly string[] = REQUEST_SETTINGS;
  expect(settings.filter((name) => !known.includes(name))).toEqual(['reelscore.yaml']);
});

test('fields and states of progress', () => {
  const fields = Object.keys({
    ...{ name: true, store: true, round: true, state: true, pauseReason: true },
    ...{ accountPaused: true, holdReason: true, counts: true, queued: true, submitting: true },
    ...{ waiting: true, unresolved: true, backingOff: true, finishing: true, submissions: true },
    ...{
      warnings: true,
      found: true,
      lastFailures: true,
      pace: true,
      shared: true,
      priority: true,
    },
    fitting: true,
    startedAt: true,
  } satisfies Record<keyof BatchProgress, true>);
  const states = Object.keys({
    ...{ opening: true, running: true, paused: true, cancelling: true, finishing: true },
    done: true,
  } satisfies Record<RunningPhase, true>);
  const rows = tableBelow('### Progress');
  expect(rows.flatMap(([names = '']) => namesIn(names)).sort()).toEqual(fields.sort());
  expect(namesIn(rows.find(([name]) => name === '`state`')?.[1] ?? '')).toEqual(states);
});

test('types of failures', () => {
  const types = tableBelow('### Failures').flatMap(([type = '']) => namesIn(type));
  expect(types.filter((type) => !(type in CLIENT_ERRORS))).toEqual([]);
  expect(types).toContain('request_invalid');
});

test('search attributes', () => {
  const { name, status, account } = ATTRIBUTES;
  const named = namesIn(below('### Search attributes'));
  expect(named.filter((one) => one.startsWith('Reelscore'))).toEqual([name, status, account]);
});

test('the workflow of the account', () => {
  const named = namesIn(below('### The account'));
  expect(named).toEqual([
    accountIdOf(taskQueueOf('<account>')),
    ...[ACCOUNT_QUERY, TUNE_UPDATE],
    `{${Object.keys(PACE_RANGES)
      .map((limit) => `"${limit}"`)
      .join(', ')}}`,
  ]);
});

test('methods of the TypeScript client', () => {
  const calls = tableBelow('## TypeScript').flatMap(([, call = '']) => namesIn(call));
  const methods = calls.flatMap((call) => /^(?:Reelscore\.)?(\w+)\(/.exec(call)?.[1] ?? []);
  expect(methods.length).toBeGreaterThan(10);
  const has = (name: string) => name in Reelscore.prototype || name in Reelscore;
  expect(methods.filter((name) => !has(name))).toEqual([]);
  const row = tableBelow('## TypeScript').find(([, call = '']) => call.startsWith('`schedules`'));
  const steps = namesIn(row?.[1] ?? '').slice(1);
  expect(steps).toContain('create');
  expect(steps.filter((name) => !(name in Schedules.prototype))).toEqual([]);
});

test('excerpts are lines of the examples', () => {
  for (const [language, file] of [
    ['python', 'start_batch.py'],
    ['ts', 'score-library.ts'],
    ['json', 'winter.json'],
  ] as const) {
    const blocks = blocksOf(language);
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(example(file)).toContain(block);
  }
});

test('the simulator and the receiver listen where the examples and their set-up have them', () => {
  const commands = createProgram(() => undefined).commands;
  const simulate = commands.find((command) => command.name() === 'simulate');
  const listen = simulate?.options.find(({ long }) => long === '--listen');
  const shown = shownCommands().find((command) => command.includes('TOMOVIEE_BASE_URL'));
  expect(shown).toContain(`TOMOVIEE_BASE_URL=http://${String(listen?.defaultValue)} `);
  expect(DOCUMENT).toContain(`REELSCORE_CALLBACK_URL=http://${SETTINGS.callbackListen.default}\n`);
  for (const file of ['score-library.ts', 'start_batch.py']) {
    expect(example(file)).toContain(`http://${String(listen?.defaultValue)}/clips/`);
  }
});

test("the version of Python's SDK is the one that is tested", () => {
  expect(shownCommands()).toContain(`pip install ${PYTHON_SDK}`);
  expect(example('start_batch.py')).toContain(`pip install ${PYTHON_SDK}`);
});
