import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ActiveClip, CarriedState } from '../../../contract/carried.js';
import { CLIP_PHASES } from '../../../contract/carried.js';
import type { ScoreBatchInput } from '../../../contract/batch.js';
import { OUTCOME_STATUSES, type Outcome } from '../../../contract/clip.js';
import { BatchState } from '../../../workflows/batch/batch-state.js';
import { isFull, toCarry } from '../../../workflows/batch/carried-size.js';
import { pack, unpack } from '../../../workflows/batch/packing.js';
import { randomOf } from '../../support/random.js';

const DAY_MS = 86_400_000;
/** What the server takes as one payload. */
const MOST_BYTES = 2_000_000;

const empty = new BatchState({ rows: { count: 5 } } as ScoreBatchInput, 0).carry();
const sent = (state: unknown): unknown => JSON.parse(JSON.stringify(state));
const bytes = (state: unknown): number => Buffer.byteLength(JSON.stringify(state));
const fails = (message: (n: number) => string) => (clip: ActiveClip, n: number) => ({
  ...{ row: clip.row, status: 'failed' as const, attempts: 2, taskId: clip.taskId ?? '' },
  ...{ errorCode: 'task_failed', errorMessage: message(n) },
});

const time = fc.oneof(fc.integer({ min: -1e14, max: 1e14 }), fc.double({ min: 0, max: 1e14 }));
const count = fc.oneof(fc.nat(3), fc.maxSafeNat());
const flag = fc.constant(true as const);
const anyClip = fc.record<ActiveClip>(
  {
    ...{ row: fc.nat(1e9), phase: fc.constantFrom(...CLIP_PHASES), attempt: count },
    ...{ notBefore: time, taskId: fc.string(), taskAttempt: count, busy: fc.boolean() },
    ...{ hintedAt: time, askAt: time, deadline: time, orphans: fc.array(count, { maxLength: 2 }) },
    claims: fc.array(fc.record({ attempt: count, taskId: fc.string(), terminal: fc.boolean() }), {
      maxLength: 4,
    }),
    ...{ adopted: fc.boolean(), earlier: flag, possibleDuplicate: fc.boolean(), retries: count },
    ...{ failedEnds: count, timedOutEnds: count, begun: flag, slow: flag, troubles: count },
  },
  { requiredKeys: ['row', 'phase', 'attempt', 'notBefore'] },
);
const anyOutcome = fc.record<Outcome>(
  {
    ...{ row: fc.nat(1e9), status: fc.constantFrom(...OUTCOME_STATUSES), attempts: count },
    ...{ taskId: fc.string(), errorCode: fc.constantFrom('a', 'b') },
    errorMessage: fc.constantFrom('one', 'another', '__proto__'),
  },
  { requiredKeys: ['row', 'status', 'attempts'] },
);

test('what was packed, sent and unpacked is the same', () => {
  const byRow = { selector: ({ row }: { row: number }) => row, maxLength: 30 };
  const states = fc.record({
    clips: fc.uniqueArray(anyClip, byRow),
    unrecorded: fc.uniqueArray(anyOutcome, byRow),
    joins: fc.array(fc.nat(1e7), { minLength: 1, maxLength: 5 }),
  });
  fc.assert(
    fc.property(states, ({ clips, unrecorded, joins }) => {
      const state: CarriedState = { ...empty, clips, unrecorded, joins };
      const back = unpack(sent(pack(state)) as ReturnType<typeof pack>);
      expect(back).toEqual(
        sent({
          ...state,
          clips: clips.toSorted((a, b) => a.row - b.row),
          unrecorded: unrecorded.toSorted((a, b) => a.row - b.row),
        }),
      );
    }),
  );
});

/** Waiting clips with times as far apart as a day has them. */
function waiting(clips: number, idLength: number): ActiveClip[] {
  const random = randomOf(clips);
  const some = (most: number): number => Math.floor(random() * most);
  return Array.from({ length: clips }, (_, n) => ({
    ...{ row: n * 1000 + some(1000), phase: 'waiting', attempt: 1 + some(9) },
    ...{ notBefore: 1.79e12 + some(DAY_MS), askAt: 1.79e12 + some(DAY_MS) },
    ...{ deadline: 1.79e12 + some(DAY_MS), hintedAt: 1.79e12 + some(DAY_MS) },
    taskId: Array.from({ length: idLength }, () => some(36).toString(36)).join(''),
    ...{ taskAttempt: 1 + some(9), retries: some(5), failedEnds: some(5), troubles: some(5) },
  }));
}

test('10,000 clips in flight fit into three quarters of a payload', () => {
  const clips = waiting(10_000, 36);
  const carried = toCarry({ ...empty, clips });
  expect(bytes(carried)).toBeLessThan(0.75 * MOST_BYTES);
  expect(bytes({ ...empty, clips })).toBeGreaterThan(MOST_BYTES); // as they were
});

test('a batch is full before what it carries could be too much, however long its task ids are', () => {
  for (const idLength of [8, 36, 200]) {
    const all = waiting(14_000, idLength);
    const clips = new Map<number, ActiveClip>();
    let taken = 0;
    while (taken < all.length && !isFull(clips, [])) {
      for (const clip of all.slice(taken, taken + 250)) clips.set(clip.row, clip);
      taken += 250;
    }
    // Those that an earlier round left at the vendor come on top.
    for (const clip of waiting(3000, idLength)) clips.set(clip.row + 1e8, clip);
    expect(bytes(toCarry({ ...empty, clips: [...clips.values()] }))).toBeLessThan(
      MOST_BYTES * 0.95,
    );
    expect(taken).toBeGreaterThanOrEqual(idLength > 36 ? 3500 : 9000);
  }
});

test('outcomes that could not be recorded yet are carried, with shorter messages if need be', () => {
  const clips = waiting(4000, 36);
  const alike = clips.map(fails(() => 'x'.repeat(300)));
  const same = toCarry({ ...empty, unrecorded: alike });
  expect(bytes(same)).toBeLessThan(MOST_BYTES / 4);
  expect(new BatchState(inputOf(same), 0).unrecorded).toEqual(alike);
  const differ = toCarry({
    ...empty,
    clips,
    unrecorded: clips.map(fails((n) => `${n} `.repeat(60))),
  });
  expect(bytes(differ)).toBeLessThan(MOST_BYTES);
});

test('a small state is carried as workers of 0.1.0 read it', () => {
  const state = { ...empty, clips: waiting(2500, 36) };
  expect(toCarry(state)).toBe(state);
});

function inputOf(carried: unknown): ScoreBatchInput {
  return { rows: { count: 5 }, carried: sent(carried) } as ScoreBatchInput;
}
