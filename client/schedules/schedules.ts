// Schedules: batches that the server starts by itself, at times of its own. What they do stands on the
// server; nothing of a schedule is kept here.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import { accountOf } from '../../contract/names.js';
import type { LinkSeal } from '../../intake/link-seal.js';
import type { StartContext } from '../context.js';
import { ReelscoreError } from '../errors.js';
import { sealFor, sealNotes } from '../seal-links.js';
import { changedSchedule, newSchedule } from './build.js';
import { clockChangeNotes } from './clock-changes.js';
import { checkScheduleName, scheduleIdOf, scheduleNameOf } from './names.js';
import { policyOf } from './overlap.js';
import { readSpan, readSpec, type ReadSpan, type ReadSpec } from './read-spec.js';
import type { BackfillSpan, Overlap, ScheduleChanges, ScheduleSpec } from './spec.js';
import { ownSchedule, scheduleStatus, type OwnSchedule, type ScheduleStatus } from './status.js';
import { triggerSchedule, type Triggered } from './trigger.js';

/** Last batches that a description tells of. */
const RESULTS = 5;

/** Descriptions asked for at one time. */
const LIST_CONCURRENCY = 8;

/** A schedule that was made or changed. */
export interface SavedSchedule extends ScheduleStatus {
  /** What may not be as it was meant, for people. */
  notes: string[];
}

/**
 * Makes, changes and tells of schedules. A schedule fires only while the server runs, and its batches
 * are scored only while a worker does.
 *
 * Every method may throw ReelscoreError `temporal_unreachable` or `temporal_refused`; those that take the
 * name of a schedule, `schedule_not_found`.
 */
export class Schedules {
  constructor(private readonly context: StartContext) {}

  /**
   * Makes a schedule, for the configured account and with the settings that the configuration gives.
   * @param name its batches are called `<name>-2026-11-24T01:00:00Z`
   * @throws ReelscoreError `schedule_name_invalid`, `schedule_invalid`, `schedule_exists`
   */
  async create(name: string, spec: ScheduleSpec): Promise<SavedSchedule> {
    checkScheduleName(name);
    const { temporal, config, cwd } = this.context;
    const given = readSpec(spec, cwd);
    const results = path.resolve(cwd, 'results');
    const seal = await this.#sealFor(given, { notify: config.notifications.url });
    const options = newSchedule(name, given, { config, results, seal });
    const token = randomUUID();
    try {
      await temporal.withSchedules((schedules) =>
        schedules.create({ ...options, memo: { token } }),
      );
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw refused(error);
      // A call whose answer was lost, and that was made again, finds its own schedule.
      const there = await this.#find(name);
      if (there?.description.memo?.['token'] !== token) throw existsError(name, there);
    }
    return this.#withNotes(await this.describe(name), given);
  }

  /** All schedules of the namespace that start batches, by name; of each, the last batch alone. */
  async list(): Promise<ScheduleStatus[]> {
    const { temporal } = this.context;
    const names = await temporal.withSchedules(async (schedules) => {
      const found: string[] = [];
      for await (const { scheduleId } of schedules.list()) {
        const name = scheduleNameOf(scheduleId);
        if (name !== undefined) found.push(name);
      }
      return found.sort();
    });
    const limit = pLimit(LIST_CONCURRENCY);
    const all = await Promise.all(
      names.map((name) =>
        limit(async () => {
          const own = await this.#find(name); // gone meanwhile, or not as ours are
          return own ? [await scheduleStatus(this.context, name, own, 1)] : [];
        }),
      ),
    );
    return all.flat();
  }

  /** What a schedule does, its next five times, and its last five batches. */
  async describe(name: string): Promise<ScheduleStatus> {
    return await scheduleStatus(this.context, name, await this.#get(name), RESULTS);
  }

  /**
   * Starts nothing until `resume`; a batch that runs goes on.
   * @param note why, for people
   */
  async pause(name: string, note = 'paused'): Promise<void> {
    await this.#get(name);
    await this.context.temporal.withSchedules((schedules) =>
      schedules.getHandle(scheduleIdOf(name)).pause(note),
    );
  }

  /** Goes on after a pause; what was due meanwhile is left out (see `backfill`). */
  async resume(name: string, note = 'resumed'): Promise<void> {
    await this.#get(name);
    await this.context.temporal.withSchedules((schedules) =>
      schedules.getHandle(scheduleIdOf(name)).unpause(note),
    );
  }

  /**
   * Starts a batch now, also of a paused schedule.
   * @param options.overlap default: the schedule's own
   */
  async trigger(name: string, options: { overlap?: Overlap } = {}): Promise<Triggered> {
    const { description } = await this.#get(name);
    return await triggerSchedule(this.context.temporal, name, description, options.overlap);
  }

  /**
   * Starts the batches of a span of past times now, for instance of nights on which the server was down.
   * Each reads the manifest as it is today. A time whose batch still runs is left out.
   * @throws ReelscoreError `schedule_invalid`
   */
  async backfill(name: string, span: BackfillSpan): Promise<ReadSpan> {
    const read = readSpan(span, Date.now());
    await this.#get(name);
    await this.context.temporal.withSchedules((schedules) =>
      schedules.getHandle(scheduleIdOf(name)).backfill({
        start: new Date(read.from.getTime() - 1), // the server leaves the start itself out
        end: read.to,
        overlap: policyOf(read.overlap),
      }),
    );
    return read;
  }

  /**
   * Changes what is given and leaves the rest, for the batches that start from now on. The account stays.
   * @throws ReelscoreError `schedule_invalid`
   */
  async update(name: string, changes: ScheduleChanges): Promise<SavedSchedule> {
    const given = readSpec(changes, this.context.cwd);
    try {
      const own = await this.#get(name);
      const { manifest, settings } = own.request;
      const seal = await this.#sealFor(given, { manifest, notify: settings?.notify });
      await this.context.temporal.withSchedules((schedules) =>
        schedules
          .getHandle(scheduleIdOf(name))
          .update((now) => changedSchedule(ownSchedule(now) ?? own, given, seal)),
      );
    } catch (error) {
      throw refused(error);
    }
    return this.#withNotes(await this.describe(name), given);
  }

  /** Removes a schedule. A batch that runs goes on, and batches that have ended stay as they are. */
  async delete(name: string): Promise<void> {
    await this.#get(name);
    await this.context.temporal.withSchedules(async (schedules) => {
      try {
        await schedules.getHandle(scheduleIdOf(name)).delete();
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error; // gone by an earlier try
      }
    });
  }

  /** @param kept links that were there before */
  #sealFor(
    { manifest, settings }: ReadSpec,
    kept: { manifest?: string; notify: string | number | boolean | undefined },
  ): Promise<LinkSeal['seal']> {
    return sealFor(this.context.config, {
      manifests: [manifest, kept.manifest],
      receivers: [settings.notify, kept.notify],
    });
  }

  #withNotes(status: ScheduleStatus, given: ReadSpec): SavedSchedule {
    const { config, home } = this.context;
    const links = [status.manifest, String(status.settings.notify)];
    return withNotes(status, given, sealNotes(config, { home, links }));
  }

  async #get(name: string): Promise<OwnSchedule> {
    const own = await this.#find(name);
    if (own) return own;
    throw new ReelscoreError(
      'schedule_not_found',
      `there is no schedule ${JSON.stringify(name)} (see them with: reelscore schedule list)`,
    );
  }

  async #find(name: string): Promise<OwnSchedule | undefined> {
    try {
      return await this.context.temporal.withSchedules(async (schedules) =>
        ownSchedule(await schedules.getHandle(scheduleIdOf(name)).describe()),
      );
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  }
}

/** What the server itself finds wrong with the times of a schedule, such as a zone it does not know. */
function refused(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  return new ReelscoreError(
    'schedule_invalid',
    `the server does not take these times: ${error.message} (correct cron, every or timezone)`,
    { cause: error },
  );
}

function existsError(name: string, there: OwnSchedule | undefined): ReelscoreError {
  const account = there && accountOf(there.description.action.taskQueue);
  const whose = account === undefined ? '' : ` of the account ${account}`;
  return new ReelscoreError(
    'schedule_exists',
    `there is a schedule ${name}${whose} already (change it: reelscore schedule update ${name}, or choose another name)`,
  );
}

function withNotes(status: ScheduleStatus, { manifest }: ReadSpec, notes: string[]): SavedSchedule {
  // The manifest may well be on the worker's machine only.
  const missing = manifest !== undefined && path.isAbsolute(manifest) && !existsSync(manifest);
  return {
    ...status,
    notes: [
      ...(missing
        ? [
            `${manifest} is not there now; the worker looks for it on its own machine each time the schedule fires`,
          ]
        : []),
      ...notes,
      ...clockChangeNotes(status.cron, status.timezone, new Date()),
    ],
  };
}
