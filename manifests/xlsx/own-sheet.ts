/**
 * Name of the sheet in a results.xlsx of ours. A results.csv that a spreadsheet program saved as a workbook has the
 * file's name there, `results`; its texts are escaped as in CSV, and ours are not.
 */
export const OWN_SHEET = 'Results';
