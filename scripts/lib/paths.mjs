import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Scratch folder that no tool looks into. */
export const SCRATCH = join(ROOT, 'node_modules', '.cache', 'reelscore');

/** Absolute path of a tool's JavaScript entry. */
export function tool(path) {
  return join(ROOT, 'node_modules', path);
}
