/** What a worker serves: probing can run on other machines than submitting. */
export type Serves = 'all' | 'scoring' | 'probing';

export const SERVES = ['all', 'scoring', 'probing'] as const satisfies Serves[];
