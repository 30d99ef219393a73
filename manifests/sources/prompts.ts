// Prompts that lie beside clips, in a folder or a bucket.
import { parse as parseYaml } from 'yaml';
import { ManifestError } from '../problems.js';
import { stemOf } from './names.js';

/** Prompt of a folder's clips, and of those in the folders in it that have none. */
export const FOLDER_PROMPT = 'prompt.txt';
/** Prompts of single clips, by file name with or without extension. */
export const CLIP_PROMPTS = 'prompts.yaml';

/** No such file is larger. */
export const MAX_PROMPT_FILE_BYTES = 1024 * 1024;

/** Prompts by file name, with or without extension. */
export type ClipPrompts = ReadonlyMap<string, string>;

export const NO_PROMPTS: ClipPrompts = new Map();

/** The prompt of a file, of its own or its folder's. */
export function promptOf(
  name: string,
  own: ClipPrompts,
  folder: string | undefined,
): string | undefined {
  return own.get(name) ?? own.get(stemOf(name)) ?? folder;
}

export function readFolderPrompt(text: string): string {
  return withoutMark(text).trim();
}

/**
 * Reads the content of a `prompts.yaml`.
 * @param file where it is, for messages
 * @throws ManifestError
 */
export function readClipPrompts(file: string, text: string): ClipPrompts {
  const wrong = (fault: string, cause?: unknown): ManifestError =>
    refusal(file, fault, 'write one line a clip: file name, colon, prompt', cause);
  let value: unknown;
  try {
    value = parseYaml(withoutMark(text), { schema: 'failsafe', maxAliasCount: 0 });
  } catch (error) {
    throw wrong('it is no YAML', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('it is not a map of file names and prompts');
  }
  return new Map(
    Object.entries(value).map(([name, prompt]) => {
      if (typeof prompt !== 'string') throw wrong(`the prompt of ${name} is not a text`);
      return [name, prompt.trim()];
    }),
  );
}

export function refusal(
  file: string,
  fault: string,
  remedy: string,
  cause?: unknown,
): ManifestError {
  return new ManifestError([{ file, fault, remedy }], 1, { cause });
}

export const TOO_LARGE = ['it has more than 1 MB', 'shorten it'] as const;

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
