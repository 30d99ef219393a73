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
  const cause = new Error('ENOENT');
  const error = ApplicationFailure.create({
    ...{ type: 'manifest_unreadable', message: 'library.csv: there is no such file', cause },
  });
  const line = tidied({ level: 'warn', message: 'Activity failed', meta: { ...meta, error } });
  expect(line).toEqual({
    level: 'warn',
    message: 'Activity failed',
    meta: {
      ...meta,
      error: { type: 'manifest_unreadable', message: 'library.csv: there is no such file' },
    },
  });
});

test('whatever else failed keeps its stack', () => {
  for (const error of [new Error('a bug'), ApplicationFailure.create({ type: 'Odd' })]) {
    const line = { level: 'warn', message: 'Activity failed', meta: { ...meta, error } } as const;
    expect(tidied(line)).toEqual(line);
  }
});
