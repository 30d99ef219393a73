// What an examination finds, point by point. Pure.

/** `problem`: something will not work; `warning`: something may not. */
export type Verdict = 'ok' | 'warning' | 'problem';

export interface DoctorFinding {
  /** What was checked, in a word or two. */
  check: string;
  verdict: Verdict;
  /** What was found. */
  found: string;
  /** What to do; commands stand on lines of their own. */
  advice?: string;
}

export const ok = (check: string, found: string): DoctorFinding => ({
  check,
  verdict: 'ok',
  found,
});

export const warning = (check: string, found: string, advice: string): DoctorFinding => ({
  ...{ check, verdict: 'warning', found, advice },
});

export const problem = (check: string, found: string, advice: string): DoctorFinding => ({
  ...{ check, verdict: 'problem', found, advice },
});

/** An error of ours as a finding: what stands in the brackets at its end is what to do. */
export function problemOf(check: string, error: unknown): DoctorFinding {
  const message = error instanceof Error ? error.message : String(error);
  const match = /^(.+?) \(((?:[^()]|\([^()]*\))+)\)$/s.exec(message);
  const [, found, advice] = match ?? [];
  if (found === undefined || advice === undefined) {
    return { check, verdict: 'problem', found: message };
  }
  return problem(check, found, advice);
}
