// The form of a YAML or JSON manifest, as editors see it.
import { z } from 'zod';
import { MAX_FIELD_CHARS, MAX_URL_CHARS } from './limits.js';

/** A field's value; numbers and booleans are taken as they are written. */
const value = z
  .union([z.string().max(MAX_FIELD_CHARS), z.number(), z.boolean(), z.null()])
  .meta({ id: 'value' });

const text = z.string().max(MAX_FIELD_CHARS);

const clipFields = {
  file_link: text
    .max(MAX_URL_CHARS)
    .describe('http or https URL of the video, s3://bucket/key, or the path of a file.'),
  prompt: value.describe('What music is wanted. {{field}} stands for another field of the clip.'),
  params: value.describe("The user's own value; comes back unchanged in callbacks."),
};

const clip = z
  .object({
    id: value.describe(
      'Unique name of the clip, by which its files are named. Made up when left out.',
    ),
    ...clipFields,
  })
  .partial()
  .catchall(value)
  .describe('One video to score. Other fields are kept and come back in the results.');

/** What stands in the file beside the clips. */
export const manifestHeadSchema = z.strictObject({
  $schema: z.string().describe('Where this schema lies, for editors.').optional(),
  name: z.string().min(1).max(200).describe('Name of the batch; else the file name.').optional(),
  defaults: z
    .object(clipFields)
    .partial()
    .catchall(value)
    .describe('Values for fields that a clip leaves out.')
    .optional(),
});

/** The whole YAML or JSON form. What a clip's values must be beyond their type, `row.ts` says. */
export const manifestSchema = manifestHeadSchema
  .extend({ clips: z.array(clip).min(1) })
  .describe('A manifest of Reelscore: the video clips of one batch.');

/** The JSON Schema of the YAML and JSON form. */
export function manifestJsonSchema(): Record<string, unknown> {
  return { title: 'Reelscore manifest', ...z.toJSONSchema(manifestSchema) };
}
