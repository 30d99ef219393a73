// Where each piece of music comes from: a record a file, for those who have to say so.
import { z } from 'zod';
import type { Clip } from '../../contract/clip.js';
import { SERVICE, TERMS, VENDOR } from '../../contract/service.js';
import { takesOf } from '../choice.js';
import type { MergedRow } from '../merge.js';
import { isApproved } from '../review/marks.js';
import type { KnownFiles } from './file-facts.js';

export const PROVENANCE_KEY = 'provenance.jsonl';

const SOURCE_TYPES = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
/** Of music that a model made [IPTC NewsCodes, Digital Source Type]. */
export const MUSIC_SOURCE_TYPE = `${SOURCE_TYPES}trainedAlgorithmicMedia`;
/** Of a video that holds such music. */
export const VIDEO_SOURCE_TYPE = `${SOURCE_TYPES}compositeWithTrainedAlgorithmicMedia`;

const text = z.string().nullable();

/** One file that the vendor made. Absent values are null. */
export const ProvenanceRecord = z.object({
  id: z.string(),
  /** Relative to the folder of the results, as in the results. */
  file: z.string(),
  /** It is the one that `output` names. */
  chosen: z.boolean(),
  approved: z.boolean(),
  sha256: text,
  bytes: z.number().nullable(),
  /** When it had arrived, ISO 8601. */
  arrived_at: text,
  digital_source_type: z.string(),
  /** Kind of the machine-readable mark that came with it. */
  machine_readable_mark: text,
  vendor: z.string(),
  service: z.string(),
  task_id: text,
  model_version: text,
  prompt: z.string(),
  translate_prompt: text,
  account: text,
  terms: z.string(),
  /** Day on which those terms were read. */
  terms_read: z.string(),
  /** Without what signs the link. */
  clip: z.string(),
  /** Of a clip that is a file. */
  clip_sha256: text,
  /** The finished video that holds it. */
  video: text,
  video_sha256: text,
});
export type ProvenanceRecord = z.infer<typeof ProvenanceRecord>;

/** The records of a row: of all files that it has. Those of a row that an earlier batch scored are that batch's. */
export function provenanceOf(
  { clip, outcome, video, mark }: MergedRow,
  facts: KnownFiles,
): ProvenanceRecord[] {
  if (outcome?.status !== 'succeeded') return [];
  return takesOf(outcome).flatMap((take) =>
    take.outputs.map((file): ProvenanceRecord => {
      const known = facts.get(file);
      const chosen = file === outcome.output;
      return {
        ...{ id: clip.id, file, chosen, approved: chosen && isApproved(mark, outcome) },
        sha256: known?.sha256 ?? null,
        bytes: known?.bytes ?? null,
        arrived_at: known ? new Date(known.at).toISOString() : null,
        digital_source_type: MUSIC_SOURCE_TYPE,
        machine_readable_mark: known?.mark ?? null,
        ...{ vendor: VENDOR, service: SERVICE },
        task_id: take.taskId ?? null,
        model_version: take.modelVersion ?? null,
        prompt: take.prompt ?? clip.prompt,
        translate_prompt: take.translatePrompt ?? null,
        account: known?.account ?? null,
        ...{ terms: TERMS.url, terms_read: TERMS.read },
        clip: plainLink(clip),
        clip_sha256: known?.clipSha256 ?? null,
        video: (chosen ? video?.video : undefined) ?? null,
        video_sha256: (chosen ? video?.sha256 : undefined) ?? null,
      };
    }),
  );
}

/** A signature in a link is a key to it. */
function plainLink({ fileLink }: Clip): string {
  return fileLink.replace(/[?#].*$/s, '');
}

/** Of the chosen file, as columns of the results. */
export const PROVENANCE_COLUMNS = [
  'sha256',
  'arrived_at',
  'digital_source_type',
  'machine_readable_mark',
  'vendor',
  'service',
  'model_version',
  'translate_prompt',
  'account',
  'terms',
  'terms_read',
  'clip_sha256',
  'video_sha256',
] as const satisfies (keyof ProvenanceRecord)[];

export function provenanceColumns(
  merged: MergedRow,
  facts: KnownFiles,
): Record<string, string | null> {
  const chosen = provenanceOf(merged, facts).find((record) => record.chosen);
  return Object.fromEntries(PROVENANCE_COLUMNS.map((name) => [name, chosen?.[name] ?? null]));
}
