// How the vendor reaches a clip.
import type { ActivityDependencies } from '../activities/dependencies.js';
import type { WorkerConfig } from '../config/simulated.js';
import { isWebLink } from '../manifests/file-link.js';
import { clipUrl } from '../tomoviee/serving/clip-url.js';

/** A clip at a URL is there for the vendor as well; one on this machine is served by the receiver. */
export function clipUrls(
  { callbacks: { publicUrl }, taskTimeoutMs }: WorkerConfig,
  secret: string,
): ActivityDependencies['clipUrl'] {
  return ({ fileLink }, target) => {
    if (isWebLink(fileLink)) return fileLink;
    if (publicUrl === undefined) {
      // Nothing is lost: the activity is tried again until a worker has one.
      throw new Error(
        'clips on this machine cannot be served: REELSCORE_CALLBACK_URL is not set for this worker (set it)',
      );
    }
    return clipUrl(publicUrl, { ...target, expiresAt: Date.now() + taskTimeoutMs }, secret);
  };
}
