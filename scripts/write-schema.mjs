// Writes the JSON Schemas of manifests and of requests from the zod schemas. Needs the build (npm run
// build).
import { writeFile } from 'node:fs/promises';
import { requestJsonSchema } from '../dist/intake/request.js';
import { manifestJsonSchema } from '../dist/manifests/index.js';

const SCHEMAS = {
  'manifests/manifest.schema.json': manifestJsonSchema(),
  'intake/batch-request.schema.json': requestJsonSchema(),
};

for (const [path, schema] of Object.entries(SCHEMAS)) {
  await writeFile(new URL(`../${path}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
