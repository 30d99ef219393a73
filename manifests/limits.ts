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

/** Bytes of a workbook's sheet, unpacked: 100,000 rows with four columns have 17 MB. */
export const MAX_SHEET_XML_BYTES = 1024 * 1024 * 1024;

/** Bytes of the part with a workbook's texts, unpacked. */
export const MAX_SHARED_XML_BYTES = 512 * 1024 * 1024;

/** Bytes of a workbook's texts, which are held. */
export const MAX_SHARED_TEXT_BYTES = 256 * 1024 * 1024;

/** Texts of a workbook; an entry of the file may hold nothing, and costs memory all the same. */
export const MAX_SHARED_STRINGS = 4_000_000;

/** Bytes of any other part of a workbook that is read, unpacked. */
export const MAX_XLSX_INDEX_BYTES = 64 * 1024 * 1024;

/** Parts of a workbook; pictures have one each. */
export const MAX_XLSX_PARTS = 20_000;

/** Sheets of a workbook. */
export const MAX_XLSX_SHEETS = 1_000;

/** Formats of cells in a workbook: Excel's own limit is 65,490. */
export const MAX_XLSX_FORMATS = 65_536;

/** Links of cells in a sheet: Excel's own limit is 65,530. */
export const MAX_XLSX_LINKS = 200_000;

/** Characters of a text or tag of a workbook's XML: a cell has 32,767 at most, each some 8 when it is escaped. */
export const MAX_XLSX_TOKEN_CHARS = 1024 * 1024;

/** Nesting depth of a workbook's XML. */
export const MAX_XLSX_DEPTH = 64;
