// Looks the rows of a manifest up in the ledger, before a batch does.
import type { LedgerOptions } from '../contract/batch.js';
import type { Clip } from '../contract/clip.js';
import { readOptionsOf, type ReadableManifest } from '../intake/manifest-file.js';
import { createTagAsker } from '../outcomes/ledger/ask-tags.js';
import { FindingList, findingOf, type LedgerFinding } from '../outcomes/ledger/findings.js';
import { Ledger } from '../outcomes/ledger/ledger.js';
import { addKeys, LedgerMatch } from '../outcomes/ledger/match.js';
import { SoundtrackFiles } from '../outcomes/ledger/soundtrack-files.js';
import type { ClipTag } from '../outcomes/ledger/tag.js';
import type { Problem } from '../manifests/problems.js';
import { KeyIndex } from '../manifests/key-index.js';
import { readManifest, type ManifestReport } from '../manifests/read.js';
import { MAX_KEPT_PROBLEMS } from '../manifests/limits.js';
import { openClipNetwork } from '../intake/network.js';
import { batchOptionsOf, type ResolvedConfig } from '../config/config.js';
import type { OpenStore } from '../store/store.js';

/** Clips whose servers did not tell which version they have. */
export type Untold = Record<Exclude<ClipTag['kind'], 'tag'>, number>;

/** Which ledger to search, and how it is opened. */
export interface LedgerPlace {
  config: ResolvedConfig;
  openStore: OpenStore;
}

export interface MatchedManifest {
  /** Without the rows that the ledger does not know. */
  match: LedgerMatch;
  read: ManifestReport;
  untold: Untold;
}

/**
 * Reads the ledger twice, so that a row costs memory only if the ledger knows it. Asks the clips' servers where
 * identity is `etag`.
 * @param onNew gets each clip that the ledger does not know
 */
export async function matchManifest(
  { config, openStore }: LedgerPlace,
  file: ReadableManifest,
  kind: LedgerOptions['kind'] | undefined = batchOptionsOf(config).ledger?.kind,
  onNew: (clip: Clip) => void = () => undefined,
): Promise<MatchedManifest> {
  const { identity, signatureParams: signatures, ledgerDir } = config;
  const soundtracks = new SoundtrackFiles(ledgerDir, openStore);
  const isThere = soundtracks.has.bind(soundtracks);
  const known = new KeyIndex();
  const entriesOf = (of: LedgerOptions['kind']) => ledgerOf({ config, openStore }, of).entries();
  if (kind) {
    for await (const entries of entriesOf(kind)) {
      for (const entry of entries) addKeys(known, entry);
    }
  }
  const match = new LedgerMatch({ identity, signatures, isThere, known });
  const untold = { missing: 0, unreachable: 0 };
  const { clipFetch, close } = openClipNetwork(config);
  try {
    const ask = identity === 'etag' ? createTagAsker(clipFetch) : undefined;
    const { report } = await readManifest(
      file.path,
      async (clips) => {
        const tags = await ask?.(clips);
        for (const [at, clip] of clips.entries()) {
          const tag = tags?.[at];
          if (!match.add(clip, tag)) onNew(clip);
          count(untold, clip, tag);
        }
      },
      readOptionsOf(file),
    );
    if (kind) {
      for await (const entries of entriesOf(kind)) {
        for (const entry of entries) await match.see(entry);
      }
    }
    return { match, read: report, untold };
  } finally {
    await close();
  }
}

/**
 * Rows that a run would score although the ledger knows them, or skip although their links are others, as
 * warnings. A ledger that goes by ETags is not searched: that would ask every clip's server.
 */
export async function ledgerWarnings(
  place: LedgerPlace,
  file: ReadableManifest,
): Promise<{ warnings: Problem[]; count: number }> {
  const list = new FindingList(MAX_KEPT_PROBLEMS, (finding) => warningOf(finding, file.label));
  const kind = place.config.identity === 'etag' ? undefined : await kindInUse(place);
  if (kind) {
    const { match } = await matchManifest(place, file, kind);
    for (const row of match.rows()) {
      const finding = findingOf(row);
      // The simulator's soundtracks are meant to be thrown away.
      if (finding && (kind === 'scored' || finding.code !== 'soundtrack_gone')) list.add(finding);
    }
  }
  return { warnings: list.found?.notes ?? [], count: list.total };
}

/** The simulator's ledger is used as long as there is no other. */
async function kindInUse(place: LedgerPlace): Promise<LedgerOptions['kind'] | undefined> {
  for (const kind of ['scored', 'simulated'] as const) {
    if (!(await ledgerOf(place, kind).isEmpty())) return kind;
  }
  return undefined;
}

function ledgerOf({ config, openStore }: LedgerPlace, kind: LedgerOptions['kind']): Ledger {
  return new Ledger(openStore(config.ledgerDir), kind);
}

function warningOf({ line, id, fault, remedy }: LedgerFinding, file: string): Problem {
  return { file, line, fault: `id ${id}: ${fault}`, remedy };
}

function count(untold: Untold, clip: Clip, tag: ClipTag | undefined): void {
  if (!tag || tag.kind === 'tag' || clip.fault !== undefined) return;
  untold[tag.kind] += 1;
}
