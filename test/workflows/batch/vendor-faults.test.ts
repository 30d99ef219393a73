// Each misbehaviour of the vendor, and what becomes of the clips. Real server, real HTTP.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ResultRow } from '../../../outcomes/result-row.js';
import { faultsOf } from '../../support/checker.js';
import { clips, startRig } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';

const rig = await startRig({ server: await testServer() });
afterAll(() => rig.close());

let used = 0;
/** Clips nobody else in this file uses, each with the given faults. */
function faulty(count: number, faults: string) {
  used += count;
  return clips(used, () => faults).slice(-count);
}

async function score(count: number, faults: string, options = {}) {
  const manifest = faulty(count, faults);
  const ended = await rig.run(manifest, options);
  const links = new Set(manifest.map(({ file_link }) => file_link));
  const paid = rig.simulator.ledger().filter(({ fileLink }) => links.has(fileLink));
  expect(faultsOf(ended.rows, count, paid, ended.folder)).toEqual([]);
  return { ...ended, paid };
}

const statuses = (rows: ResultRow[]) => [...new Set(rows.map(({ status }) => status))];
const codes = (rows: ResultRow[]) => [...new Set(rows.map(({ error_code }) => error_code))];

describe('refusals that cost nothing', () => {
  test.each([
    ['429 with Retry-After', '429:1*2'],
    ['500 with a body', 'http:500*2'],
    ['an HTML page with status 200', 'html*2'],
    ['a vendor code nobody listed', 'code:689999:busy*2'],
  ])('%s, twice: every clip is scored', async (_, faults) => {
    const { rows, paid } = await score(4, faults);
    expect(statuses(rows)).toEqual(['succeeded']);
    expect(paid).toHaveLength(4);
  });

  test('a storm of 429 fails no clip, however long it is', async () => {
    const { rows } = await score(3, '429:0*12', { maxRetries: 2 });
    expect(statuses(rows)).toEqual(['succeeded']);
  });

  test('retries run out: failed with the code and message of the vendor', async () => {
    const { rows, paid, summary } = await score(2, 'code:689999:busy', { maxRetries: 2 });
    expect(statuses(rows)).toEqual(['failed']);
    expect(codes(rows)).toEqual(['689999']);
    expect(rows[0]).toMatchObject({
      attempts: 3,
      error_message: expect.stringContaining('busy') as string,
    });
    expect(paid).toEqual([]);
    expect(summary.submissions).toBe(0);
  });

  test('400: rejected at once', async () => {
    const { rows } = await score(2, 'http:400');
    expect(statuses(rows)).toEqual(['rejected']);
    expect(rows[0]).toMatchObject({ attempts: 1, error_code: '400' });
  });
});

describe('submissions of unknown outcome', () => {
  test('the answer is lost after acceptance: the callback names the task, nothing is paid again', async () => {
    const { rows, paid, summary } = await score(5, 'drop-after');
    expect(statuses(rows)).toEqual(['succeeded']);
    expect(paid).toHaveLength(5);
    expect(rows.some(({ possible_duplicate }) => possible_duplicate)).toBe(false);
    expect(summary.submissions).toBe(5);
  });

  test.each([
    ['a connection dropped before acceptance', 'drop-before*1'],
    ['a 503 without a body', 'http:503:empty*1'],
  ])('%s looks the same: submitted again, and flagged', async (_, faults) => {
    const { rows, paid } = await score(2, faults);
    expect(statuses(rows)).toEqual(['succeeded']);
    expect(paid).toHaveLength(2);
    expect(rows.every(({ possible_duplicate }) => possible_duplicate)).toBe(true);
  });

  test('answers lost again and again: given up before more is paid', async () => {
    const { rows, paid } = await score(2, 'drop-after,lost');
    expect(statuses(rows)).toEqual(['failed']);
    expect(codes(rows)).toEqual(['submit_unknown']);
    expect(paid).toHaveLength(4);
  });

  test('answer and callback are lost: paid again, and flagged', async () => {
    const { rows, paid } = await score(2, 'drop-after*1,lost*1');
    expect(statuses(rows)).toEqual(['succeeded']);
    expect(paid).toHaveLength(4);
    expect(rows.every(({ possible_duplicate }) => possible_duplicate)).toBe(true);
  });

  test('a callback with a false task id does not pass for the lost answer', async () => {
    const { rows, paid } = await score(2, 'drop-after,forged-task,run:300');
    expect(statuses(rows)).toEqual(['succeeded']);
    expect(paid.map(({ taskId }) => taskId)).toEqual(
      expect.arrayContaining(rows.map(({ task_id }) => task_id)),
    );
  });
});

describe('tasks', () => {
  test('failed once (4): submitted once more', async () => {
    const { rows, paid } = await score(3, 'fail*1');
    expect(statuses(rows)).toEqual(['succeeded']);
    expect(paid).toHaveLength(6);
    expect(rows.some(({ possible_duplicate }) => possible_duplicate)).toBe(false);
  });

  test('failed again (4): failed, with the reason', async () => {
    const { rows, paid } = await score(2, 'fail:no-melody');
    expect(statuses(rows)).toEqual(['failed']);
    expect(rows[0]).toMatchObject({ error_code: '680001', error_message: 'no-melody' });
    expect(paid).toHaveLength(4);
  });

  test('over with a code of the task or without one: settled at once', async () => {
    const { rows, paid } = await score(2, 'fail:no-melody:0');
    expect(codes(rows)).toEqual(['task_failed']);
    const { rows: coded } = await score(2, 'timed-out:680125');
    expect(codes(coded)).toEqual(['680125']);
    expect(paid).toHaveLength(4);
  });

  test('timed out (6): submitted again', async () => {
    const { rows } = await score(2, 'timed-out*1');
    expect(statuses(rows)).toEqual(['succeeded']);
  });

  test('cancelled (5): cancelled', async () => {
    const { rows, paid } = await score(2, 'cancel');
    expect(statuses(rows)).toEqual(['cancelled']);
    expect(codes(rows)).toEqual(['task_cancelled']);
    expect(paid).toHaveLength(2);
  });

  test('not over in time: failed, with its id', async () => {
    const { rows, paid } = await score(1, 'run:600000', { taskTimeoutMs: 1500 });
    expect(rows[0]).toMatchObject({ status: 'failed', error_code: 'task_timeout' });
    expect(rows[0]!.task_id).toBe(paid[0]!.taskId);
  });
});

describe('callbacks', () => {
  test.each([
    ['early', 'early'],
    ['late', 'late:700'],
    ['lost', 'lost'],
    ['ten times', 'duplicate:9'],
    ['reordered', 'reordered:2'],
    ['with a status of no end first', 'processing,run:200'],
    ['with a wrong MAC', 'forged-mac,run:200'],
    ['with a status that is not true', 'forged-status,run:200'],
    ['with a task id that is not true', 'forged-task,run:200'],
    ['of a task whose answer is slow', 'slow:400'],
  ])('%s: one outcome a clip, paid once', async (_, faults) => {
    const { rows, paid } = await score(5, faults);
    expect(statuses(rows)).toEqual(['succeeded']);
    expect(paid).toHaveLength(5);
    expect(rows.some(({ possible_duplicate }) => possible_duplicate)).toBe(false);
  });
});

describe('results', () => {
  test.each([
    ['a link that has expired is asked for again', 'expired*1'],
    ['a download that breaks off is repeated', 'cut*1'],
    ['a download that fails is repeated', 'download:503*2'],
    ['a query that fails is repeated', 'query:500*2'],
    ['a result that has no link yet is asked for again', 'no-url*2'],
  ])('%s', async (_, faults) => {
    const { rows, folder } = await score(3, faults);
    expect(statuses(rows)).toEqual(['succeeded']);
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(left).toContain(join('soundtracks', `${rows[0]!.id}.wav`));
  });

  test('a soundtrack that can never be had: failed, its task id kept', async () => {
    const { rows, paid } = await score(1, 'download:500', { maxRetries: 2 });
    expect(rows[0]).toMatchObject({ status: 'failed', error_code: 'download_failed' });
    expect(rows[0]!.task_id).toBe(paid[0]!.taskId);
  });
});
