// Makes manifests of any length for measuring. The same number of rows gives the same bytes.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const MOODS = ['Bright', 'Calm', 'Dark', 'Warm', 'Tense'];
const GENRES = ['Pop', 'Ambient', 'Jazz', 'Orchestral', 'Lo-fi', 'Rock', 'Folk'];
const ROWS_A_WRITE = 1_000;

/** One row as a content team's export has it: quoted text, an extra column, about 150 bytes. */
function row(n: number): string {
  const mood = MOODS[n % MOODS.length] ?? '';
  const genre = GENRES[n % GENRES.length] ?? '';
  const link = `http://simulator.localhost/clips/sunrise.mp4?n=${n}`;
  return `clip_${n},${link},"${mood} ${genre}, Energetic Rhythm for scene ${n}",crm-${n},season-${n % 12}\n`;
}

function* csv(rows: number): Generator<string> {
  yield 'id,file_link,prompt,params,campaign\n';
  for (let from = 0; from < rows; from += ROWS_A_WRITE) {
    const count = Math.min(ROWS_A_WRITE, rows - from);
    yield Array.from({ length: count }, (_, index) => row(from + index)).join('');
  }
}

/** Writes a CSV manifest of so many valid rows. */
export async function generateManifest(path: string, rows: number): Promise<void> {
  await pipeline(Readable.from(csv(rows)), createWriteStream(path));
}
