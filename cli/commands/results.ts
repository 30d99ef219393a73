// reelscore results: streams rows to stdout, or into a workbook.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeWhole } from '../write-whole.js';
import type { BatchResults } from '../../client/results.js';
import { csvLines } from '../../outcomes/csv.js';
import { jsonArray, jsonLines } from '../../outcomes/json-lines.js';
import type { ResultStatus } from '../../outcomes/result-row.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, shownPath } from '../io.js';

const PROGRESS_MS = 10_000;

export interface ResultsFlags {
  format: 'csv' | 'json' | 'jsonl';
  status?: ResultStatus;
  provenance?: boolean;
  /** File for a workbook, in place of stdout. */
  xlsx?: string;
  /** Folder into which all of the results are copied, in place of stdout. */
  download?: string;
}

export async function results(batch: string, flags: ResultsFlags): Promise<number> {
  if (flags.download !== undefined) return await download(batch, flags.download);
  const api = await connect(createIo(false), { config: readConfig() });
  try {
    const found = await api.results(batch, {
      ...(flags.status !== undefined && { status: flags.status }),
      ...(flags.provenance && { provenance: true }),
    });
    if (flags.xlsx !== undefined) {
      const { xlsxBytes } = await import('../../outcomes/xlsx/index.js');
      await writeWhole(flags.xlsx, await xlsxBytes(() => found, found.columns));
      return EXIT.ok;
    }
    await pipeline(textOf(found, flags.format), process.stdout, { end: false });
    return EXIT.ok;
  } catch (error) {
    if (isClosedPipe(error)) return EXIT.ok; // the reader has seen enough
    throw error;
  } finally {
    await api.close();
  }
}

async function download(batch: string, folder: string): Promise<number> {
  const io = createIo(false);
  const api = await connect(io, { config: readConfig() });
  let last = performance.now();
  try {
    const { files, bytes, notes, ...done } = await api.download(batch, folder, {
      onProgress: (count) => {
        if (performance.now() - last < PROGRESS_MS) return;
        last = performance.now();
        io.note(`${count} files...`);
      },
    });
    io.say(`Results: ${shownPath(done.folder)}`);
    io.say(`         ${files} files, ${Math.ceil(bytes / 1e6)} MB`);
    for (const note of notes) io.say(`Note:    ${note}`);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}

function textOf(found: BatchResults, format: ResultsFlags['format']): Readable {
  if (format === 'csv') return csvLines(found, found.columns);
  return Readable.from(format === 'jsonl' ? jsonLines(found) : jsonArray(found));
}

function isClosedPipe(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
