// The result query's `code` is the task's own error code: no code, HTTP status or text beside a final
// status may keep the task's slot taken.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createErrorTable } from '../../tomoviee/errors.js';
import { hideUrlSecrets } from '../../tomoviee/scrub.js';
import { readTask, TASK_STATUSES, type VendorTask } from '../../tomoviee/task-result.js';

const ID = 'tm_text2video_customize-0-2025080109295bd73652d4';

function read(body: unknown, status = 200): ReturnType<typeof readTask> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readTask(
    ID,
    { kind: 'answer', status, headers: {}, text },
    {
      errorTable: createErrorTable({ '680001': 'rejected', '680002': 'denied' }),
      host: 'vendor.example',
      scrub: hideUrlSecrets,
    },
  );
}

test('a failed task is told with its code, text and the class that the user gave', () => {
  expect(read({ code: 680001, msg: 'no melody', data: { status: 4 } })).toEqual({
    ...{ kind: 'task', taskId: ID, status: 'failed', media: [] },
    ...{ code: '680001', class: 'rejected', reason: 'no melody' },
  });
});

test('a code that nobody classed has no class', () => {
  const task = read({ code: 680009, data: { task_id: ID, status: 4 } });
  expect(task).toMatchObject({ status: 'failed', code: '680009' });
  expect(task).not.toHaveProperty('class');
});

describe('the reason', () => {
  test.each([
    [
      'of msg and reason',
      { code: 680001, msg: 'ErrCode', reason: 'no melody' },
      'ErrCode: no melody',
    ],
    ['said once', { code: 680001, msg: 'no melody', reason: 'no melody ' }, 'no melody'],
    [
      'of reason alone beside code 0',
      { code: 0, msg: 'success', reason: 'no melody' },
      'no melody',
    ],
    ['of reason alone', { code: 680001, msg: 7, reason: 'no melody' }, 'no melody'],
    ['missing', { code: 680001 }, undefined],
  ])(
    'is %s',
    (_, { reason, ...envelope }: { code: number; msg?: unknown; reason?: string }, said) => {
      expect((read({ ...envelope, data: { status: 4, reason } }) as VendorTask).reason).toBe(said);
    },
  );
});

test.each([
  ['1 is still queued', 1, 'queued'],
  ['2 is still processing', 2, 'processing'],
  ['3 has succeeded', 3, 'succeeded'],
])('a code beside status %s', (_, status, name) => {
  expect(read({ code: 680001, data: { task_id: ID, status } })).toMatchObject({ status: name });
});

test('a code without a status is a failed query', () => {
  for (const data of [undefined, null, {}, { task_id: ID }, { status: 'done' }, []]) {
    expect(read({ code: 680010, msg: 'busy', data })).toEqual({
      kind: 'refused',
      failure: { class: 'retry', code: '680010', message: 'busy' },
    });
  }
});

test('a code beside the status of another task is about another task', () => {
  expect(read({ code: 680001, data: { task_id: 'other', status: 4 } })).toMatchObject({
    failure: { code: 'answer_mismatch' },
  });
});

test('no answer that carries the status of the task asked about is a failed query', () => {
  const odd = fc.oneof(fc.constant(undefined), fc.jsonValue());
  const named = fc.constantFrom({}, { task_id: null }, { task_id: ID }, { task_id: ` ${ID} ` });
  const number = fc.constantFrom(1, 2, 3, 4, 5, 6);
  fc.assert(
    fc.property(
      fc.record({
        code: fc.oneof(fc.integer({ min: -1, max: 999_999 }), odd),
        msg: odd,
        named,
        number,
        asText: fc.boolean(),
        beside: fc.dictionary(
          fc.constantFrom(
            'reason',
            'progress',
            'position',
            'params',
            'result',
            'wait_time',
            'delay',
            'wsid',
            'priority',
          ),
          fc.jsonValue(),
        ),
        http: fc.constantFrom(200, 201, 400, 401, 404, 429, 500, 504),
      }),
      ({ code, msg, named, number, asText, beside, http }) => {
        const data = { ...beside, ...named, status: asText ? String(number) : number };
        const task = read({ code, msg, data }, http);
        expect(task).toMatchObject({
          kind: 'task',
          taskId: ID,
          status: TASK_STATUSES[number],
        });
      },
    ),
    { numRuns: 2000 },
  );
});
