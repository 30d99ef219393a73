// Whether the workers that run get new batches, where workers have versions. Pure.
import type { WorkerVersion, WorkerVersions } from '../temporal-calls.js';
import { warning, type DoctorFinding } from './finding.js';

/** A warning, unless one of the workers that have asked has a version that takes new batches. */
export function idleVersions(
  account: string,
  { taking, asking }: WorkerVersions,
): DoctorFinding | undefined {
  const names = taking.map(nameOf);
  if (asking.some((version) => names.includes(nameOf(version)))) return undefined;
  const [current] = taking;
  const running = asking.find((version) => version !== undefined);
  const advice = [
    running &&
      `make what runs the current version: temporal worker deployment set-current-version --deployment-name ${running.deploymentName} --build-id ${running.buildId}`,
    current
      ? `start workers of the ${nameOf(current)} (REELSCORE_DEPLOYMENT, REELSCORE_BUILD_ID)`
      : 'start workers without REELSCORE_DEPLOYMENT',
  ].filter((text) => text !== undefined);
  return warning(
    'Worker',
    `new batches of the account ${account} go to workers ${ofVersion(current)}, and only such ${ofVersion(running)} run`,
    advice.join(', or '),
  );
}

function ofVersion(version: WorkerVersion): string {
  return version ? `of the ${nameOf(version)}` : 'without a version';
}

function nameOf(version: WorkerVersion): string {
  return version ? `version ${version.buildId} of ${version.deploymentName}` : '';
}
