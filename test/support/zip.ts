// Zip files as tests need them: like any program's, or telling lies.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  name: string;
  data: string | Uint8Array;
  /** Default: deflated. */
  method?: number;
  /** Size that is told in place of the true one. */
  told?: number;
  /** Checksum that is told in place of the true one. */
  sum?: number;
  /** Sizes stand behind the data, as in files that are streamed. */
  streamed?: boolean;
  encrypted?: boolean;
}

/** A zip file of these parts. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 8, told, sum, streamed = false, encrypted = false } of parts) {
    const bytes = Buffer.from(data);
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const title = Buffer.from(name);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(sum ?? crc32(bytes), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(told ?? bytes.length, 8);
    const flags = (streamed ? 8 : 0) | (encrypted ? 1 : 0);
    const shared = Buffer.alloc(10);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt16LE(0x21, 8);
    const lengths = Buffer.alloc(4);
    lengths.writeUInt16LE(title.length, 0);
    const local = [Buffer.from('504b0304', 'hex'), shared, streamed ? Buffer.alloc(12) : sizes];
    const behind = streamed ? [Buffer.from('504b0708', 'hex'), sizes] : [];
    const entry = Buffer.concat([...local, lengths, title, packed, ...behind]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    central.push(
      Buffer.concat([Buffer.from('504b01021400', 'hex'), shared, sizes, lengths, rest, title]),
    );
    locals.push(entry);
    at += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
