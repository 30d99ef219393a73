// Files of marks, which the listening report saves.
import path from 'node:path';
import type { MarkedBatch } from '../client/marks/mark-batch.js';
import { ReelscoreError } from '../contract/errors.js';
import { readMarksFile, type Mark } from '../outcomes/review/marks.js';
import { EXIT } from './exit-codes.js';
import { plainText, type Io } from './io.js';
import { mixHere, type ScoreHereOptions } from './score-here.js';
import { showDetached, videosText } from './summary.js';

const SHOWN = 5;

/** @throws ReelscoreError `marks_invalid` */
export async function marksFor(
  batch: string,
  manifest: string | undefined,
  file: string,
): Promise<Mark[]> {
  if (manifest !== undefined) {
    throw new ReelscoreError(
      'marks_invalid',
      'marks and a corrected manifest cannot be taken at once (first retry with the manifest, then listen again)',
    );
  }
  const read = await readMarksFile(path.resolve(file));
  if (read.batch === batch) return read.marks;
  throw new ReelscoreError(
    'marks_invalid',
    `${file} holds marks of batch ${read.batch}, not of ${batch} (give that batch)`,
  );
}

/** Tells what marks have done. */
export function showMarked(io: Io, { approved, chosen, redo, noted, stale }: MarkedBatch): void {
  const others = chosen.length > 0 ? ` (${chosen.length} with another take than before)` : '';
  const notes = noted.length > 0 ? `, ${noted.length} with a note alone` : '';
  io.say(`Marks: ${approved.length} approved${others}, ${redo.length} to redo${notes}`);
  if (stale.length === 0) return;
  io.say(`       ${stale.length} change nothing:`);
  for (const { id, why } of stale.slice(0, SHOWN)) io.say(plainText(`         ${id}: ${why}`));
  if (stale.length > SHOWN) io.say(`         and ${stale.length - SHOWN} more (--json lists them)`);
}

/** Nothing is to be redone; finished videos follow the takes that were chosen. */
export async function mixChosen(
  where: Pick<ScoreHereOptions, 'api' | 'batch' | 'io' | 'interrupts'>,
  marks: MarkedBatch,
): Promise<number> {
  const { batch, io } = where;
  if (!marks.unmixed) {
    io.document({ batch, state: 'marked', marks });
    return EXIT.ok;
  }
  const ended = await mixHere(where);
  if (!ended) return showDetached(io, batch, `reelscore mix ${batch}`);
  io.say(`Videos: ${videosText(ended.counts)}`);
  io.document({ batch, state: 'marked', marks, videos: ended.counts });
  return EXIT.ok;
}
