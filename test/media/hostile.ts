// Files made to keep a parser busy, or to make it grow.

function chunk(id: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** A header that lists this many video streams, and nothing behind it. */
export function aviOfStreams(count: number): Buffer {
  const header = Buffer.alloc(56);
  header.write('vidsH264', 'latin1');
  header.writeUInt32LE(1, 24);
  header.writeUInt32LE(25, 28);
  const format = Buffer.alloc(40);
  [40, 640, 360].forEach((value, at) => format.writeUInt32LE(value, 4 * at));
  format.writeUInt32LE(0x180001, 12);
  format.write('H264', 16, 'latin1');
  const stream = chunk(
    'LIST',
    Buffer.concat([Buffer.from('strl'), chunk('strh', header), chunk('strf', format)]),
  );
  const streams = Array.from({ length: count }, () => stream);
  const main = [Buffer.from('hdrl'), chunk('avih', Buffer.alloc(56)), ...streams];
  const list = chunk('LIST', Buffer.concat(main));
  const riff = Buffer.alloc(12);
  riff.write('RIFF\xff\xff\xff\x7fAVI ', 'latin1');
  return Buffer.concat([riff, list]);
}

/** Packets that each begin something, by turns for all 8,191 PIDs there can be. */
export function pesOfManyPids(size: number): Buffer {
  const packets = Buffer.alloc(Math.floor(size / 188) * 188, 0xff);
  const begun = Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1]);
  for (let at = 0, n = 0; at < packets.length; at += 188, n += 1) {
    packets[at] = 0x47;
    packets.writeUInt16BE(0x4000 | (n % 8_191), at + 1);
    packets[at + 3] = 0x10 | (n & 15);
    begun.copy(packets, at + 4);
    // Something else in each: the same again is passed over quickly.
    for (let i = 18; i < 78; i += 1) packets[at + i] = (n * 31 + i * i * 17) & 0xff;
  }
  return packets;
}
