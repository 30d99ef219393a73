// Makes manifests of any length for measuring. The same number of rows gives the same bytes.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const MOODS = ['Bright', 'Calm', 'Dark', 'Warm', 'Tense'];
const GENRES = ['Pop', 'Ambient', 'Jazz', 'Orchestral', 'Lo-fi', 'Rock', 'Folk'];
const ROWS_A_WRITE = 1_000;

/** One row as a content team's export has it: quoted text, an extra column, about 150 bytes. */
function row(n: number, prompts: number): string {
  const scene = n % prompts;
  const mood = MOODS[scene % MOODS.length] ?? '';
  const genre = GENRES[scene % GENRES.length] ?? '';
  const link = `http://simulator.localhost/clips/sunrise.mp4?n=${n}`;
  return `clip_${n},${link},"${mood} ${genre}, Energetic Rhythm for scene ${scene}",crm-${n},season-${n % 12}\n`;
}

function* csv(rows: number, prompts: number): Generator<string> {
  yield 'id,file_link,prompt,params,campaign\n';
  for (let from = 0; from < rows; from += ROWS_A_WRITE) {
    const count = Math.min(ROWS_A_WRITE, rows - from);
    yield Array.from({ length: count }, (_, index) => row(from + index, prompts)).join('');
  }
}

/**
 * Writes a CSV manifest of so many valid rows.
 * @param prompts how many different ones; the simulator composes a soundtrack for each
 */
export async function generateManifest(path: string, rows: number, prompts = rows): Promise<void> {
  await pipeline(Readable.from(csv(rows, prompts)), createWriteStream(path));
}
