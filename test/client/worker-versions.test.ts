// What doctor says of workers' versions.
import { describe, expect, test } from 'vitest';
import { idleVersions } from '../../client/doctor/worker-versions.js';

const version = (buildId: string) => ({ deploymentName: 'studio', buildId });
const [one, two] = [version('one'), version('two')];

describe('workers and the version that is current', () => {
  test.each([
    { name: 'no versions', taking: [undefined], asking: [undefined] },
    { name: 'the current one', taking: [one], asking: [two, one] },
    { name: 'the one that is ramped up', taking: [one, two], asking: [two] },
    { name: 'without a version beside ones with', taking: [undefined], asking: [one, undefined] },
  ])('$name: nothing to say', ({ taking, asking }) => {
    expect(idleVersions('main', { taking, asking })).toBeUndefined();
  });

  test.each([
    {
      ...{ name: 'none is current', taking: [undefined], asking: [one] },
      found: 'go to workers without a version, and only such of the version one of studio run',
      advice: 'set-current-version --deployment-name studio --build-id one',
    },
    {
      ...{ name: 'another is current', taking: [two], asking: [one] },
      found: 'of the version two of studio, and only such of the version one of studio run',
      advice: 'start workers of the version two of studio',
    },
    {
      ...{ name: 'workers have none', taking: [two], asking: [undefined] },
      found: 'of the version two of studio, and only such without a version run',
      advice: 'REELSCORE_BUILD_ID',
    },
  ])('$name: a warning', ({ taking, asking, found, advice }) => {
    const finding = idleVersions('main', { taking, asking });
    expect(finding?.verdict).toBe('warning');
    expect(finding?.found).toContain(found);
    expect(JSON.stringify(finding)).toContain(advice);
  });
});
