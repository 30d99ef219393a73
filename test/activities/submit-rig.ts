// What submitClip works with: the simulator over HTTP, and workers on one batch.
import { vi } from 'vitest';
import type { ActivityDependencies } from '../../activities/index.js';
import { SubmissionJournal } from '../../activities/submission-journal.js';
import type { BatchActivities, SubmitClipInput } from '../../contract/activities.js';
import type { Simulator } from '../../tomoviee/simulator/simulator.js';
import { openLocalStore } from '../../store/local-store.js';
import type { OpenStore, Store } from '../../store/store.js';
import { simulate } from '../tomoviee/simulator/support.js';
import { frozenBatch, manifestOf, vendorAt, workerOf } from './support.js';

export interface Rig {
  simulator: Simulator;
  store: Store;
  input: SubmitClipInput;
  /** A further worker on the same batch. */
  worker: (deps?: Partial<ActivityDependencies>) => BatchActivities;
}

const LATER = Number.MAX_SAFE_INTEGER;

export async function rig(manifest = manifestOf(1)): Promise<Rig> {
  const simulator = await simulate();
  const { location, store } = await frozenBatch(manifest);
  return {
    simulator,
    store,
    input: { store: location, round: 1, row: 0, attempt: 1, notBefore: 0, notAfter: LATER },
    worker: (deps) => workerOf({ vendor: vendorAt(simulator.url), ...deps }),
  };
}

/** Stores on whose disk the clock is at `time` as soon as an intent is written. Put the clock right afterwards. */
export function slowUntil(time: number): OpenStore {
  return (location) => {
    const store = openLocalStore(location);
    const append = store.append.bind(store);
    store.append = async (key, lines) => {
      await append(key, lines);
      vi.useFakeTimers({ toFake: ['Date'], now: time });
    };
    return store;
  };
}

/** The journal of a worker that is gone. */
export function journalOf(store: Store): SubmissionJournal {
  return new SubmissionJournal(store, 'earlier-worker');
}

/** The first try of what `input` asks for. */
export const POST = { round: 1, row: 0, attempt: 1, run: 'an-earlier-run', activityTry: 1 };
