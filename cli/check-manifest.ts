// The look at a manifest before anything is started.
import { checkManifest, type ManifestReport } from '../manifests/read.js';
import { formatProblem, ManifestError, type Problem } from '../manifests/problems.js';
import { plainText, type Io } from './io.js';

/** Checks a manifest for `run` and `start`. Returns undefined, having said why, if it is refused. */
export async function checkForRun(
  path: string,
  skipInvalid: boolean,
  io: Io,
): Promise<ManifestReport | undefined> {
  const report = await readReport(path);
  const { problemCount, warningCount } = report;
  const fine = report.complete && (problemCount === 0 || skipInvalid);
  const told: Io['note'] = (line) => io.note(line);
  if (!fine) {
    tellProblems(report.problems, problemCount, 'problem', told);
    const remedy = report.complete
      ? `correct ${problemCount === 1 ? 'it' : 'them'}, or leave such rows out with --skip-invalid`
      : 'correct the file';
    told(`reelscore: ${path} has ${count(problemCount, 'problem')} (${remedy})`);
    io.document(documentOf(report));
    return undefined;
  }
  if (warningCount > 0) {
    told(`${path}: ${count(warningCount, 'warning')} (see: reelscore validate ${path})`);
  }
  return report;
}

/** A file that cannot be read at all becomes a report too. */
export async function readReport(path: string): Promise<ManifestReport> {
  try {
    return await checkManifest(path);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return {
      ...{ path, format: 'csv', name: '', hash: '', total: 0, valid: 0, invalid: 0, columns: [] },
      problems: [...error.problems],
      problemCount: error.problemCount,
      complete: false,
      ...{ warnings: [], warningCount: 0 },
    };
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

function entry({ file, line, fault, remedy }: Problem) {
  return { file, ...(line !== undefined && { line }), fault, remedy };
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
