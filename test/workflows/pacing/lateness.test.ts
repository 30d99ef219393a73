import { expect, test } from 'vitest';
import { Lateness } from '../../../workflows/pacing/lateness.js';

test('a submission may be late by a tenth of a second, at a fast pace by more', () => {
  const lateness = new Lateness();
  expect(lateness.notAfter(1000, 1)).toBe(1100);
  expect(lateness.notAfter(1000, 20)).toBe(1100);
  expect(lateness.notAfter(1000, 200)).toBe(2000);
});

test('L1: waves of late submissions double the patience until none is late', () => {
  const lateness = new Lateness();
  const seen = [];
  for (let now = 0; now < 6000; now += 1000) {
    seen.push(lateness.notAfter(0, 1));
    for (let n = 0; n < 40; n++) lateness.late(now, now + 500); // one wave
  }
  expect(seen).toEqual([100, 200, 400, 800, 1600, Number.MAX_SAFE_INTEGER]);
});

test('submissions in time end the patience', () => {
  const lateness = new Lateness();
  lateness.late(0, 0);
  expect(lateness.notAfter(0, 1)).toBe(200);
  for (let n = 0; n < 100; n++) lateness.inTime();
  expect(lateness.notAfter(0, 1)).toBe(100);
});
