import type { Webhook } from 'standardwebhooks';
import type { CallbackTarget } from '../contract/callback.js';
import type { ProbeVerdict } from '../media/verdict.js';
import type { GuardedFetch } from '../net/guarded-fetch.js';
import type { OpenStore } from '../store/store.js';
import type { TomovieeClient } from '../tomoviee/client.js';
import type { DownloadLimits } from './download-limits.js';

/** What the activities work with; a worker composes it. */
export interface ActivityDependencies {
  openStore: OpenStore;
  vendor: Pick<TomovieeClient, 'submit' | 'queryTask'>;
  /** Probes a clip. */
  probe: (fileLink: string, signal: AbortSignal) => Promise<ProbeVerdict>;
  /** Fetches soundtracks and sends notifications; refuses private addresses. */
  fetch: GuardedFetch;
  /** Default: `DOWNLOAD_LIMITS`. */
  downloadLimits?: DownloadLimits;
  /** The callback URL for a POST, or undefined where no callback can come. */
  callbackUrl: (target: CallbackTarget) => string | undefined;
  /** The link that a text stands for (contract/secret-link.ts); throws if it cannot be had. */
  openLink?: (text: string) => string;
  /** Signs notifications; absent where there is no secret to sign with. */
  webhook?: Pick<Webhook, 'sign'>;
  /** Page of a workflow in Temporal's web UI, if it is known where that is. */
  uiUrl?: (workflowId: string) => string | undefined;
}
