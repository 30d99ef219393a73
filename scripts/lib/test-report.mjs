// Counts what vitest's JSON report says, so that a run that went wrong never looks like a good one.
import { readFileSync } from 'node:fs';

/**
 * @param file the report; need not exist
 * @param exitCode vitest's own
 * @returns {{passed: number, failed: number, skipped: number, notes: string[]}} notes: what failed,
 *   to be found at the end of a log of thousands of lines
 */
export function countTests(file, exitCode) {
  const report = readReport(file);
  if (report === undefined) return failure('vitest wrote no report');
  const counts = { passed: 0, failed: 0, skipped: 0, notes: [] };
  for (const { name, status, message, assertionResults } of report.testResults) {
    for (const test of assertionResults) {
      const kind = kindOf(test.status);
      counts[kind] += 1;
      if (kind === 'failed') counts.notes.push(`${name}: ${test.fullName}: ${firstLine(test)}`);
    }
    // A file that cannot be loaded, or whose hooks fail, has no failed test to show for it.
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      counts.failed += 1;
      counts.notes.push(`${name}: ${message}`);
    }
  }
  if (counts.passed + counts.failed === 0) return failure('vitest ran no tests');
  if (exitCode !== 0 && counts.failed === 0) {
    counts.failed = 1;
    counts.notes.push(`vitest exited with code ${exitCode}`);
  }
  return counts;
}

function firstLine({ failureMessages = [] }) {
  return String(failureMessages[0] ?? '').split('\n', 1)[0];
}

function failure(note) {
  return { passed: 0, failed: 1, skipped: 0, notes: [note] };
}

function kindOf(status) {
  return status === 'passed' || status === 'failed' ? status : 'skipped';
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
