// Opens a manifest's file with the reader of its format.
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { openCsv } from './csv.js';
import { EMPTY } from './csv-header.js';
import { formatOf, formatOfContent, type ManifestFormat } from './format.js';
import { openJson, openJsonLines } from './json.js';
import { type Fault, UnreadableManifest } from './problems.js';
import { readSourceText, type SourceEncoding } from './source-text.js';
import type { Source, SourceOptions } from './source.js';
import { openYaml } from './yaml.js';

const CHUNK_BYTES = 256 * 1024;
/** Enough to tell what a file is. */
const HEAD_BYTES = 8;

type TextFormat = Exclude<ManifestFormat, 'xlsx'>;

const OPEN_TEXT: Record<
  TextFormat,
  (text: AsyncGenerator<Buffer>, options: SourceOptions) => Source | Promise<Source>
> = {
  csv: openCsv,
  yaml: openYaml,
  json: openJson,
  jsonl: openJsonLines,
};

export interface OpenOptions extends SourceOptions {
  /** Sheet of a workbook. */
  sheet?: string;
}

/** A manifest's file, and what it is by its content and name. */
export interface SourceFile {
  file: FileHandle;
  format: ManifestFormat;
  content: ReturnType<typeof formatOfContent>;
}

/** @throws ManifestError if neither content nor name tell the format */
export async function formatOfFile(
  file: FileHandle,
  path: string,
  label: string,
): Promise<Omit<SourceFile, 'file'>> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const content = formatOfContent(buffer.subarray(0, bytesRead));
  return { content, format: content === undefined ? formatOf(path, label) : 'xlsx' };
}

/**
 * @param bytes takes the file's bytes as they are; all of them have been read when the rows have been
 * @throws UnreadableManifest if the file cannot be used
 */
export async function openSource(
  { file, format, content }: SourceFile,
  bytes: Hash,
  { sheet, ...options }: OpenOptions,
): Promise<{ source: Source; encoding: SourceEncoding; end: () => Promise<void> }> {
  const encoding: SourceEncoding = {};
  if (format === 'xlsx') {
    const { source, end } = await openWorkbook(file, content, bytes, {
      ...options,
      ...(sheet !== undefined && { sheet }),
    });
    return { source, encoding, end };
  }
  const stream = file.createReadStream({ highWaterMark: CHUNK_BYTES, start: 0 });
  const text = readSourceText(stream, bytes, format === 'csv' ? encoding : undefined);
  const source = await OPEN_TEXT[format](text, options);
  return { source, encoding, end: () => Promise.resolve() };
}

/** A workbook is not read from beginning to end, so its bytes are hashed before, and must stay as they were. */
async function openWorkbook(
  file: FileHandle,
  content: SourceFile['content'],
  bytes: Hash,
  options: OpenOptions,
): Promise<{ source: Source; end: () => Promise<void> }> {
  if (content === 'ole') {
    const { compoundFault } = await import('./xlsx/compound-file.js');
    throw await compoundFault(file);
  }
  const before = await file.stat();
  if (content === undefined)
    throw new UnreadableManifest([before.size === 0 ? EMPTY : NO_WORKBOOK]);
  const stream = file.createReadStream({ highWaterMark: CHUNK_BYTES, start: 0, autoClose: false });
  for await (const chunk of stream) bytes.update(chunk as Buffer);
  const { openXlsx } = await import('./xlsx/index.js');
  const source = await openXlsx(file, options);
  const end = async (): Promise<void> => {
    const after = await file.stat();
    if (after.mtimeMs === before.mtimeMs && after.size === before.size) return;
    throw new UnreadableManifest([CHANGED]);
  };
  return { source, end };
}

const NO_WORKBOOK: Fault = {
  fault: 'this is no workbook, whatever its name says',
  remedy: 'if it is text, name it .csv; if not, export it again',
};

const CHANGED: Fault = {
  fault: 'the file was changed while it was read',
  remedy: 'close it in other programs, and start again',
};
