import { readFileSync } from 'node:fs';

/** Version of the installed package. */
export function packageVersion(): string {
  // Found from dist/cli/ as from the sources in cli/.
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('no package.json beside reelscore (install it again)');
}
