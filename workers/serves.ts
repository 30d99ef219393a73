/** What a worker serves: looking into clips can run on other machines than submitting. */
export type Serves = 'all' | 'scoring' | 'probing';

export const SERVES = ['all', 'scoring', 'probing'] as const satisfies Serves[];
