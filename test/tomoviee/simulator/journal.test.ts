import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openJournal, type SimulatorRecord } from '../../../tomoviee/simulator/journal.js';

const refusal = (at: number): SimulatorRecord => ({ e: 'refuse', at, answer: 429 });

test('a journal says that a line is written only when it is in the file', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'simulator-journal-'));
  onTestFinished(() => rm(stateDir, { recursive: true }));
  const file = join(stateDir, 'simulator.jsonl');
  const journal = await openJournal(stateDir, () => undefined);
  for (const at of [1, 2]) {
    journal.append(refusal(at));
    journal.append(refusal(at + 10));
    await journal.written();
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(refusal(at + 10));
  }
  journal.append(refusal(3));
  journal.close();
  journal.append(refusal(4));
  const replayed: SimulatorRecord[] = [];
  (await openJournal(stateDir, (record) => replayed.push(record))).close();
  expect(replayed).toEqual([1, 11, 2, 12, 3].map(refusal));
});
