import { expect, test } from 'vitest';
import type { Outcome } from '../../contract/clip.js';
import type { CuePlan } from '../../manifests/cues.js';
import { combineCues } from '../../outcomes/combine-cues.js';

const good = (output: string): Outcome => ({ row: 0, status: 'succeeded', attempts: 1, output });
const bad: Outcome = {
  ...{ row: 0, status: 'failed', attempts: 2 },
  ...{ errorCode: 'task_failed', errorMessage: 'no' },
};
const UNSENT = {
  status: 'skipped',
  errorCode: 'budget_reached',
  errorMessage: 'no money',
} as const;

function planOf(takes: number, parts: number): CuePlan {
  const cues = Array.from({ length: takes * parts }, (_, at) => ({
    take: Math.floor(at / parts) + 1,
    part: (at % parts) + 1,
  }));
  return { parts, overlap: 2, cues };
}

test('parts that are all there are one take', () => {
  const [a, b] = [good('a'), good('b')];
  expect(combineCues(planOf(1, 2), [a, b], UNSENT)).toEqual({
    takes: [{ take: 1, parts: [a, b] }],
    faults: [],
  });
});

test('a part that failed fails the clip, and is named', () => {
  expect(combineCues(planOf(1, 3), [good('a'), bad, good('c')], UNSENT)).toEqual({
    takes: [],
    faults: [{ status: 'failed', errorCode: 'task_failed', errorMessage: 'part 2 of 3: no' }],
  });
});

test('a part that was not submitted says why', () => {
  expect(combineCues(planOf(1, 2), [good('a'), undefined], UNSENT)).toEqual({
    takes: [],
    faults: [{ ...UNSENT, errorMessage: 'part 2 of 2: no money' }],
  });
});

test('of several takes one is enough, and the others are named', () => {
  const take = good('b');
  expect(combineCues(planOf(3, 1), [bad, take, undefined], UNSENT)).toEqual({
    takes: [{ take: 2, parts: [take] }],
    faults: [
      { status: 'failed', errorCode: 'task_failed', errorMessage: 'take 1: no' },
      { ...UNSENT, errorMessage: 'take 3: no money' },
    ],
  });
});

test('takes have parts of their own', () => {
  const ends = [good('1a'), bad, good('2a'), good('2b')];
  expect(combineCues(planOf(2, 2), ends, UNSENT)).toEqual({
    takes: [{ take: 2, parts: [ends[2], ends[3]] }],
    faults: [
      { status: 'failed', errorCode: 'task_failed', errorMessage: 'take 1, part 2 of 2: no' },
    ],
  });
});

test('cues that are over do not count, and a redone take says which it is', () => {
  const cues = [...planOf(2, 1).cues, { take: 3, part: 1, prompt: 'Loud' }];
  const had = { takes: [], chosen: 'a', attempts: 1 };
  const plan: CuePlan = { parts: 1, overlap: 2, cues, over: 2, had };
  const end = good('c');
  expect(combineCues(plan, [end], UNSENT)).toEqual({
    takes: [{ take: 3, prompt: 'Loud', parts: [end] }],
    faults: [],
  });
  expect(combineCues(plan, [bad], UNSENT).faults).toMatchObject([{ errorMessage: 'take 3: no' }]);
});
