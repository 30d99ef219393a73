// Checks a manifest before anything is started.
import { checkSource, type CheckedManifest } from '../client/check-source.js';
import type { ManifestReport } from '../manifests/read.js';
import type { ResolvedConfig } from '../config/config.js';
import { formatProblem, ManifestError, type Problem } from '../manifests/problems.js';
import { plainText, type Io } from './io.js';

/** Checks a manifest for `run` and `start`. Returns undefined, having said why, if it is refused. */
export async function checkForRun(
  manifest: string,
  config: ResolvedConfig,
  skipInvalid: boolean,
  io: Io,
): Promise<CheckedManifest | undefined> {
  const { file, report } = await readReport(manifest, config);
  const { problemCount, warningCount } = report;
  const fine = report.complete && (problemCount === 0 || skipInvalid);
  const note: Io['note'] = (line) => io.note(line);
  if (!file || !fine) {
    tellProblems(report.problems, problemCount, 'problem', note);
    const remedy = report.complete
      ? `correct ${problemCount === 1 ? 'it' : 'them'}, or leave such rows out with --skip-invalid`
      : 'correct the file';
    note(`reelscore: ${report.path} has ${count(problemCount, 'problem')} (${remedy})`);
    io.document(documentOf(report));
    await file?.remove();
    return undefined;
  }
  if (warningCount > 0) {
    note(`${report.path}: ${count(warningCount, 'warning')} (see: reelscore validate ${manifest})`);
  }
  return { file, report };
}

/** A file that cannot be read at all becomes a report too, without a file. */
export async function readReport(
  manifest: string,
  config: ResolvedConfig,
): Promise<Partial<CheckedManifest> & Pick<CheckedManifest, 'report'>> {
  try {
    return await checkSource(manifest, config);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const report: ManifestReport = {
      ...{ path: manifest, format: 'csv', name: '', hash: '', total: 0, valid: 0, invalid: 0 },
      columns: [],
      problems: [...error.problems],
      problemCount: error.problemCount,
      complete: false,
      ...{ warnings: [], warningCount: 0 },
    };
    return { report };
  }
}

/** One line each, as many as were kept, and how many more there are. */
export function tellProblems(
  problems: readonly Problem[],
  total: number,
  noun: string,
  say: (line: string) => void,
): void {
  const prefix = noun === 'warning' ? 'warning: ' : '';
  for (const problem of problems) say(plainText(prefix + formatProblem(problem)));
  if (total > problems.length) say(`and ${count(total - problems.length, `more ${noun}`)}`);
}

/** What `--json` prints of a manifest. */
export function documentOf(report: ManifestReport) {
  const { path, name, total, valid, invalid, complete } = report;
  const { problemCount, warningCount, problems, warnings } = report;
  return {
    ok: problemCount === 0,
    manifest: path,
    name,
    clips: { total, valid, invalid },
    complete,
    problemCount,
    warningCount,
    problems: problems.map(entry),
    warnings: warnings.map(entry),
  };
}

function entry({ file, line, cell, fault, remedy }: Problem) {
  return {
    file,
    ...(line !== undefined && { line }),
    ...(cell !== undefined && { cell }),
    ...{ fault, remedy },
  };
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
