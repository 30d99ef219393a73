// Bounds on what a manifest may hold. They keep a wrong or hostile file from filling memory.

/** Characters of one CSV record, or of one clip in YAML; a snapshot page is 500 of them at most. */
export const MAX_RECORD_CHARS = 65_536;

/** Characters of `prompt`, `params` and any other field. */
export const MAX_FIELD_CHARS = 8_192;

/** Characters of `file_link`: signed URLs run to about 2,000. */
export const MAX_URL_CHARS = 4_096;

/** Different columns (CSV) or field names over all clips (YAML). */
export const MAX_COLUMNS = 256;

/** Characters of one column name. */
export const MAX_COLUMN_NAME_CHARS = 100;

/** UTF-8 bytes of an id: 255 is what file systems take, and suffixes follow it. */
export const MAX_ID_BYTES = 180;

/** Bytes of a YAML or JSON manifest, which is parsed whole at about 50 bytes of memory a byte. */
export const MAX_YAML_BYTES = 24 * 1024 * 1024;

/** Tokens of a YAML or JSON manifest: a file of brackets and commas costs more memory than its size tells. */
export const MAX_YAML_TOKENS = 5_000_000;

/** Collections within collections; a manifest needs 3. */
export const MAX_YAML_DEPTH = 16;

/** Problems, and warnings, kept with their text; the rest is only counted. */
export const MAX_KEPT_PROBLEMS = 200;
