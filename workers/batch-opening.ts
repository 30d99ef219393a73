// What a worker opens batches with.
import path from 'node:path';
import { realpathSync } from 'node:fs';
import type { Intake, UncheckedRequest } from '../intake/open-batch.js';
import { manifestNetwork, storesOf } from '../intake/network.js';
import { createThreadReader } from '../manifests/read-in-thread.js';
import { ReelscoreError } from '../contract/errors.js';
import { attributesRegistered, type AttributeServer } from '../temporal/attributes.js';
import { ConfigError } from '../config/config-error.js';
import { batchOptionsOf, withSettings } from '../config/config.js';
import type { WorkerConfig } from '../config/simulated.js';
import type { OpenedTemporal } from '../temporal/connection.js';
import { distFile } from '../config/paths.js';
import { sealedNotify, type LinkSeal } from '../intake/link-seal.js';
import { notifyLink } from '../config/setting-values.js';

export function intakeOf(
  config: WorkerConfig,
  { namespace, embedded }: Pick<OpenedTemporal, 'namespace'> & Partial<OpenedTemporal>,
  connection: AttributeServer,
  links: LinkSeal,
): Intake {
  return {
    account: config.account,
    reach: config,
    ...(embedded && { home: realpathSync(config.home) }),
    resultsFolder: path.resolve('results'),
    openStore: storesOf(config),
    readManifest: createThreadReader({ threadFile: distFile('manifests/reader-thread.js') }),
    ...manifestNetwork(config),
    openLink: (link) => links.open(link),
    optionsFor({ settings = {}, again }) {
      try {
        const { notify, ...options } = batchOptionsOf(withSettings(config, settings), again);
        // The answer stands in the batch's history.
        return {
          ...options,
          ...(notify && { notify: { url: sealedNotify(links.seal, notify.url) } }),
        };
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const faults = error.faults.join('; ');
        throw new ReelscoreError('request_invalid', `the request cannot be met: ${faults}`, {
          cause: error,
        });
      }
    },
    readingFor: ({ settings = {} }) => {
      const { prompt, map, sheet, fit, takes } = withSettings(config, settings);
      return { prompt, map, sheet, excerpts: fit !== undefined, takes };
    },
    notificationUrl(request) {
      const url = notificationUrlOf(request, config);
      return url === undefined ? undefined : sealedNotify(links.seal, url);
    },
    hasAttributes: () => attributesRegistered(connection, namespace),
  };
}

/** A malformed request or setting is itself one of the faults to report. */
function notificationUrlOf(request: UncheckedRequest, config: WorkerConfig) {
  try {
    const url = request?.settings?.notify;
    if (url !== undefined) return notifyLink(url);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return config.notifications.url;
}
