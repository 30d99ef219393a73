import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRIORITIES } from '../../../contract/account.js';
import { worstOverrun } from '../../../bench/support/windows.js';
import { mostInFlight, runModel, type ModelBatch } from './account-model.js';

const EPSILON = 1e-6;
const steady = (ms: number) => () => ms;
const pace = (ratePerSecond: number, burst = 1, maxInFlight = 1000) => ({
  ratePerSecond,
  burst,
  maxInFlight,
});
const batch = (name: string, more: Partial<ModelBatch> = {}): ModelBatch => ({
  ...{ name, priority: 'normal', startsAt: 0, clips: 100_000 },
  ...more,
});

const arbitraryBatches = fc
  .array(
    fc.record({
      priority: fc.constantFrom(...PRIORITIES),
      startsAt: fc.integer({ min: 0, max: 60_000 }),
      clips: fc.integer({ min: 1, max: 150 }),
      slow: fc.option(fc.integer({ min: 5000, max: 60_000 }), { nil: undefined, freq: 3 }),
      diesAt: fc.option(fc.integer({ min: 1000, max: 60_000 }), { nil: undefined, freq: 5 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((list) =>
    list.map(({ diesAt, slow, ...spec }, i) => ({
      ...{ ...spec, name: `batch-${i}` },
      ...(slow !== undefined && { taskMs: () => slow }),
      ...(diesAt !== undefined && { diesAt: spec.startsAt + diesAt }),
    })),
  );

/** The same numbers again and again, as an unlucky machine would have them. */
const cycle = (values: number[]): (() => number) => {
  let next = 0;
  return () => values[next++ % values.length]!;
};
const durations = (min: number, max: number) =>
  fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 20 });

describe('an account and its batches', () => {
  test('P1, G1: never more than rate x window + burst, nor more tasks than the cap, whatever the timing', () => {
    fc.assert(
      fc.property(
        arbitraryBatches,
        fc.constantFrom(0.5, 1, 5, 20),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 30 }),
        durations(100, 8000),
        durations(1, 900),
        (batches, rate, burst, cap, tasks, delays) => {
          const { submissions } = runModel({
            ...{ pace: pace(rate, burst, cap), batches, until: 300_000 },
            ...{ taskMs: cycle(tasks), delayMs: cycle(delays) },
          });
          const times = submissions.map(({ at }) => at);
          expect(worstOverrun(times, { ratePerSecond: rate, burst })).toBeLessThanOrEqual(EPSILON);
          // Nobody knows of the tasks that a dead batch has left at the vendor.
          if (batches.every((spec) => !('diesAt' in spec))) {
            expect(mostInFlight(submissions)).toBeLessThanOrEqual(cap);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('every clip of a batch that lives is submitted', () => {
    fc.assert(
      fc.property(arbitraryBatches, durations(1, 900), (batches, delays) => {
        const { submissions } = runModel({
          ...{ pace: pace(20, 1, 10), batches, until: 3_600_000 },
          ...{ taskMs: steady(400), delayMs: cycle(delays) },
        });
        for (const { name, clips, ...spec } of batches) {
          if ('diesAt' in spec) continue;
          expect(submissions.filter((one) => one.batch === name)).toHaveLength(clips);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('the rate is reached to within 1% by batches together, at a message now and then', () => {
    for (const rate of [0.5, 1, 5, 20]) {
      const batches = [
        batch('a'),
        batch('b', { priority: 'urgent' }),
        batch('c', { startsAt: 7000 }),
      ];
      const { submissions, messages } = runModel({
        ...{ pace: pace(rate), batches, until: 120_000 },
        ...{ taskMs: steady(4000), delayMs: steady(40) },
      });
      const times = submissions.map(({ at }) => at).filter((at) => at >= 15_000 && at < 105_000);
      expect(times.length).toBeGreaterThanOrEqual(rate * 90 * 0.99 - 1);
      expect(messages).toBeLessThan(30);
    }
  });

  test.each([
    ['whose tasks end seldom', [120_000]],
    ['whose tasks end now and then', [20_000, 25_000, 31_000, 38_000]],
    ['whose tasks end all at once', [60_000]],
    ['whose tasks take ten seconds', [9000, 10_000, 11_000]],
  ])('moments of a batch %s, with its slots full, are used by others', (_, tasks) => {
    for (const rate of [1, 4, 20]) {
      const { submissions, messages } = runModel({
        pace: pace(rate, 1, 3 * rate + 12),
        batches: [
          batch('slow', { priority: 'urgent', taskMs: cycle(tasks) }),
          batch('quick', { startsAt: 1000 }),
        ],
        ...{ until: 400_000, taskMs: steady(50), delayMs: steady(40) },
      });
      const times = submissions.map(({ at }) => at).filter((at) => at >= 40_000 && at < 390_000);
      expect(times.length / 350 / rate).toBeGreaterThan(0.85);
      expect(messages / 400).toBeLessThan(1);
      const kept = submissions.filter(
        ({ batch: of, at, endedAt }) => of === 'slow' && at < 300_000 && endedAt >= 300_000,
      );
      // And it keeps its slots full, as far as its part of the rate allows.
      const most = Math.min(0.75 * (3 * rate + 12), (0.75 * rate * Math.min(...tasks)) / 1000);
      expect(kept.length).toBeGreaterThan(most * 0.8);
      expect(worstOverrun(times, { ratePerSecond: rate, burst: 1 })).toBeLessThanOrEqual(EPSILON);
    }
  });

  test('a change of owners loses no moment', () => {
    const { submissions } = runModel({
      pace: pace(10),
      batches: [
        batch('a', { priority: 'urgent' }),
        batch('b', { startsAt: 10_000 }),
        batch('c', { startsAt: 20_000, clips: 40 }),
      ],
      ...{ until: 60_000, taskMs: steady(1000), delayMs: steady(300) },
    });
    const gaps = submissions.slice(1).map(({ at }, i) => at - submissions[i]!.at);
    // The first owner of all has moved its moments; from then on they are a grid.
    expect(
      Math.max(...gaps.filter((gap) => gap > 100 + EPSILON).map(Math.round), 0),
    ).toBeLessThanOrEqual(200);
    expect(gaps.filter((gap) => gap > 150).length).toBeLessThanOrEqual(3);
  });

  test('a batch alone needs no message for its clips', () => {
    const { submissions, messages } = runModel({
      ...{ pace: pace(20, 1, 20), batches: [batch('a', { clips: 2000 })], until: 3_600_000 },
      ...{ taskMs: steady(700), delayMs: steady(40) },
    });
    expect(submissions).toHaveLength(2000);
    expect(messages).toBeLessThan(5);
  });

  test('shares of batches that want more are as their weights', () => {
    const batches = [
      batch('u', { priority: 'urgent' }),
      batch('n'),
      batch('b', { priority: 'background' }),
    ];
    const { submissions } = runModel({
      ...{ pace: pace(10), batches, until: 200_000 },
      ...{ taskMs: steady(100), delayMs: steady(20) },
    });
    const count = (name: string): number =>
      submissions.filter(({ batch: of, at }) => of === name && at > 20_000).length;
    expect(count('u') / count('n')).toBeCloseTo(3, 1);
    expect(count('n') / count('b')).toBeCloseTo(4, 1);
  });

  test.each([1, 5, 20])(
    'an urgent batch of ten behind a library waits for what is given out, at most 3 s and a message, at %d/s',
    (rate) => {
      const { submissions } = runModel({
        pace: pace(rate),
        batches: [
          batch('library'),
          batch('urgent', { priority: 'urgent', startsAt: 60_000, clips: 10 }),
        ],
        ...{ until: 120_000, taskMs: steady(4000), delayMs: steady(50) },
      });
      const urgent = submissions.filter(({ batch: of }) => of === 'urgent');
      expect(urgent).toHaveLength(10);
      expect(urgent[0]!.at - 60_000).toBeLessThanOrEqual(3200);
      const during = submissions.filter(
        ({ batch: of, at }) => of === 'library' && at > 60_000 && at < urgent.at(-1)!.at,
      );
      expect(during.length).toBeGreaterThan(0);
    },
  );

  test('a full account makes room for an urgent batch with the next tasks that end', () => {
    const { submissions } = runModel({
      pace: pace(50, 1, 20),
      batches: [
        batch('library'),
        batch('urgent', { priority: 'urgent', startsAt: 60_000, clips: 10 }),
      ],
      ...{ until: 120_000, taskMs: cycle([3000, 4000, 5000, 6000]), delayMs: steady(50) },
    });
    const first = submissions.find(({ batch: of }) => of === 'urgent')!;
    expect(first.at - 60_000).toBeLessThanOrEqual(3000);
    expect(mostInFlight(submissions)).toBe(20);
  });

  test('what a batch cannot use goes to the others, and the share of a dead one returns', () => {
    const { submissions } = runModel({
      pace: pace(10, 1, 20),
      batches: [
        batch('a'),
        batch('small', { clips: 5, startsAt: 20_000 }),
        batch('dies', { startsAt: 30_000, diesAt: 60_000 }),
      ],
      ...{ until: 200_000, taskMs: steady(1000), delayMs: steady(30) },
    });
    const rateIn = (name: string, from: number, to: number): number =>
      submissions.filter(({ batch: of, at }) => of === name && at >= from && at < to).length /
      ((to - from) / 1000);
    expect(rateIn('a', 24_000, 29_000)).toBeGreaterThan(9.5);
    expect(rateIn('a', 40_000, 55_000)).toBeCloseTo(5, 0);
    expect(rateIn('a', 125_000, 195_000)).toBeGreaterThan(9.8);
  });

  test('tuning takes effect at once and keeps both limits', () => {
    const { submissions } = runModel({
      pace: pace(5, 1, 20),
      batches: [batch('a'), batch('b')],
      tunings: [
        { at: 40_000, pace: { ratePerSecond: 20 } },
        { at: 80_000, pace: { maxInFlight: 6 } },
      ],
      ...{ until: 120_000, taskMs: steady(500), delayMs: steady(30) },
    });
    const between = (from: number, to: number) =>
      submissions.filter(({ at }) => at >= from && at < to);
    expect(between(10_000, 40_000).length / 30).toBeCloseTo(5, 0);
    expect(between(45_000, 75_000).length / 30).toBeCloseTo(20, 0);
    const tuned = between(45_000, 75_000).map(({ at }) => at);
    expect(worstOverrun(tuned, { ratePerSecond: 20, burst: 1 })).toBeLessThanOrEqual(EPSILON);
    expect(mostInFlight(between(82_000, 120_000))).toBe(6);
  });
});
