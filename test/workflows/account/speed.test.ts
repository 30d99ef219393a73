import { describe, expect, test } from 'vitest';
import { fullSpeed, slowDown, speedUp } from '../../../workflows/account/speed.js';

const busy = (moment: number, retryAfterMs?: number) => ({
  ...{ class: 'throttled' as const, code: 'http_429', message: 'slow down', moment },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

describe('T1: a throttled answer', () => {
  test('holds for as long as the vendor asked, at the same rate', () => {
    const speed = fullSpeed();
    slowDown(speed, busy(0, 5000), 1000);
    expect(speed).toMatchObject({ holdUntil: 6000, factor: 1, reason: 'http_429 slow down' });
  });

  test('without a time of its own holds 1 s and halves the rate, doubling with each in a row', () => {
    const speed = fullSpeed();
    slowDown(speed, busy(0), 1000);
    expect(speed).toMatchObject({ holdUntil: 2000, factor: 1 / 2 });
    slowDown(speed, busy(2000), 2500);
    expect(speed).toMatchObject({ holdUntil: 4500, factor: 1 / 4 });
  });

  test('again after a hold that the vendor asked for halves the rate', () => {
    const speed = fullSpeed();
    slowDown(speed, busy(0, 1000), 0);
    slowDown(speed, busy(1000, 1000), 1100);
    expect(speed.factor).toBe(1 / 2);
  });

  test('to a submission given out before the slowdown counts for that one', () => {
    const speed = fullSpeed();
    slowDown(speed, busy(900), 1000);
    slowDown(speed, busy(950), 1050);
    expect(speed).toMatchObject({ holdUntil: 2000, factor: 1 / 2 });
  });

  test('never holds longer than a minute, nor takes more than fifteen sixteenths', () => {
    const speed = fullSpeed();
    let now = 0;
    for (let wave = 0; wave < 20; wave++) {
      slowDown(speed, busy(now), now);
      expect(speed.holdUntil - now).toBeLessThanOrEqual(60_000);
      now = speed.holdUntil;
    }
    expect(speed.factor).toBe(1 / 16);
  });

  test('of a vendor that cannot be reached holds without halving', () => {
    const speed = fullSpeed();
    slowDown(speed, { ...busy(0), code: 'network_refused' }, 0);
    expect(speed).toMatchObject({ holdUntil: 1000, factor: 1 });
    expect(speed.nextStep).toBeUndefined();
  });

  test('long after the last begins a new row', () => {
    const speed = fullSpeed();
    slowDown(speed, busy(0), 0);
    slowDown(speed, busy(60_000), 60_000);
    expect(speed.holdUntil).toBe(61_000);
  });
});

test('the rate goes back up in steps to what is configured, and stays there', () => {
  const speed = fullSpeed();
  slowDown(speed, busy(0), 0);
  const factors = [];
  for (let now = 0; now <= 60_000; now += 5000) {
    speedUp(speed, now);
    factors.push(speed.factor);
  }
  expect(factors).toEqual([...factors].sort((a, b) => a - b));
  expect(new Set(factors)).toEqual(new Set([0.5, 0.625, 0.75, 0.875, 1]));
  expect(speed.nextStep).toBeUndefined();
});
