import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchOptions } from '../../../contract/batch.js';
import type { ActiveClip } from '../../../contract/carried.js';
import type { VendorFailure } from '../../../contract/failure.js';
import { adoptionExpired, calledBack } from '../../../workflows/batch/adoption.js';
import {
  downloadFailed,
  newClip,
  queryFailed,
  recalledClip,
  stillRunning,
  submitted,
  submitting,
  taskEnded,
} from '../../../workflows/batch/clip.js';

const options: BatchOptions = {
  pace: { ratePerSecond: 1, burst: 1, maxInFlight: 10 },
  priority: 'normal',
  probe: false,
  pollIntervalMs: 15_000,
  callbackGraceMs: 600_000,
  taskTimeoutMs: 3_600_000,
  maxRetries: 3,
  maxFailedResubmissions: 1,
  maxTimedOutResubmissions: 2,
  retryBackoffMs: 1000,
  historyBound: 8000,
};
const accepted = (taskId: string) => ({ kind: 'accepted', taskId, callback: true }) as const;
const unknown = (callback = true) => ({ kind: 'unknown', callback, message: 'lost' }) as const;
const failure = (cls: VendorFailure['class'], retryAfterMs?: number): VendorFailure => ({
  class: cls,
  code: 'c',
  message: 'm',
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const refused = (cls: VendorFailure['class'], retryAfterMs?: number) =>
  ({ kind: 'refused', failure: failure(cls, retryAfterMs) }) as const;
const called = (taskId: string, attempt: number, status = 3) => ({
  ...{ round: 1, row: 0, attempt, taskId, status },
});

function begun(): ActiveClip {
  const clip = newClip(0, 0);
  submitting(clip);
  return clip;
}

function waiting(taskId = 'T1'): ActiveClip {
  const clip = begun();
  submitted(clip, accepted(taskId), 0, options);
  return clip;
}

const end = (status: 'succeeded' | 'failed' | 'cancelled' | 'timed_out', reason?: string) => ({
  ...{ row: 0, attempt: 1, taskId: 'T1', status },
  ...(reason !== undefined && { reason }),
});

describe('a submission', () => {
  test('accepted: waits for its task, to be asked about after the grace period', () => {
    const clip = begun();
    expect(submitted(clip, accepted('T1'), 100, options)).toEqual({ submissions: 1 });
    expect(clip).toMatchObject({ phase: 'waiting', taskId: 'T1', askAt: 600_100 });
  });

  test('accepted where no callback can come: asked about at the poll interval', () => {
    const clip = begun();
    submitted(clip, { ...accepted('T1'), callback: false }, 0, options);
    expect(clip.askAt).toBe(15_000);
  });

  test('refused for good: rejected with the code', () => {
    const effect = submitted(begun(), refused('rejected'), 0, options);
    expect(effect.settled).toMatchObject({ status: 'rejected', errorCode: 'c', attempts: 1 });
  });

  test('refused to be retried: waits longer each time, then fails with the code', () => {
    const clip = begun();
    const waits = [];
    for (;;) {
      const effect = submitted(clip, refused('retry'), 0, options);
      if (effect.settled) {
        expect(effect.settled).toMatchObject({ status: 'failed', errorCode: 'c', attempts: 4 });
        break;
      }
      waits.push(clip.notBefore);
      submitting(clip);
    }
    expect(waits).toEqual([1000, 2000, 4000]);
  });

  test('Retry-After of a retryable refusal is obeyed', () => {
    const clip = begun();
    submitted(clip, refused('retry', 30_000), 0, options);
    expect(clip.notBefore).toBe(30_000);
  });

  test.each(['throttled', 'denied'] as const)('C5: %s never fails a clip', (cls) => {
    const clip = begun();
    for (let time = 0; time < 50; time++) {
      const effect = submitted(clip, refused(cls), time, options);
      expect(effect[cls]).toBeDefined();
      expect(clip.phase).toBe('ready');
      submitting(clip);
    }
  });
});

describe('an unknown outcome', () => {
  test('waits for its callback, which names the task', () => {
    const clip = begun();
    submitted(clip, unknown(), 0, options);
    expect(clip).toMatchObject({ phase: 'unresolved', notBefore: 600_000 });
    expect(calledBack(clip, called('T9', 1), 50, options)).toEqual({ submissions: 1, unknown: -1 });
    expect(clip).toMatchObject({
      phase: 'waiting',
      taskId: 'T9',
      adopted: true,
      hintedAt: expect.any(Number) as number,
    });
    expect(clip.possibleDuplicate).toBeUndefined();
  });

  test('a callback that came before the answer was lost is used at once', () => {
    const clip = begun();
    calledBack(clip, called('T9', 1), 0, options);
    submitted(clip, unknown(), 10, options);
    expect(clip).toMatchObject({
      phase: 'waiting',
      taskId: 'T9',
      hintedAt: expect.any(Number) as number,
    });
  });

  test('C4: submitted again, it is a possible duplicate, whatever follows', () => {
    const clip = begun();
    submitted(clip, unknown(), 0, options);
    adoptionExpired(clip, 600_000);
    submitting(clip);
    submitted(clip, accepted('T2'), 600_000, options);
    expect(clip.possibleDuplicate).toBe(true);
    expect(taskEnded(clip, end('failed'), 0, options).settled).toBeUndefined();
    submitting(clip);
    const { settled } = submitted(clip, refused('rejected'), 0, options);
    expect(settled?.possibleDuplicate).toBe(true);
  });

  test('C3: a late callback before the second submission saves it', () => {
    const clip = begun();
    submitted(clip, unknown(), 0, options);
    adoptionExpired(clip, 600_000);
    calledBack(clip, called('T1', 1), 600_001, options);
    expect(clip).toMatchObject({ phase: 'waiting', taskId: 'T1', attempt: 1 });
    expect(clip.possibleDuplicate).toBeUndefined();
  });

  test('C3: the first task is adopted when the second submission is refused', () => {
    const clip = begun();
    submitted(clip, unknown(), 0, options);
    adoptionExpired(clip, 0);
    submitting(clip);
    calledBack(clip, called('T1', 1), 0, options);
    submitted(clip, refused('retry'), 0, options);
    expect(clip).toMatchObject({ phase: 'waiting', taskId: 'T1', taskAttempt: 1 });
  });

  test('answers lost again and again: given up, as each may have been paid for', () => {
    const clip = begun();
    submitted(clip, unknown(), 0, options);
    expect(adoptionExpired(clip, 600_000)).toEqual({});
    submitting(clip);
    submitted(clip, unknown(), 600_000, options);
    expect(adoptionExpired(clip, 1_200_000).settled).toMatchObject({
      ...{ status: 'failed', errorCode: 'submit_unknown', attempts: 2, possibleDuplicate: true },
    });
  });

  test('a true callback is kept while a forged one is being looked into', () => {
    const clip = begun();
    submitted(clip, unknown(), 0, options);
    calledBack(clip, called('forged', 1), 0, options);
    calledBack(clip, called('T1', 1), 0, options);
    expect(queryFailed(clip, failure('retry'), 10, options)).toEqual({
      submissions: 0,
      unknown: 0,
    });
    expect(clip).toMatchObject({ phase: 'waiting', taskId: 'T1' });
  });

  test('where no callback can come it is submitted again after a backoff', () => {
    const clip = begun();
    submitted(clip, unknown(false), 5, options);
    expect(clip).toMatchObject({ phase: 'unresolved', notBefore: 1005 });
  });

  test('an adopted task that the vendor says is another is given back', () => {
    const clip = begun();
    submitted(clip, unknown(), 0, options);
    calledBack(clip, called('forged', 1), 0, options);
    const effect = queryFailed(clip, failure('rejected'), 10, options);
    expect(effect).toEqual({ submissions: -1, unknown: 1 });
    expect(clip).toMatchObject({ phase: 'unresolved', orphans: [1] });
    calledBack(clip, called('T1', 1), 20, options);
    expect(clip).toMatchObject({ phase: 'waiting', taskId: 'T1' });
  });
});

describe('a callback', () => {
  test('C1: hints that its task is over and decides nothing', () => {
    const clip = waiting();
    expect(calledBack(clip, called('T1', 1, 4), 0, options)).toEqual({});
    expect(clip).toMatchObject({ phase: 'waiting', hintedAt: expect.any(Number) as number });
  });

  test('that came before the answer to its submission is kept', () => {
    const clip = begun();
    calledBack(clip, called('T1', 1), 0, options);
    submitted(clip, accepted('T1'), 0, options);
    expect(clip.hintedAt).toBe(0);
  });

  test('C2: with another task id than the known one changes nothing', () => {
    const clip = waiting();
    const before = structuredClone(clip);
    calledBack(clip, called('other', 1), 0, options);
    calledBack(clip, called('other', 7), 0, options);
    expect(clip).toEqual(before);
  });

  test('of a task that is still running changes nothing', () => {
    const clip = waiting();
    calledBack(clip, called('T1', 1, 2), 0, options);
    expect(clip.hintedAt).toBeUndefined();
  });

  test('floods of claims are not kept', () => {
    const clip = begun();
    for (let n = 0; n < 100; n++) calledBack(clip, called(`guess-${n}`, 1), 0, options);
    expect(clip.claims).toHaveLength(4);
  });
});

describe('a task', () => {
  test('succeeded: its soundtrack is due', () => {
    const clip = waiting();
    expect(taskEnded(clip, end('succeeded'), 7, options)).toEqual({});
    expect(clip).toMatchObject({ phase: 'ended', notBefore: 7 });
  });

  test('failed (4): submitted once more by default, then failed with the reason', () => {
    const clip = waiting();
    expect(taskEnded(clip, end('failed'), 0, options)).toEqual({});
    expect(clip.phase).toBe('ready');
    submitting(clip);
    submitted(clip, accepted('T2'), 0, options);
    expect(taskEnded(clip, end('failed', 'no melody'), 0, options).settled).toMatchObject({
      ...{ status: 'failed', errorCode: 'task_failed', errorMessage: 'no melody' },
      ...{ attempts: 2, taskId: 'T2' },
    });
    expect(clip.possibleDuplicate).toBeUndefined();
  });

  test('timed out (6): submitted again', () => {
    const clip = waiting();
    expect(taskEnded(clip, end('timed_out'), 0, options).settled).toBeUndefined();
    expect(clip.phase).toBe('ready');
  });

  test('cancelled (5): cancelled', () => {
    const { settled } = taskEnded(waiting(), end('cancelled'), 0, options);
    expect(settled).toMatchObject({ status: 'cancelled', errorCode: 'task_cancelled' });
  });

  test.each([
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
    ['timed_out', 'failed'],
  ] as const)("%s with a code of the vendor's own: settled under it", (status, outcome) => {
    const once = { ...options, maxFailedResubmissions: 0, maxTimedOutResubmissions: 0 };
    const { settled } = taskEnded(waiting(), { ...end(status, 'odd'), code: '680001' }, 0, once);
    expect(settled).toMatchObject({ status: outcome, errorCode: '680001', errorMessage: 'odd' });
  });

  test('over with a code that the user gave up on: rejected at once', () => {
    const ended = { ...end('failed', 'odd'), code: '680001', class: 'rejected' } as const;
    expect(taskEnded(waiting(), ended, 0, options).settled).toMatchObject({
      ...{ status: 'rejected', errorCode: '680001', errorMessage: 'odd', taskId: 'T1' },
    });
  });

  test('C5: over with a code that speaks for the account: pauses it, and the clip goes on', () => {
    const ended = { ...end('failed', 'no credit'), code: '680002', class: 'denied' } as const;
    const clip = waiting();
    for (let time = 0; time < 9; time++) {
      expect(taskEnded(clip, ended, time, options)).toEqual({
        denied: { class: 'denied', code: '680002', message: 'no credit' },
      });
      expect(clip.phase).toBe('ready');
      submitting(clip);
      submitted(clip, accepted(`T${time}`), time, options);
    }
  });

  test('of an earlier round that never names a result: submitted again at last', () => {
    const clip = recalledClip({ row: 0, taskId: 'T1', attempts: 1 }, 0, options);
    taskEnded(clip, end('succeeded'), 0, options);
    const missing: VendorFailure = { class: 'retry', code: 'result_missing', message: 'none' };
    for (let n = 0; n < 3; n++) expect(downloadFailed(clip, missing, 0, options)).toEqual({});
    expect(clip.phase).toBe('ended');
    expect(downloadFailed(clip, missing, 0, options)).toEqual({});
    expect(clip).toMatchObject({ phase: 'ready' });
  });

  test('not over by its deadline: failed, with its id for a later look', () => {
    const clip = waiting();
    expect(stillRunning(clip, 1000, options)).toEqual({});
    expect(stillRunning(clip, 3_600_000, options).settled).toMatchObject({
      ...{ status: 'failed', errorCode: 'task_timeout', taskId: 'T1' },
    });
  });

  test.each([
    ['nothing', undefined, 15_000],
    ['a time within bounds', 20, 20_000],
    ['no time', 0.001, 7500],
    ['a day', 86_400, 60_000],
  ])('is asked about again within bounds where the vendor suggests %s', (_, seconds, wait) => {
    const clip = waiting();
    stillRunning(clip, 1000, options, seconds);
    expect(clip.askAt).toBe(1000 + wait);
  });

  test('is asked about at its deadline at the latest', () => {
    const clip = waiting();
    stillRunning(clip, 3_599_000, options);
    expect(clip.askAt).toBe(3_600_000);
  });

  test('a query that is denied pauses and is asked again', () => {
    const clip = waiting();
    expect(queryFailed(clip, failure('denied'), 0, options).denied).toBeDefined();
    expect(clip).toMatchObject({ phase: 'waiting', askAt: 15_000 });
  });

  test('a vendor that is out is asked until the deadline', () => {
    const clip = waiting();
    for (let time = 0; time < 3_600_000; time += 60_000) {
      expect(queryFailed(clip, failure('retry'), time, options)).toEqual({});
    }
    const { settled } = queryFailed(clip, failure('retry'), 3_600_000, options);
    expect(settled).toMatchObject({ status: 'failed', errorCode: 'c', taskId: 'T1' });
  });

  test('C5: a throttled or denied vendor never fails a download', () => {
    const clip = waiting();
    taskEnded(clip, end('succeeded'), 0, options);
    for (let time = 0; time < 20; time++) {
      expect(downloadFailed(clip, failure('throttled'), time, options)).toEqual({});
      expect(downloadFailed(clip, failure('denied'), time, options).settled).toBeUndefined();
    }
  });

  test('a soundtrack that cannot be had fails the clip, with its task id', () => {
    const clip = waiting();
    taskEnded(clip, end('succeeded'), 0, options);
    let effect = {};
    let tries = 0;
    while (!('settled' in effect)) {
      effect = downloadFailed(clip, failure('retry'), 0, options);
      tries += 1;
    }
    expect(tries).toBe(4);
    expect(effect).toMatchObject({ settled: { status: 'failed', taskId: 'T1' } });
  });
});

/** A vendor that loses answers and calls back in any order; the clip must never be paid twice silently. */
describe('any order of events', () => {
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.constant('answer' as const) },
    { weight: 2, arbitrary: fc.constant('lose' as const) },
    { weight: 1, arbitrary: fc.constant('refuse' as const) },
    { weight: 6, arbitrary: fc.constant('call' as const) },
    { weight: 2, arbitrary: fc.constant('expire' as const) },
    { weight: 4, arbitrary: fc.constant('ask' as const) },
    { weight: 1, arbitrary: fc.constant('fail' as const) },
    { weight: 2, arbitrary: fc.constant('forge' as const) },
  );

  test('one outcome, of a task of this clip; more than one paid task only if flagged or failed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(20)), { maxLength: 120 }), (events) => {
        const clip = newClip(0, 0);
        /** The vendor's tasks for this clip, and whether each ended badly. */
        const paid: { id: string; attempt: number; failed: boolean }[] = [];
        let now = 0;
        let settled;
        submitting(clip);
        let open: { id: string } | undefined; // accepted at the vendor, answer not given yet
        const accept = (): void => {
          open = { id: `T${paid.length + 1}` };
          paid.push({ id: open.id, attempt: clip.attempt, failed: false });
        };
        accept();
        for (const [kind, pick] of events) {
          now += 1000;
          if (settled || clip.phase === 'ended') break;
          if (clip.phase === 'ready') {
            submitting(clip);
            accept();
          }
          const task = paid[pick % paid.length]!;
          const own = paid.find(({ id }) => id === clip.taskId);
          switch (kind) {
            case 'answer':
              if (clip.phase === 'submitting' && open)
                ({ settled } = submitted(clip, accepted(open.id), now, options));
              break;
            case 'lose':
              if (clip.phase === 'submitting')
                ({ settled } = submitted(clip, unknown(), now, options));
              break;
            case 'refuse':
              if (clip.phase === 'submitting' && open) {
                paid.pop(); // a refusal is certain: there is no such task
                ({ settled } = submitted(clip, refused('throttled'), now, options));
              }
              break;
            case 'call':
              calledBack(clip, called(task.id, task.attempt), now, options);
              break;
            case 'forge':
              calledBack(clip, called(`forged-${pick}`, pick), now, options);
              break;
            case 'expire':
              if (clip.phase === 'unresolved') ({ settled } = adoptionExpired(clip, now));
              break;
            case 'ask':
              if (clip.phase !== 'waiting') break;
              if (own) ({ settled } = taskEnded(clip, { ...end('succeeded') }, now, options));
              else queryFailed(clip, failure('rejected'), now, options);
              break;
            case 'fail':
              if (clip.phase !== 'waiting' || !own) break;
              own.failed = true;
              ({ settled } = taskEnded(clip, { ...end('failed') }, now, options));
              break;
          }
          if (clip.phase !== 'submitting') open = undefined;
        }
        if (clip.phase === 'ended') {
          expect(paid.map(({ id }) => id)).toContain(clip.taskId);
          const unexplained = paid.filter(({ failed }) => !failed);
          if (unexplained.length > 1) expect(clip.possibleDuplicate).toBe(true);
        }
        expect(clip.attempt).toBeGreaterThanOrEqual(paid.length);
      }),
      { numRuns: 3000 },
    );
  });
});
