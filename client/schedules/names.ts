// Names of schedules. They are one list for the whole namespace, as batch ids are: a batch is called
// after its schedule, so two accounts cannot both have a schedule `nightly`.
import { ACCOUNT_PREFIX } from '../../contract/names.js';
import { safeName } from '../../manifests/batch-id.js';
import { ReelscoreError } from '../errors.js';

const ID_PREFIX = 'reelscore-schedule-';

/**
 * Temporal adds `-2026-11-24T01:00:00Z` to the name of each batch, 21 characters, and the folder of its
 * results may have 60.
 */
const MAX_NAME_CHARS = 38;

/** Id of a schedule on the server. */
export function scheduleIdOf(name: string): string {
  return `${ID_PREFIX}${name}`;
}

/** Undefined if the id is not one of ours. */
export function scheduleNameOf(scheduleId: string): string | undefined {
  return scheduleId.startsWith(ID_PREFIX) ? scheduleId.slice(ID_PREFIX.length) : undefined;
}

/** @throws ReelscoreError `schedule_name_invalid` */
export function checkScheduleName(name: string): string {
  const shown = `the name ${JSON.stringify(name)} cannot be used`;
  if (name.startsWith(ACCOUNT_PREFIX)) {
    throw invalid(
      `${shown}: batches are called after it, and ids that begin with ${ACCOUNT_PREFIX} are those of accounts (choose another)`,
    );
  }
  const safe = safeName(name)
    .slice(0, MAX_NAME_CHARS)
    .replace(/[._-]+$/, '');
  if (safe === name) return name;
  throw invalid(
    `${shown} (write letters, digits and ._-, at most ${MAX_NAME_CHARS} of them, such as ${safe})`,
  );
}

function invalid(message: string): ReelscoreError {
  return new ReelscoreError('schedule_name_invalid', message);
}
