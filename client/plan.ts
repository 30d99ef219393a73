// Predicts what a batch of a manifest would do and cost. Needs no server.
import type { Identity, LedgerFindings, SubmissionCap } from '../contract/batch.js';
import type { Pace } from '../contract/account.js';
import type { LedgerCode } from '../contract/error-codes.js';
import { SIMULATOR_ACCOUNT } from '../contract/names.js';
import {
  refuseFaults,
  withManifest,
  type CheckedManifest,
  type ManifestSource,
} from './check-source.js';
import { FindingList, findingOf, messageOf } from '../outcomes/ledger/findings.js';
import { clipWaysOf, type ClipWays } from './clip-ways.js';
import { matchManifest, type LedgerPlace, type Untold } from './match-manifest.js';
import { costOf, type Cost } from '../contract/cost.js';
import { expectedMs, leftOutOf } from './plan-figures.js';

/** How many rows are listed one by one. */
const SHOWN_FINDINGS = 10;

export interface PlanOptions {
  /** Clips that were scored already are scored anew. */
  again?: boolean;
  /** Leave rows with problems out instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** How many tasks the clips are that are fitted in parts, by their ids; others are one. */
  tasks?: ReadonlyMap<string, number>;
}

/** Rows by how they stand; together they are `total`. */
export interface PlannedClips {
  total: number;
  /** The ledger does not know them, or their soundtracks are gone. */
  new: number;
  /** The ledger knows them with another prompt or another link. */
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
  /** One for each clip, part and take; those that the vendor fails may be submitted again. */
  submissions: number;
  /** Clips beyond the cap of the configuration. */
  leftOut?: { clips: number; cap: SubmissionCap };
  /** Rows to look at: scored anew although the ledger knows them, or skipped although their links differ. */
  found?: {
    counts: LedgerFindings['counts'];
    /** The first of them. */
    notes: { line: number; id: string; code: LedgerCode; message: string }[];
  };
  /** How the vendor reaches clips that have no link of their own; absent if all have. */
  ways?: ClipWays;
  /** As configured; an account in use keeps its own. */
  pace: Pace;
  expectedMs: number;
  /** Absent where `pricePerClip` is not set, and for the simulator. */
  cost?: Cost;
  /** Clips whose servers did not tell which version they have; only where identity is `etag`. */
  untold?: Untold;
}

/**
 * Counts what a batch would do with a manifest. Asks the clips' servers only where identity is `etag`.
 * @throws ManifestInvalidError, ManifestError (the file cannot be read)
 */
export async function planManifest(
  place: LedgerPlace,
  manifest: ManifestSource | CheckedManifest,
  options: PlanOptions = {},
): Promise<Plan> {
  return await withManifest(manifest, place.config, (checked) =>
    planChecked(place, checked, options),
  );
}

async function planChecked(
  place: LedgerPlace,
  { file, report }: CheckedManifest,
  { again = false, skipInvalid = false, tasks = new Map() }: PlanOptions,
): Promise<Plan> {
  refuseFaults(report, skipInvalid);
  const { config } = place;
  const { account, cap, identity, pace, pricePerClip, takes } = config;
  const clips: PlannedClips = { total: 0, new: 0, changed: 0, scored: 0, invalid: 0 };
  /** Tasks beyond the first of each clip. */
  let further = 0;
  const furtherOf = ({ id }: { id: string }): number => (tasks.get(id) ?? 1) * takes - 1;
  const { match, read, untold } = await matchManifest(place, file, undefined, (clip) => {
    clips.new += 1;
    further += furtherOf(clip);
  });
  clips.total = read.total;
  clips.invalid = read.invalid;
  const list = new FindingList(SHOWN_FINDINGS, (finding) => {
    const { line, id, code } = finding;
    return { line, id, code, message: messageOf(finding) };
  });
  for (const row of match.rows()) {
    clips[row.state] += 1;
    if (again || row.state !== 'scored') further += furtherOf(row.clip);
    const finding = findingOf(row);
    if (finding) list.add(finding);
  }

  const wanted = clips.new + clips.changed + (again ? clips.scored : 0);
  const leftOut = leftOutOf(wanted + further, cap);
  const submissions = wanted + further - (leftOut?.clips ?? 0);
  const simulated = account === SIMULATOR_ACCOUNT;
  const ways = await clipWaysOf(read, config);
  return {
    ...{ manifest: file.label, name: read.name, identity, again, simulated, clips, submissions },
    ...(leftOut && { leftOut }),
    ...(list.found && { found: list.found }),
    ...(ways && { ways }),
    ...{ pace, expectedMs: expectedMs(submissions, pace, simulated) },
    ...(pricePerClip && !simulated && { cost: costOf(submissions, pricePerClip) }),
    ...(identity === 'etag' && { untold }),
  };
}
