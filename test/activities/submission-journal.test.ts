import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  SubmissionJournal,
  type JournalAnswer,
  type PostKey,
} from '../../activities/submission-journal.js';
import { cueNumber, MAX_CUES, MAX_ROWS } from '../../contract/cue.js';
import type { Store } from '../../store/store.js';
import { frozenBatch, manifestOf } from './support.js';

const ACCEPTED: JournalAnswer = { kind: 'accepted', taskId: 'task-1', callback: true };
const REFUSED: JournalAnswer = {
  kind: 'refused',
  failure: {
    ...{ class: 'throttled', code: 'http_429', retryAfterMs: 1000 },
    message: 'slow down,\n"please"; \u2028 \u{1f600}',
  },
};

function key(row: number, activityTry = 1, attempt = 1, round = 1, run = 'run'): PostKey {
  return { round, row, attempt, run, activityTry };
}

async function batch(): Promise<Store> {
  return (await frozenBatch(manifestOf(1))).store;
}

describe('a POST of which nothing is known', () => {
  test('was never made', async () => {
    const journal = new SubmissionJournal(await batch(), 'a');
    expect(await journal.find(key(1))).toBe('none');
  });

  test('is not taken for another one with like numbers', async () => {
    const journal = new SubmissionJournal(await batch(), 'a');
    for (const other of [key(11), key(1, 1, 11), key(1, 1, 1, 11), key(111)]) {
      await journal.begin(other);
      await journal.end(other, ACCEPTED);
    }
    expect(await journal.find(key(1))).toBe('none');
  });
});

describe('a POST that was begun', () => {
  test('and not answered is known as begun', async () => {
    const journal = new SubmissionJournal(await batch(), 'a');
    await journal.begin(key(1));
    expect(await journal.find(key(1))).toBe('begun');
  });

  test.each([ACCEPTED, REFUSED])('and answered gives the answer: $kind', async (answer) => {
    const journal = new SubmissionJournal(await batch(), 'a');
    await journal.begin(key(1));
    await journal.end(key(1), answer);
    expect(await journal.find(key(1, 2))).toEqual(answer);
  });

  test('is found of any row and any cue, by another worker too', async () => {
    const numbers = [0, MAX_ROWS - 1].flatMap((row) => [
      row,
      ...Array.from({ length: MAX_CUES }, (_, n) => cueNumber(row, n + 1)),
    ]);
    const store = await batch();
    const journal = new SubmissionJournal(store, 'a');
    for (const number of numbers) await journal.begin(key(number));
    const other = new SubmissionJournal(store, 'b');
    for (const number of numbers) {
      expect([number, await other.find(key(number, 2))]).toEqual([number, 'begun']);
    }
  });

  test('is found by another worker', async () => {
    const store = await batch();
    const [dead, live] = ['a', 'b'].map((name) => new SubmissionJournal(store, name));
    await dead!.begin(key(1));
    expect(await live!.find(key(1, 2))).toBe('begun');
    await dead!.end(key(1), ACCEPTED);
    expect(await live!.find(key(1, 3))).toEqual(ACCEPTED);
    expect(await store.list('submissions')).toEqual(['submissions/a.jsonl']); // J2
  });
});

describe('of several tries', () => {
  test('an accepted one counts, whatever the others came to', async () => {
    const store = await batch();
    const [a, b] = ['a', 'b'].map((name) => new SubmissionJournal(store, name));
    await a!.begin(key(1, 1));
    await b!.begin(key(1, 2));
    await b!.end(key(1, 2), ACCEPTED);
    await a!.begin(key(1, 3));
    expect(await a!.find(key(1, 4))).toEqual(ACCEPTED);
  });

  test('an unanswered one is not hidden by a refused one', async () => {
    const journal = new SubmissionJournal(await batch(), 'a');
    await journal.begin(key(1, 1));
    await journal.begin(key(1, 2));
    await journal.end(key(1, 2), REFUSED);
    expect(await journal.find(key(1, 3))).toBe('begun');
  });

  test('one begun anew, as by a batch started over, is not hidden by its earlier answer', async () => {
    const store = await batch();
    const [b, c, reader] = ['b', 'c', 'd'].map((name) => new SubmissionJournal(store, name));
    await b!.begin(key(1));
    await b!.end(key(1), REFUSED);
    await b!.begin(key(1));
    expect(await reader!.find(key(1, 2))).toBe('begun');
    await b!.end(key(1), REFUSED);
    expect(await reader!.find(key(1, 2))).toEqual(REFUSED);
    for (const other of [new SubmissionJournal(store, 'a'), c!]) {
      await other.begin(key(1));
      expect(await reader!.find(key(1, 2))).toBe('begun');
      await other.end(key(1), REFUSED);
      expect(await reader!.find(key(1, 2))).toEqual(REFUSED);
    }
  });
});

describe('after a power cut or on a full disk', () => {
  const ANSWERED = JSON.stringify({ post: '1.1.1', try: 1, answer: ACCEPTED });
  const INTENT = JSON.stringify({ post: '1.1.1', try: 1 });

  async function findIn(content: string): Promise<unknown> {
    const store = await batch();
    const folder = join(store.location, '.reelscore/submissions');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'a.jsonl'), content);
    return new SubmissionJournal(store, 'b').find(key(1, 2));
  }

  test('an answer torn anywhere leaves the POST begun, or its task known', async () => {
    for (let length = 1; length < ANSWERED.length; length += 1) {
      expect(await findIn(`${INTENT}\n${ANSWERED.slice(0, length)}`)).toBe('begun');
    }
    expect(await findIn(`${INTENT}\n${ANSWERED}`)).toEqual(ACCEPTED);
  });

  test('a torn intent is never taken for an answer', async () => {
    for (let length = 0; length <= INTENT.length; length += 1) {
      expect(['none', 'begun']).toContain(await findIn(INTENT.slice(0, length)));
    }
  });

  test('lines behind a torn one count', async () => {
    expect(await findIn(`{"post":"1.\n\n\0\0\0\n${INTENT}\n${ANSWERED}\n`)).toEqual(ACCEPTED);
  });

  test('an answer that is not one leaves the POST begun', async () => {
    const strange = JSON.stringify({ post: '1.1.1', try: 1, answer: { kind: 'perhaps' } });
    expect(await findIn(`${INTENT}\n${strange}\n`)).toBe('begun');
  });
});

describe('a journal that was deleted and begun again', () => {
  const FOLDER = '.reelscore/submissions';
  const none = (): Promise<void> => Promise.resolve();
  const more = async (journal: SubmissionJournal): Promise<void> => {
    await journal.begin(key(99)).catch(() => undefined); // makes the folder again
    for (let row = 100; row < 120; row += 1) await journal.begin(key(row));
  };

  test.each([
    ['all of it', FOLDER, none],
    ['one file of it', `${FOLDER}/a.jsonl`, none],
    ['all of it, and more is in it than before', FOLDER, more],
    ['one file of it, and more is in it than before', `${FOLDER}/a.jsonl`, more],
  ])('tells only what it holds now: %s', async (_, deleted, write) => {
    const store = await batch();
    const [reader, other] = ['a', 'b'].map((name) => new SubmissionJournal(store, name));
    await reader!.begin(key(1));
    await reader!.end(key(1), ACCEPTED);
    await other!.begin(key(2));
    expect(await reader!.find(key(1))).toEqual(ACCEPTED);
    await rm(join(store.location, deleted), { recursive: true });
    await write(new SubmissionJournal(store, 'a'));
    expect(await reader!.find(key(1))).toBe('none');
    expect(await reader!.find(key(2))).toBe(deleted === FOLDER ? 'none' : 'begun');
    await reader!.begin(key(3)).catch(() => reader!.begin(key(3)));
    expect(await other!.find(key(3))).toBe('begun');
    expect(await reader!.find(key(3))).toBe('begun');
  });
});

describe('many at once', () => {
  test('each finds its own, in few readings of the files', async () => {
    const store = await batch();
    const writer = new SubmissionJournal(store, 'a');
    const rows = Array.from({ length: 300 }, (_, row) => row);
    const taskOf = (row: number): JournalAnswer => ({ ...ACCEPTED, taskId: `task-${row}` });
    await Promise.all(
      rows.map(async (row) => {
        await writer.begin(key(row));
        if (row % 3 === 1) await writer.end(key(row), taskOf(row));
      }),
    );
    let readings = 0;
    const counted: Store = Object.create(store, {
      list: { value: (folder: string) => ((readings += 1), store.list(folder)) },
      size: { value: (file: string) => store.size(file) },
      readStream: {
        value: (...of: Parameters<Store['readStream']>) => store.readStream(...of),
      },
    }) as Store;
    const reader = new SubmissionJournal(counted, 'b');
    const first = reader.find(key(0));
    const found = await Promise.all([...rows, 1000].map((row) => reader.find(key(row))));
    expect(await first).toBe('begun');
    expect(found).toEqual([...rows.map((row) => (row % 3 === 1 ? taskOf(row) : 'begun')), 'none']);
    expect(readings).toBeLessThanOrEqual(2);
  });

  test('are found all over a large batch, those written meanwhile too', async () => {
    const store = await batch();
    const [writer, reader] = ['a', 'b'].map((name) => new SubmissionJournal(store, name));
    const rows = Array.from({ length: 30 }, (_, at) => at * 3000);
    await Promise.all(rows.map((row) => writer!.begin(key(row))));
    for (const row of rows) expect(await reader!.find(key(row))).toBe('begun');
    for (const row of [...rows, rows[2]!]) {
      const accepted = { ...ACCEPTED, taskId: `task-${row}` };
      await writer!.end(key(row), accepted);
      expect(await reader!.find(key(row))).toEqual(accepted);
      expect(await reader!.find(key(row + 1))).toBe('none');
    }
  });

  test('one that comes while files are read sees what was written before it came', async () => {
    const store = await batch();
    const journal = new SubmissionJournal(store, 'a');
    const other = new SubmissionJournal(store, 'b');
    for (let row = 0; row < 50; row += 1) {
      const reading = journal.find(key(1000));
      await other.begin(key(row));
      expect(await journal.find(key(row))).toBe('begun');
      await reading;
    }
  });

  test('a reading that fails fails its callers and no others', async () => {
    const store = await batch();
    const journal = new SubmissionJournal(store, 'a');
    const folder = join(store.location, '.reelscore/submissions');
    await writeFile(folder, 'not a folder');
    await expect(journal.find(key(1))).rejects.toThrow('ENOTDIR');
    await rm(folder);
    expect(await journal.find(key(1))).toBe('none');
    await journal.begin(key(1));
    await appendFile(join(folder, 'a.jsonl'), '\n');
    expect(await journal.find(key(1))).toBe('begun');
  });
});
