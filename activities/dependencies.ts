import type { Webhook } from 'standardwebhooks';
import type { CallbackTarget } from '../contract/callback.js';
import type { ProbeVerdict } from '../media/verdict.js';
import type { GuardedFetch } from '../net/guarded-fetch.js';
import type { OpenStore } from '../store/store.js';
import type { TomovieeClient } from '../tomoviee/client.js';
import type { ClipDelivery } from './clip-delivery.js';
import type { DownloadLimits } from './download-limits.js';

/** What the activities depend on; composed by a worker. */
export interface ActivityDependencies {
  openStore: OpenStore;
  vendor: Pick<TomovieeClient, 'submit' | 'queryTask'>;
  /** Probes a clip. */
  probe: (fileLink: string, signal: AbortSignal) => Promise<ProbeVerdict>;
  /** Fetches soundtracks and sends notifications; refuses private addresses. */
  fetch: GuardedFetch;
  /** For clips: `s3:` links as well. */
  clipFetch: GuardedFetch;
  /** Default: `DOWNLOAD_LIMITS`. */
  downloadLimits?: DownloadLimits;
  /** How the vendor reaches clips. */
  delivery: ClipDelivery;
  /** The callback URL for a POST, or undefined if no callback can arrive. */
  callbackUrl: (target: CallbackTarget) => string | undefined;
  /** Opens a sealed link or a reference (contract/secret-link.ts); throws if it cannot. */
  openLink?: (text: string) => string;
  /** Signs notifications; absent if there is no secret to sign with. */
  webhook?: Pick<Webhook, 'sign'>;
  /** What so many submissions cost, with the currency, if a price is set. */
  costText?: (submissions: number) => string;
  /** Page of a batch, if it is served under a name that others know. */
  pageUrl?: (batch: string) => string;
  /** Page of a workflow in Temporal's web UI, if the UI's address is known. */
  uiUrl?: (workflowId: string) => string | undefined;
}
