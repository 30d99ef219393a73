import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { tidied } from '../../workers/sdk-log.js';

const meta = { workflowId: 'night-1' };

test('what every worker says when it starts is for debugging', () => {
  for (const message of [
    'Worker state changed',
    'No workflows registered, not polling for workflow tasks',
  ]) {
    expect(tidied({ level: 'warn', message, meta })).toEqual({ level: 'debug', message, meta });
  }
});

test('a fault of the user is told in words, without stacks and once', () => {
  const fault = 'library.csv: there is no such file';
  const error = ApplicationFailure.create({ type: 'manifest_unreadable', message: fault });
  // As the thread of the workflows hands it over.
  const handedOver = structuredClone(error);
  for (const [thrown, told] of [
    [error, { code: 'manifest_unreadable', fault }],
    [handedOver, { fault }],
  ] as const) {
    const line = { level: 'warn', message: 'Failed', meta: { ...meta, error: thrown } } as const;
    expect(tidied(line).meta).toEqual({ ...meta, ...told });
  }
});

test('whatever else failed keeps its stack', () => {
  for (const error of [new Error('a bug'), ApplicationFailure.create({ type: 'Odd' })]) {
    const line = { level: 'warn', message: 'Activity failed', meta: { ...meta, error } } as const;
    expect(tidied(line)).toEqual(line);
  }
});
