// What is said of a workbook that cannot be read.
import { UnreadableManifest, type Fault } from '../problems.js';

const AGAIN = 'open it in a spreadsheet program and save it again as .xlsx, or as CSV';

/** @param detail what is wrong inside it */
export function damaged(detail: string, cause?: unknown): UnreadableManifest {
  const fault = `the workbook is cut off or damaged: ${detail}`;
  return new UnreadableManifest([{ fault, remedy: AGAIN }], { cause });
}

/** @param what of the workbook is too large, with its bound */
export function tooLarge(what: string): UnreadableManifest {
  return new UnreadableManifest([
    { fault: `the workbook is too large: ${what}`, remedy: 'split it, or save the sheet as CSV' },
  ]);
}

/** A file that is something else than a workbook. */
export function noWorkbook(fault: string, remedy: string): UnreadableManifest {
  return new UnreadableManifest([{ fault, remedy }]);
}

const SAVE_AS = 'save it as .xlsx or CSV';

export const NOT_WORKBOOKS = {
  encrypted: {
    fault: 'the workbook is protected with a password to open it',
    remedy: 'save it without the password',
  },
  xls: { fault: 'this is an .xls workbook of Excel 97-2003', remedy: SAVE_AS },
  ole: {
    fault: 'this is an older Office file, no .xlsx workbook',
    remedy: `if it is a table, ${SAVE_AS}`,
  },
  xlsb: { fault: 'this is a binary .xlsb workbook', remedy: SAVE_AS },
  ods: { fault: 'this is an OpenDocument file (.ods)', remedy: SAVE_AS },
  numbers: {
    fault: 'this is a document of Apple Numbers',
    remedy: 'export it: File > Export To > Excel or CSV',
  },
  office: {
    fault: 'this is an Office document, but no workbook',
    remedy: 'give a workbook, or write its table as CSV',
  },
  zip: {
    fault: 'this is a zip file, but no .xlsx workbook',
    remedy: 'if the manifest is inside it, unpack it',
  },
} satisfies Record<string, Fault>;
