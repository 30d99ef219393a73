// Reads the batch request of a schedule or another program.
import { z } from 'zod';
import { ReelscoreError } from '../contract/errors.js';
import { REQUEST_SETTINGS, type BatchRequest } from '../contract/request.js';
import { manifestSchema } from '../manifests/schema.js';

/** The only version so far. */
const VERSION = 1;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const settings = z
  .strictObject(Object.fromEntries(REQUEST_SETTINGS.map((name) => [name, scalar.optional()])))
  .describe(
    "Settings of this batch, named as in reelscore.yaml; the worker's own apply where one is left out.",
  );

const requestSchema = z
  .strictObject({
    version: z.literal(VERSION).describe('Version of this form.'),
    manifest: z
      .union([
        z
          .string()
          .min(1)
          .describe(
            "Path on the worker's machine, or an http(s) URL; give a signed one as env:REELSCORE_LINK_..., a variable of the worker.",
          ),
        manifestSchema.describe('The clips themselves, as in a YAML or JSON manifest.'),
      ])
      .describe('Which clips to score.'),
    skipInvalid: z
      .boolean()
      .describe('Leave out rows with problems instead of refusing the manifest.')
      .optional(),
    again: z.boolean().describe('Score clips again that have already been scored.').optional(),
    results: z
      .string()
      .min(1)
      .describe(
        "Absolute path of the folder, or s3://bucket/prefix, in which the batch gets its own; default: the worker's results/.",
      )
      .optional(),
    settings: settings.optional(),
  })
  .describe("The argument of Reelscore's workflow scoreBatch.");

/** @throws ReelscoreError `request_invalid` that lists every fault and its place */
export function readRequest(value: unknown): BatchRequest {
  const version: unknown =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (version !== VERSION) {
    const sent = version === undefined ? 'none' : JSON.stringify(version);
    throw invalid(
      `version: ${sent} is not known to this worker (it reads version ${VERSION}: send that, or upgrade the worker)`,
    );
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data as BatchRequest;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'the request'}: ${message}`,
  );
  throw invalid(faults.join('; '));
}

function invalid(faults: string): ReelscoreError {
  return new ReelscoreError(
    'request_invalid',
    `the request cannot be read: ${faults} (see intake/batch-request.schema.json)`,
  );
}

/** The JSON Schema of a request. */
export function requestJsonSchema(): Record<string, unknown> {
  return { title: 'Reelscore batch request', ...z.toJSONSchema(requestSchema) };
}
