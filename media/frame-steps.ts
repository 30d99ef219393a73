// Derives a frame rate from the times between pictures. Pure.

/** Pictures before a rate is given. */
const MIN_STEPS = 8;

/** Seconds a step may differ from the usual one: many writers round to milliseconds. */
const STEP_MARGIN = 0.0025;

/** Share of the steps, and of their time, that may be others where pictures are missing. */
const MAX_ODD = 0.1;

export interface StepRate {
  frameRate: number;
  variableFrameRate: boolean;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Timestamps cannot show more. */
export function toThousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

export function median(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/**
 * The rate of pictures that follow one another in these steps.
 * @param steps in seconds
 * @returns undefined if there are too few to tell
 */
export function rateOfSteps(steps: readonly number[]): StepRate | undefined {
  const usual = median(steps);
  if (usual === undefined || usual <= 0 || steps.length < MIN_STEPS) return undefined;
  const alike = steps.filter((step) => Math.abs(step - usual) <= STEP_MARGIN);
  const total = sum(steps);
  const odd = Math.max(1 - alike.length / steps.length, 1 - sum(alike) / total);
  const variableFrameRate = odd > MAX_ODD;
  const frameRate = variableFrameRate ? steps.length / total : alike.length / sum(alike);
  return { frameRate: toThousandths(frameRate), variableFrameRate };
}
