// How the cost of some work grows, as a proportion: what a slow or busy machine does not change.

/**
 * Processor time of the work for `factor * size` in proportion to that for `size`: about `factor` where
 * it is linear, its square where it is quadratic. The least of three tries each.
 */
export async function growthOf(
  work: (size: number) => unknown,
  size: number,
  factor: number,
): Promise<number> {
  await work(size); // compiled by now
  const small = await leastCpu(() => work(size));
  const large = await leastCpu(() => work(size * factor));
  return large / Math.max(small, 1_000);
}

/** In microseconds. */
async function leastCpu(work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
