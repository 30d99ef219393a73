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

/** UTF-8 bytes of an id, which progress and results hold. */
export const MAX_ID_BYTES = 1_024;

/** UTF-8 bytes of the name of a clip's files: 255 is what file systems take, and suffixes follow it. */
export const MAX_FILE_NAME_BYTES = 180;

/** Bytes of a JSON manifest, whose text is held whole. */
export const MAX_JSON_BYTES = 128 * 1024 * 1024;

/** Characters of a line of JSON Lines. */
export const MAX_JSON_LINE_CHARS = 1024 * 1024;

/** Bytes of a YAML manifest, which is parsed whole at about 50 bytes of memory a byte. */
export const MAX_YAML_BYTES = 24 * 1024 * 1024;

/** Tokens of a YAML manifest: a file of brackets and commas costs more memory than its size tells. */
export const MAX_YAML_TOKENS = 5_000_000;

/** Fields that `<<` may add to the clips of a YAML manifest; merges multiply its length. */
export const MAX_MERGED_FIELDS = 2_000_000;

/** Nesting depth in YAML and JSON; a manifest needs 3. */
export const MAX_YAML_DEPTH = 16;

/** Problems, and warnings, kept with their text; the rest is only counted. */
export const MAX_KEPT_PROBLEMS = 200;

/**
 * Characters that defaults, aliases, merges, and names of columns that rows leave out, may add to all clips
 * of a manifest together: a short file would grow without bound by them.
 */
export const MAX_INHERITED_CHARS = 256 * 1024 * 1024;
