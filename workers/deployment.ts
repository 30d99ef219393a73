// Which version of the workers this process is, where deployments have versions.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import type { ResolvedConfig } from '../config/config.js';
import { packageVersion } from '../config/version.js';

/**
 * Options of every task queue's worker in this process: activities of a batch then stay with its version too.
 * Batches stay with the version that they began on until they continue as new (workflows/history-bounds.ts).
 * @param bundle path of the workflow bundle, of which the version is named by default
 */
export function deploymentOf(
  { deployment }: Pick<ResolvedConfig, 'deployment'>,
  bundle: string,
): { workerDeploymentOptions?: WorkerDeploymentOptions } {
  if (!deployment) return {};
  const { name: deploymentName, buildId = ownBuildId(bundle) } = deployment;
  return {
    workerDeploymentOptions: {
      ...{ useWorkerVersioning: true, version: { deploymentName, buildId } },
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

/** The package's version and a digest of its workflows, such as `0.1.0-3f2a9c0b1d4e`. */
function ownBuildId(bundle: string): string {
  const digest = createHash('sha256').update(readFileSync(bundle)).digest('hex');
  return `${packageVersion()}-${digest.slice(0, 12)}`;
}
