/** What a worker serves: what reads clips and makes videos can run on other machines than submitting. */
export type Serves = 'all' | 'scoring' | 'probing' | 'mixing';

export const SERVES = ['all', 'scoring', 'probing', 'mixing'] as const satisfies Serves[];
