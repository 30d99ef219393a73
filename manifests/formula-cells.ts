// Cells that a spreadsheet would run as formulas, escaped with an apostrophe that can be taken off again.

/** The signs of OWASP's list (CSV injection) and their full-width forms, behind blanks and quotes. */
const SIGN = String.raw`[ \u00a0"]*[=+\-@\uff1d\uff0b\uff0d\uff20]`;

/**
 * Where a formula begins for a program that splits at semicolons, tabs or commas, whichever of them the
 * file was written with and whether or not it minds the quotes: at the start of a text, and after `;`, a
 * line break or a tab. (What holds a comma is in quotes where commas split.) A tab or a line break at
 * the start of a cell is dropped there, and what follows counts.
 */
function before(escaped: string): RegExp {
  return new RegExp(
    [
      String.raw`(?:^|(?<=;))${escaped}(?='*(?:${SIGN}|[\t\r\n]))`,
      String.raw`(?<=[\r\n])${escaped}(?='*(?:${SIGN}|\t))`,
      String.raw`(?<=\t)${escaped}(?='*${SIGN})`,
    ].join('|'),
    'g',
  );
}

const TO_ESCAPE = before('');
const ESCAPED = before("'");

/** The text with an apostrophe wherever a formula would begin, or apostrophes before one. */
export function escapeFormulas(text: string): string {
  return text.replace(TO_ESCAPE, "'");
}

/** The text that `escapeFormulas` was given. */
export function unescapeFormulas(text: string): string {
  return text.includes("'") ? text.replace(ESCAPED, '') : text;
}
