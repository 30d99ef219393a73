// How manifests are brought here.
import type { WorkerConfig } from '../config/simulated.js';
import { createGuardedFetch, type GuardedFetch } from '../net/guarded-fetch.js';
import type { HeaderForHost } from './manifest-file.js';

/** For `openManifest`. */
export function manifestNetwork({ allowHosts, hostAliases, manifestHeader }: WorkerConfig): {
  fetch: () => GuardedFetch;
  header?: HeaderForHost;
} {
  return {
    fetch: () => createGuardedFetch({ allowHosts, ...(hostAliases && { hostAliases }) }),
    ...(manifestHeader && {
      header: { ...manifestHeader, value: manifestHeader.value.reveal() },
    }),
  };
}
