// reelscore doctor: what is there, what is missing, and what to do about it.
import { examine } from '../../client/doctor/examine.js';
import { problemOf, type DoctorFinding, type Verdict } from '../../client/doctor/finding.js';
import { ConfigError } from '../../config/config.js';
import { readConfig } from '../config.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText, type Io } from '../io.js';
import { count } from '../check-manifest.js';
import { table } from '../table.js';

export interface DoctorFlags {
  simulate?: boolean;
  json?: boolean;
}

export async function doctor({ simulate = false, json = false }: DoctorFlags): Promise<number> {
  const io = createIo(json);
  const checks = await findings(simulate, io);
  const having = (verdict: Verdict): number =>
    checks.filter((finding) => finding.verdict === verdict).length;
  const [problems, warnings] = [having('problem'), having('warning')];
  for (const line of linesOf(checks)) io.say(line);
  io.say();
  io.say(`${count(problems, 'problem')}, ${count(warnings, 'warning')}`);
  io.document({ problems, warnings, checks });
  return problems === 0 ? EXIT.ok : EXIT.failed;
}

/** Settings that cannot be used are findings too, and the only ones: all else depends on them. */
async function findings(simulate: boolean, io: Io): Promise<DoctorFinding[]> {
  try {
    const config = readConfig();
    return await examine({ config, simulate, onProgress: (line) => io.note(line) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((fault) => problemOf('Settings', fault));
  }
}

function linesOf(checks: readonly DoctorFinding[]): string[] {
  const rows = checks.flatMap(({ verdict, check, found, advice }) => [
    [verdict, check, plainText(found)],
    ...(advice?.split('\n') ?? []).map((line) => ['', '', `  ${plainText(line)}`]),
  ]);
  return table(rows);
}
