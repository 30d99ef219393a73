import { createHash } from 'node:crypto';

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: string): () => number {
  let drawn = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed} ${(drawn += 1)}`);
    return digest.digest().readUInt32BE(0) / 2 ** 32;
  };
}

/** So many of the whole numbers from `first` to `last`, all different, in order. */
export function drawMoments(seed: string, count: number, first: number, last: number): number[] {
  if (last - first + 1 < count)
    throw new Error(`there are no ${count} numbers in ${first}-${last}`);
  const random = randomFrom(seed);
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(first + Math.floor(random() * (last - first + 1)));
  return [...drawn].sort((a, b) => a - b);
}
