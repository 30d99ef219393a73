// The WAV container: RIFF, one `fmt ` and one `data` chunk, 16-bit PCM, mono.

const HEADER_BYTES = 44;
const PCM = 1;
/** Of the loudest sample, so that nothing clips. */
const PEAK = 0.85;

/** Encodes samples, scaled so that the loudest stands at a fixed level. */
export function encodeWav(samples: Float32Array, sampleRate: number): Buffer {
  let loudest = 1e-9;
  for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  const gain = (PEAK * 32_767) / loudest;
  const dataBytes = samples.length * 2;
  const wav = Buffer.alloc(HEADER_BYTES + dataBytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(PCM, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(sampleRate, 24);
  wav.writeUInt32LE(sampleRate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(dataBytes, 40);
  for (let i = 0; i < samples.length; i++) {
    wav.writeInt16LE(Math.round((samples[i] ?? 0) * gain), HEADER_BYTES + i * 2);
  }
  return wav;
}
