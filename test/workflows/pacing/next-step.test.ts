import { expect, test } from 'vitest';
import { randomOf } from '../../support/random.js';
import { nextStep, type Standing } from '../../../workflows/pacing/next-step.js';

const AT_WORK: Standing = {
  cancelling: false,
  settled: false,
  draining: false,
  quiet: false,
  signalNear: false,
};

test.each([
  ['work', {}],
  ['work', { quiet: true }],
  ['work', { cancelling: true }],
  ['work', { cancelling: true, draining: true, quiet: true }],
  ['drain', { draining: true }],
  ['drain', { draining: true, signalNear: true }],
  ['linger', { draining: true, quiet: true, signalNear: true }],
  ['continue', { draining: true, quiet: true }],
  ['end', { settled: true, quiet: true }],
  ['end', { settled: true, quiet: true, draining: true, signalNear: true }],
  ['end', { settled: true, quiet: true, cancelling: true }],
  ['drain', { settled: true, cancelling: true }],
] as const)('%s after %o', (step, changes) => {
  expect(nextStep({ ...AT_WORK, ...changes })).toBe(step);
});

test('B3: what comes at any turn of a drain is seen before the run ends', () => {
  for (let seed = 0; seed < 500; seed += 1) {
    const random = randomOf(seed);
    const turns = 1 + Math.floor(random() * 8);
    const cancelAt = Math.floor(random() * turns);
    const standing = { ...AT_WORK, draining: true };
    for (let turn = 0; turn < turns; turn += 1) {
      standing.quiet = random() < 0.5;
      standing.signalNear = random() < 0.5;
      standing.cancelling = turn >= cancelAt;
      const step = nextStep(standing);
      if (step === 'continue') expect(turn, `seed ${seed}`).toBeLessThan(cancelAt);
      if (turn >= cancelAt) expect(step, `seed ${seed}`).toBe('work');
    }
  }
});
