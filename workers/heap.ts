// How much garbage a process keeps.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Old objects may grow by this share of what a collection left, until the next one. By itself V8 lets
 * them grow up to fourfold where memory is plentiful: a worker with 55 MB in use held 330 MB of them
 * after some minutes. Costs about 2% of a busy worker's CPU.
 */
const GROWTH_PERCENT = 50;

/** Has V8 collect garbage early from now on, in all threads of this process. Takes some 50 ms. */
export function collectEarly(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  // Each collection sets the bound for the next one: what has begun with a wide one keeps it until then.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
