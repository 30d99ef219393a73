// Manifests: reading, checking, freezing, and reading what was frozen.
export { batchIdOf, safeName } from './batch-id.js';
export { freezeManifest, type FreezeOptions } from './freeze.js';
export type { ManifestFormat } from './format.js';
export { formatProblem, ManifestError, type Fault, type Problem } from './problems.js';
export { checkManifest, readManifest, type ManifestReport } from './read.js';
export type { ReadOptions } from './read-options.js';
export { manifestJsonSchema, manifestSchema } from './schema.js';
export { openSnapshot, SnapshotError, type Snapshot } from './snapshot.js';
export { SNAPSHOT_KEY, type SnapshotInfo } from './snapshot-format.js';
