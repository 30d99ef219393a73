// Writes manifests/manifest.schema.json from the zod schema. Needs the build (npm run build).
import { writeFile } from 'node:fs/promises';
import { manifestJsonSchema } from '../dist/manifests/index.js';

const file = new URL('../manifests/manifest.schema.json', import.meta.url);
await writeFile(file, `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
