// What a batch of a manifest would do and cost, before anything does. Needs no server.
import type { Identity, Pace, SubmissionCap } from '../contract/batch.js';
import type { Clip } from '../contract/clip.js';
import { SIMULATOR_ACCOUNT } from '../contract/names.js';
import { createTagAsker } from '../ledger/ask-tags.js';
import { Ledger } from '../ledger/ledger.js';
import { LedgerMatch } from '../ledger/match.js';
import type { ClipTag } from '../ledger/tag.js';
import { readManifest } from '../manifests/read.js';
import { createGuardedFetch } from '../net/guarded-fetch.js';
import { openLocalStore } from '../store/local-store.js';
import { batchOptionsOf, type ResolvedConfig } from '../workers/config.js';
import {
  refuseFaults,
  withManifest,
  type CheckedManifest,
  type ManifestSource,
} from './check-source.js';
import { costOf, expectedMs, leftOutOf, type Cost } from './plan-figures.js';

export interface PlanOptions {
  /** Clips that were scored already are scored anew. */
  again?: boolean;
  /** Leave rows with problems out instead of refusing the manifest. */
  skipInvalid?: boolean;
}

/** Rows by how they stand; together they are `total`. */
export interface PlannedClips {
  total: number;
  /** The ledger does not know them. */
  new: number;
  /** The ledger knows them with other music. */
  changed: number;
  /** Skipped, unless `again`. */
  scored: number;
  /** Left out. */
  invalid: number;
}

export interface Plan {
  manifest: string;
  name: string;
  identity: Identity;
  again: boolean;
  simulated: boolean;
  clips: PlannedClips;
  /** At the most one for each clip; those that the vendor fails may be submitted again. */
  submissions: number;
  /** Clips beyond the cap of the configuration. */
  leftOut?: { clips: number; cap: SubmissionCap };
  /** As configured; an account in use keeps its own. */
  pace: Pace;
  expectedMs: number;
  /** Absent where `pricePerClip` is not set, and for the simulator. */
  cost?: Cost;
  /** Clips whose servers did not tell which version they have; only where identity is `etag`. */
  untold?: { missing: number; unreachable: number };
}

/**
 * Counts what a batch would do with a manifest. Asks the clips' servers only where identity is `etag`.
 * @throws ManifestInvalidError, ManifestError (the file cannot be read)
 */
export async function planManifest(
  config: ResolvedConfig,
  manifest: ManifestSource | CheckedManifest,
  options: PlanOptions = {},
): Promise<Plan> {
  return await withManifest(manifest, config, (checked) => planChecked(config, checked, options));
}

async function planChecked(
  config: ResolvedConfig,
  { file, report }: CheckedManifest,
  { again = false, skipInvalid = false }: PlanOptions,
): Promise<Plan> {
  refuseFaults(report, skipInvalid);
  const { account, cap, identity, pace, pricePerClip } = config;
  const { match, read, untold } = await matchManifest(config, file);
  const clips: PlannedClips = { total: read.total, new: 0, changed: 0, scored: 0, invalid: 0 };
  clips.invalid = read.invalid;
  for (const { state } of match.rows()) clips[state] += 1;

  const wanted = clips.new + clips.changed + (again ? clips.scored : 0);
  const leftOut = leftOutOf(wanted, cap);
  const submissions = wanted - (leftOut?.clips ?? 0);
  const simulated = account === SIMULATOR_ACCOUNT;
  return {
    ...{ manifest: file.label, name: read.name, identity, again, simulated, clips, submissions },
    ...(leftOut && { leftOut }),
    ...{ pace, expectedMs: expectedMs(submissions, pace, simulated) },
    ...(pricePerClip && !simulated && { cost: costOf(submissions, pricePerClip) }),
    ...(identity === 'etag' && { untold }),
  };
}

async function matchManifest(config: ResolvedConfig, { path, label }: CheckedManifest['file']) {
  const { identity, allowHosts } = config;
  const { location, kind } = batchOptionsOf(config).ledger ?? {};
  const match = new LedgerMatch(identity);
  const untold = { missing: 0, unreachable: 0 };
  const fetch = createGuardedFetch({ allowHosts });
  try {
    const ask = identity === 'etag' ? createTagAsker(fetch) : undefined;
    const { report } = await readManifest(
      path,
      async (clips) => {
        const tags = await ask?.(clips);
        for (const [at, clip] of clips.entries()) {
          const tag = tags?.[at];
          match.add(clip, tag);
          count(untold, clip, tag);
        }
      },
      { label },
    );
    if (location !== undefined && kind) {
      for await (const entries of new Ledger(openLocalStore(location), kind).entries()) {
        for (const entry of entries) match.see(entry);
      }
    }
    return { match, read: report, untold };
  } finally {
    await fetch.close();
  }
}

function count(untold: NonNullable<Plan['untold']>, clip: Clip, tag: ClipTag | undefined): void {
  if (!tag || tag.kind === 'tag' || clip.fault !== undefined) return;
  untold[tag.kind] += 1;
}
