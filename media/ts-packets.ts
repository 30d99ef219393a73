// The packets of MPEG transport streams (ISO/IEC 13818-1) and the stamps in them. Pure.

/** Plain; with a time before each (M2TS); with 16 bytes of error correction behind each. */
const PACKET_SIZES = [188, 192, 204];
/** Of them, whatever is before or behind. */
export const PACKET_BYTES = 188;
const SYNC = 0x47;

/** Bytes before the first packet, and packets in a row that show where they lie. */
const MAX_LEAD_BYTES = 1_024;
const ROW = 6;

/** Ticks a second of all stamps. */
export const TS_TICKS = 90_000;
const STAMP_RANGE = 2 ** 33;

/** Where the packets of a file lie. */
export interface PacketGrid {
  /** Position of the first one's sync byte. */
  first: number;
  /** From one to the next, in bytes. */
  step: number;
}

export function findPackets(bytes: Uint8Array): PacketGrid | undefined {
  const most = Math.min(MAX_LEAD_BYTES, bytes.length);
  for (let first = 0; first < most; first += 1) {
    if (bytes[first] !== SYNC) continue;
    const step = PACKET_SIZES.find((size) => {
      const room = Math.floor((bytes.length - first) / size);
      const row = Math.min(ROW, room);
      return row > 1 && Array.from({ length: row }, (_, at) => at * size).every(inSync(first));
    });
    if (step !== undefined) return { first, step };
  }
  return undefined;

  function inSync(first: number): (offset: number) => boolean {
    return (offset) => bytes[first + offset] === SYNC;
  }
}

/** What a packet of an elementary stream begins with (a PES header). */
export interface Stamped {
  video: boolean;
  /** Bytes of what it begins, itself included; undefined: it does not say. */
  bytes: number | undefined;
  /** Presentation and decoding time, in ticks; without a decoding time they are the same. */
  pts: number;
  dts: number;
}

/** One stream's packets in a part of a file. */
export interface TsStream {
  stamps: Stamped[];
  /** Of video, from the first stamp on. */
  payloads: Buffer[];
  /** What the last header begins is not all there, as far as is known. */
  open: boolean;
}

function stampAt(header: Buffer, at: number): number {
  const high = ((header[at] ?? 0) >> 1) & 7;
  const middle = header.readUInt16BE(at + 1) >> 1;
  const low = header.readUInt16BE(at + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

const isVideo = (id: number): boolean => id >= 0xe0 && id <= 0xef;
const isSound = (id: number): boolean => (id >= 0xc0 && id <= 0xdf) || id === 0xbd;

function stampedHeader(payload: Buffer): Stamped | undefined {
  if (payload.length < 14 || payload.readUIntBE(0, 3) !== 1) return undefined;
  const [id = 0, flags = 0] = [payload[3], payload[7]];
  if (!(isVideo(id) || isSound(id)) || (flags & 0x80) === 0) return undefined;
  const pts = stampAt(payload, 9);
  const both = (flags & 0x40) !== 0 && payload.length >= 19;
  const stated = payload.readUInt16BE(4);
  const bytes = stated === 0 ? undefined : stated + 6;
  return { video: isVideo(id), bytes, pts, dts: both ? stampAt(payload, 14) : pts };
}

/** The stamped streams of a part of a file, by PID. */
export function readStreams(part: Uint8Array, { first, step }: PacketGrid): Map<number, TsStream> {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  const streams = new Map<number, TsStream>();
  const lacks = new Map<number, number>();
  for (let at = first; at + PACKET_BYTES <= bytes.length; at += step) {
    const [sync = 0, , , control = 0, adaptation = 0] = bytes.subarray(at, at + 5);
    const scrambled = (control & 0xc0) !== 0;
    if (sync !== SYNC || scrambled || (control & 0x10) === 0) continue;
    const padded = (control & 0x20) !== 0;
    const begin = at + 4 + (padded ? 1 + adaptation : 0);
    const payload = bytes.subarray(begin, Math.max(begin, at + PACKET_BYTES));
    const word = bytes.readUInt16BE(at + 1);
    const pid = word & 0x1fff;
    let stream = streams.get(pid);
    const stamped = (word & 0x4000) === 0 ? undefined : stampedHeader(payload);
    if (stamped !== undefined) {
      if (stream === undefined)
        streams.set(pid, (stream = { stamps: [], payloads: [], open: true }));
      stream.stamps.push(stamped);
      lacks.set(pid, stamped.bytes ?? Infinity);
    }
    if (stream === undefined) continue;
    if (stream.stamps[0]?.video === true) stream.payloads.push(payload);
    const lacking = (lacks.get(pid) ?? 0) - payload.length;
    lacks.set(pid, lacking);
    // What does not say its size ends with a packet that is filled up.
    stream.open = lacking === Infinity ? !padded : lacking > 0;
  }
  return streams;
}

/** Ticks from one stamp to another, which may be the earlier one; stamps begin anew every 26 hours. */
export function ticksBetween(from: number, to: number): number {
  const half = STAMP_RANGE / 2;
  return ((to - from + STAMP_RANGE + half) % STAMP_RANGE) - half;
}
