// Characters that XML cannot hold, as workbooks write them: `_x0007_`. [ECMA-376 part 1, 22.9.2.19, ST_Xstring] Pure.

const ESCAPED = /_x([0-9A-Fa-f]{4})_/g;
/** What XML 1.0 does not allow, a carriage return, which XML readers make a line feed, and what looks escaped. */
const TO_ESCAPE =
  /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|_(?=x[0-9A-Fa-f]{4}_)/g;

/** The text that a workbook means. */
export function unescapeCell(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(ESCAPED, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** The text as a workbook may hold it. */
export function escapeCell(text: string): string {
  return text.replace(
    TO_ESCAPE,
    (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  );
}
