// How manifests and clips are reached.
import type { WorkerConfig } from '../config/simulated.js';
import { createGuardedFetch, type GuardedFetch } from '../net/guarded-fetch.js';
import { createBucketFetch } from '../store/bucket/bucket-fetch.js';
import { openBuckets, type Buckets } from '../store/bucket/buckets.js';
import { storeOpener } from '../store/open-store.js';
import type { OpenStore } from '../store/store.js';
import type { HeaderForHost } from './manifest-file.js';

/** For `openManifest`. */
export function manifestNetwork(config: WorkerConfig): {
  fetch: () => GuardedFetch;
  buckets: () => Buckets;
  header?: HeaderForHost;
} {
  const { manifestHeader } = config;
  return {
    fetch: () => {
      const { clipFetch, close } = openClipNetwork(config);
      return { request: (link, options) => clipFetch.request(link, options), close };
    },
    buckets: () => bucketsOf(config),
    ...(manifestHeader && {
      header: { ...manifestHeader, value: manifestHeader.value.reveal() },
    }),
  };
}

export interface ClipNetwork {
  /** For web links alone. */
  fetch: GuardedFetch;
  /** For links of clips; see `createBucketFetch`. */
  clipFetch: GuardedFetch;
  buckets: Buckets;
  close: () => Promise<void>;
}

export function openClipNetwork(config: WorkerConfig): ClipNetwork {
  const { s3Endpoint: endpoint } = config;
  const fetch = webFetch(config);
  const buckets = bucketsOf(config);
  const clipFetch = createBucketFetch(fetch, buckets, endpoint);
  return {
    ...{ fetch, clipFetch, buckets },
    close: async () => {
      await Promise.all([clipFetch.close(), fetch.close()]);
    },
  };
}

/** For buckets alone. */
export function bucketsOf({ s3Endpoint: endpoint }: WorkerConfig): Buckets {
  return openBuckets({ ...(endpoint !== undefined && { endpoint }) });
}

/** Opens folders, and places in buckets. */
export function storesOf({ s3Endpoint: endpoint }: Pick<WorkerConfig, 's3Endpoint'>): OpenStore {
  return storeOpener({ ...(endpoint !== undefined && { endpoint }) });
}

function webFetch({ allowHosts, hostAliases }: WorkerConfig): GuardedFetch {
  return createGuardedFetch({ allowHosts, ...(hostAliases && { hostAliases }) });
}
