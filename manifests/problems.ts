// Problems of a manifest, as messages.
import { MAX_KEPT_PROBLEMS } from './limits.js';

/** What is wrong somewhere, and what to do about it. */
export interface Fault {
  /** Line of the manifest file, from 1; absent when the whole file is meant. */
  line?: number;
  /** Cell of a workbook, `Sheet1!B7`, which messages name in place of the line. */
  cell?: string;
  fault: string;
  remedy: string;
}

/** A fault with the file it is in. */
export interface Problem extends Fault {
  file: string;
}

/** `fault (what to do)`. */
export function formatFault({ fault, remedy }: Fault): string {
  return `${fault} (${remedy})`;
}

/** `file:line: fault (what to do)`, or `file:Sheet1!B7: ...`. */
export function formatProblem(problem: Problem): string {
  const { file, line, cell = line } = problem;
  return `${cell === undefined ? file : `${file}:${cell}`}: ${formatFault(problem)}`;
}

/** Counts every problem and keeps the first ones, so that memory stays bounded. */
export class ProblemLog {
  readonly kept: Problem[] = [];
  count = 0;

  constructor(private readonly file: string) {}

  add(fault: Fault): void {
    this.count += 1;
    if (this.kept.length < MAX_KEPT_PROBLEMS) this.kept.push({ file: this.file, ...fault });
  }
}

/** A manifest that cannot be used. Carries the first problems and the number of all. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';

  constructor(
    readonly problems: readonly Problem[],
    readonly problemCount: number = problems.length,
    options?: ErrorOptions,
  ) {
    super(describe(problems, problemCount), options);
  }
}

const SHOWN = 10;

function describe(problems: readonly Problem[], count: number): string {
  const lines = problems.slice(0, SHOWN).map(formatProblem);
  if (count > lines.length) lines.push(`and ${count - lines.length} more problems`);
  return lines.join('\n');
}

/** Thrown by a reader that cannot go on: the rest of the file stays unread. */
export class UnreadableManifest extends Error {
  override readonly name = 'UnreadableManifest';

  constructor(
    readonly faults: readonly Fault[],
    options?: ErrorOptions,
  ) {
    super(faults.map(formatFault).join('; '), options);
  }
}
