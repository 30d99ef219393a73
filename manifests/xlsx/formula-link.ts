// Where a formula such as =HYPERLINK("https://cdn.example/a.mp4","clip 1") links to. Pure.

/** Without `target` it follows from other cells, which are not known here. */
export interface FormulaLink {
  target?: string;
}

/** Undefined if the formula makes no link. */
export function formulaLink(formula: string): FormulaLink | undefined {
  if (!/^\s*=?\s*(?:_xlfn\.)?HYPERLINK\s*\(/i.test(formula)) return undefined;
  const literal = /^[^(]*\(\s*"((?:[^"]|"")*)"\s*[,;)]/.exec(formula)?.[1];
  return literal === undefined ? {} : { target: literal.replaceAll('""', '"') };
}
