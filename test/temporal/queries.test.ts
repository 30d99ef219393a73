// What the embedded server is set to: many may ask a batch at one time.
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { testServer } from '../support/temporal.js';

const server = await testServer();

/** gRPC's codes for a deadline that has passed, as the client sees it and as the server does. */
const TIMED_OUT = [4, 1];

test('queries that wait for the same workflow task do not drive each other out', async () => {
  const { address, namespace } = server;
  // Without the SDK's own: they would try again and again whatever is refused.
  const connection = await Connection.connect({ address, interceptors: [] });
  onTestFinished(() => connection.close());
  const client = new Client({ connection, namespace });
  const workflowId = randomUUID();
  // Nobody takes its first workflow task, for which queries then wait.
  const handle = await client.workflow.start('any', { workflowId, taskQueue: randomUUID() });
  onTestFinished(() => void handle.terminate());

  const ask = async (): Promise<unknown> => {
    const query = connection.workflowService.queryWorkflow({
      ...{ namespace, execution: { workflowId } },
      query: { queryType: 'progress' },
    });
    return await query.then(
      () => 'answered',
      (error: unknown) => (error as { code: unknown }).code,
    );
  };
  const answers = await connection.withDeadline(Date.now() + 1000, () =>
    Promise.all(Array.from({ length: 20 }, ask)),
  );
  expect(answers.filter((answer) => !TIMED_OUT.includes(answer as number))).toEqual([]);
});
