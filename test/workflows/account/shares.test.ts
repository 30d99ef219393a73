import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shareOut, turnOf } from '../../../workflows/account/shares.js';

const claim = (batch: string, weight: number, wants = Infinity) => ({ batch, weight, wants });

describe('shares', () => {
  test('are as the weights, and what one does not want goes to the others', () => {
    expect(shareOut(20, [claim('a', 4), claim('b', 1)])).toEqual(
      new Map([
        ['a', 16],
        ['b', 4],
      ]),
    );
    expect(shareOut(20, [claim('a', 4, 2), claim('b', 1)])).toEqual(
      new Map([
        ['a', 2],
        ['b', 18],
      ]),
    );
  });

  test('never sum to more than there is, nor give more than is wanted, and leave nothing over', () => {
    const claims = fc.array(fc.record({ weight: fc.constantFrom(1, 4, 12), wants: fc.nat(40) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.nat(100), claims, (total, list) => {
        const all = list.map(({ weight, wants }, i) => claim(`b${i}`, weight, wants));
        const shares = shareOut(total, all);
        const given = [...shares.values()].reduce((sum, share) => sum + share, 0);
        const wanted = all.reduce((sum, { wants }) => sum + wants, 0);
        expect(given).toBe(Math.min(total, wanted));
        for (const { batch, wants } of all) expect(shares.get(batch)).toBeLessThanOrEqual(wants);
        // Nobody who wants one goes without while there are units for all.
        const wanting = all.filter(({ wants }) => wants > 0);
        if (total >= wanting.length) {
          for (const { batch } of wanting) expect(shares.get(batch)).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('a turn of moments', () => {
  test('has each batch as often as its weight, evenly', () => {
    expect(turnOf([claim('a', 12), claim('b', 4)])).toEqual(['a', 'a', 'b', 'a']);
    expect(turnOf([claim('a', 4), claim('b', 4)])).toEqual(['a', 'b']);
    expect(turnOf([claim('a', 1)])).toEqual(['a']);
    expect(turnOf([])).toEqual([]);
  });
});
