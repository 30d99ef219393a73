// The POSTs of a group, each at its moment, in one activity. What holds for each: submit-clip.test.ts.
import { describe, expect, test } from 'vitest';
import { answersOf } from '../../activities/submit-clips.js';
import type { SubmitClipsInput, SubmitClipOutput } from '../../contract/activities.js';
import { openLocalStore } from '../../store/local-store.js';
import { rig, type Rig } from './submit-rig.js';
import { manifestOf, run, start } from './support.js';

function groupOf({ input }: Rig, notBefore: (row: number) => number, rows = 4): SubmitClipsInput {
  const { store, round, notAfter } = input;
  const submissions = Array.from({ length: rows }, (_, row) => ({
    ...{ row, attempt: 1, notBefore: notBefore(row), notAfter },
  }));
  return { store, round, submissions };
}

function kinds(answers: [number, SubmitClipOutput][]): [number, string][] {
  return answers.map(([row, { kind }]) => [row, kind]);
}

test('each leaves at its own moment, and is answered by its row', async () => {
  const own = await rig(manifestOf(4));
  const from = Date.now() + 300;
  const moment = (row: number): number => from + row * 150;
  const { answers } = await run(own.worker(), 'submitClips', groupOf(own, moment));
  expect(kinds(answers)).toEqual([0, 1, 2, 3].map((row) => [row, 'accepted']));
  const ids = answers.map(([, answer]) => answer.kind === 'accepted' && answer.taskId);
  expect(new Set(ids).size).toBe(4);
  const arrivals = own.simulator.ledger().map(({ arrivedAt }) => arrivedAt);
  for (const [row, at] of arrivals.entries()) expect(at).toBeGreaterThanOrEqual(moment(row));
});

test('a group that is made again posts nothing again, and tells the same', async () => {
  const own = await rig(manifestOf(4));
  const group = groupOf(own, () => 0);
  const first = await run(own.worker(), 'submitClips', group);
  expect(await run(own.worker(), 'submitClips', group, { attempt: 2 })).toEqual(first);
  expect(own.simulator.ledger()).toHaveLength(4);
});

test('what a killed worker had not posted yet is posted by the next try, and nothing else', async () => {
  const own = await rig(manifestOf(4));
  const group = groupOf(own, () => 0);
  await run(own.worker(), 'submitClips', { ...group, submissions: group.submissions.slice(0, 2) });
  const { answers } = await run(own.worker(), 'submitClips', group, { attempt: 2 });
  expect(kinds(answers)).toEqual([0, 1, 2, 3].map((row) => [row, 'accepted']));
  expect(own.simulator.ledger()).toHaveLength(4);
});

test('a refusal of the account ends the group at once; the others are held, unsent', async () => {
  const own = await rig(manifestOf(4, '429*1'));
  const late = Date.now() + 5000;
  const group = groupOf(own, (row) => (row === 0 ? 0 : late));
  const { answers } = await run(own.worker(), 'submitClips', group);
  expect(Date.now()).toBeLessThan(late);
  expect(kinds(answers)).toEqual([[0, 'refused'], ...[1, 2, 3].map((row) => [row, 'held'])]);
  expect(own.simulator.ledger()).toHaveLength(0);
});

test('a run that has not rejoined its account sends nothing', async () => {
  const own = await rig(manifestOf(4));
  const group = { ...groupOf(own, () => 0), reset: 'this-run' };
  expect(await run(own.worker(), 'submitClips', group)).toEqual({ answers: [], reset: 'this-run' });
  expect(own.simulator.ledger()).toHaveLength(0);
});

test('when it is cancelled, those that wait for their moment leave no intent behind', async () => {
  const own = await rig(manifestOf(4));
  const group = groupOf(own, (row) => (row === 0 ? 0 : Date.now() + 3000));
  const { result, cancel } = start(own.worker(), 'submitClips', group);
  while (own.simulator.ledger().length === 0) await new Promise((done) => setTimeout(done, 10));
  await new Promise((done) => setTimeout(done, 200));
  cancel();
  expect(kinds((await result).answers)).toEqual([[0, 'accepted']]);
  const { answers } = await run(
    own.worker(),
    'submitClips',
    groupOf(own, () => 0),
  );
  expect(kinds(answers)).toEqual([0, 1, 2, 3].map((row) => [row, 'accepted']));
  expect(own.simulator.ledger()).toHaveLength(4);
});

describe('when some of a group fail', () => {
  const fault = new Error('the disk is full');
  const failed = { status: 'rejected', reason: fault } as const;
  const ended = (value: SubmitClipOutput) => ({ status: 'fulfilled', value }) as const;
  const accepted = ended({ kind: 'accepted', taskId: 't', callback: false });
  const submissions = [0, 1].map((row) => ({ row, attempt: 1, notBefore: 0, notAfter: 0 }));

  test('answers that cost money are told, and the others tried again', () => {
    for (const paid of [accepted, ended({ kind: 'unknown', callback: false, message: '' })])
      expect(answersOf(submissions, [failed, paid])).toEqual([[1, paid.value]]);
  });

  test('without such an answer the activity fails with the cause', () => {
    const unpaid = ended({ kind: 'late' });
    expect(() => answersOf(submissions, [failed, unpaid])).toThrow(fault);
    expect(() => answersOf(submissions, [failed, failed])).toThrow(fault);
  });
});

test('a store that cannot be written to fails the activity, and nothing is sent', async () => {
  const own = await rig(manifestOf(2));
  const broken = own.worker({
    openStore: (location) => {
      const store = openLocalStore(location);
      store.append = () => Promise.reject(new Error('ENOSPC: no space left'));
      return store;
    },
  });
  await expect(
    run(
      broken,
      'submitClips',
      groupOf(own, () => 0, 2),
    ),
  ).rejects.toThrow('ENOSPC');
  expect(own.simulator.ledger()).toHaveLength(0);
});
