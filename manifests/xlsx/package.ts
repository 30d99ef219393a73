// The zip file that a workbook is. Reads one part after the other, within bounds whatever the file says of itself.
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { fromFdPromise, type Entry, type ZipFile } from 'yauzl';
import { MAX_XLSX_PARTS } from '../limits.js';
import { damaged, noWorkbook, NOT_WORKBOOKS, tooLarge } from './faults.js';

const CHUNK_BYTES = 64 * 1024;
/** Of a part's name; a workbook's own have a few dozen. */
const MAX_NAME_CHARS = 512;
const STORED = 0;
const DEFLATED = 8;

/** An opened package. The caller closes its file. */
export class Package {
  private constructor(
    private readonly file: FileHandle,
    private readonly zip: ZipFile,
    /** By their names in lower case: names of parts differ in more than case. */
    private readonly parts: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws UnreadableManifest if it is no zip file, is cut off, or has too many parts */
  static async open(file: FileHandle): Promise<Package> {
    const parts = new Map<string, Entry>();
    try {
      const options = { lazyEntries: true, autoClose: false, validateEntrySizes: false };
      const zip = await fromFdPromise(file.fd, options);
      if (zip.entryCount > MAX_XLSX_PARTS) throw tooLarge(`it has ${zip.entryCount} parts`);
      for await (const entry of zip.eachEntry()) {
        const name = entry.fileName.toLowerCase();
        if (name.length <= MAX_NAME_CHARS && !parts.has(name)) parts.set(name, entry);
      }
      return new Package(file, zip, parts);
    } catch (error) {
      throw asDamaged(error);
    }
  }

  /** @param name without the slash that it begins with inside a workbook */
  has(name: string): boolean {
    return this.parts.has(name.toLowerCase());
  }

  /** Names in lower case. */
  get names(): Iterable<string> {
    return this.parts.keys();
  }

  /**
   * A part's bytes, unpacked and checked against its checksum at the end.
   * @param most bytes that it may have, both as the file says and as they come
   * @throws UnreadableManifest
   */
  async *read(name: string, most: number): AsyncGenerator<Buffer> {
    const entry = this.parts.get(name.toLowerCase());
    if (!entry) throw damaged(`it has no part ${name}`);
    const { compressionMethod: method, uncompressedSize: size } = entry;
    if (entry.isEncrypted()) {
      throw noWorkbook(NOT_WORKBOOKS.encrypted.fault, NOT_WORKBOOKS.encrypted.remedy);
    }
    if (size > most) throw tooLarge(`${name} has more than ${most / 1024 / 1024} MB`);
    if (method !== STORED && method !== DEFLATED) {
      throw damaged(
        `${name} is packed with method ${method}, which spreadsheet programs do not use`,
      );
    }
    let read = 0;
    let sum = 0;
    try {
      const packed = this.#packed(entry);
      for await (const bytes of method === STORED ? packed : inflated(packed)) {
        read += bytes.length;
        if (read > size) throw damaged(`${name} is longer than the file says`);
        sum = crc32(bytes, sum);
        yield bytes;
      }
    } catch (error) {
      throw asDamaged(error);
    }
    if (read < size) throw damaged(`${name} is shorter than the file says`);
    if (sum !== entry.crc32) throw damaged(`the checksum of ${name} is wrong`);
  }

  /** Read past yauzl: its streams lose errors when they are destroyed, and whoever waits for them waits forever. */
  async *#packed(entry: Entry): AsyncGenerator<Buffer> {
    const { fileDataStart } = await this.zip.readLocalFileHeaderPromise(entry, { minimal: true });
    let at = fileDataStart;
    const end = at + entry.compressedSize;
    while (at < end) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw damaged('the file ends too early');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}

function inflated(packed: AsyncGenerator<Buffer>): AsyncIterable<Buffer> {
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  return pipeline(packed, inflate, () => undefined); // a failure ends the returned stream
}

/** Errors of the zip reader and of zlib are faults of the file; those of the disk are not. */
function asDamaged(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'UnreadableManifest') return error;
  if ('syscall' in error) return error;
  return damaged(error.message, error);
}
