// Compound files (OLE): workbooks of Excel 97-2003, and newer ones that a password opens.
import type { FileHandle } from 'node:fs/promises';
import type { UnreadableManifest } from '../problems.js';
import { noWorkbook, NOT_WORKBOOKS } from './faults.js';

const HEADER_BYTES = 512;
/** Entries of the directory that are looked at: 128 bytes each. */
const DIRECTORY_BYTES = 16 * 1024;

/** Why a compound file is no manifest, by the names in its directory. [MS-CFB 2.2, 2.6] */
export async function compoundFault(file: FileHandle): Promise<UnreadableManifest> {
  const header = await bytesAt(file, 0, HEADER_BYTES);
  let kind: 'encrypted' | 'xls' | 'ole' = 'ole';
  if (header.length === HEADER_BYTES) {
    const sectorBytes = header.readUInt16LE(30) === 12 ? 4096 : 512;
    const place = (header.readUInt32LE(48) + 1) * sectorBytes;
    const directory = await bytesAt(file, place, DIRECTORY_BYTES);
    const has = (name: string): boolean => directory.includes(Buffer.from(`${name}\0`, 'utf16le'));
    if (has('EncryptedPackage')) kind = 'encrypted';
    else if (has('Workbook') || has('Book')) kind = 'xls';
  }
  const { fault, remedy } = NOT_WORKBOOKS[kind];
  return noWorkbook(fault, remedy);
}

async function bytesAt(file: FileHandle, place: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, place);
  return buffer.subarray(0, bytesRead);
}
