import { expect, test } from 'vitest';
import { nearestName } from '../../manifests/nearest.js';

const names = ['rate', 'burst', 'maxInFlight', 'pollInterval'];

test.each([
  ['rte', 'rate'],
  ['Rate', 'rate'],
  ['max-in-flight', 'maxInFlight'],
  ['max_inflight', 'maxInFlight'],
  ['poolIntervall', 'pollInterval'],
  ['colour', undefined],
  ['', undefined],
])('%j is near %j', (word, expected) => {
  expect(nearestName(word, names)).toBe(expected);
});
