// reelscore validate: all problems of a manifest, and of its clips if asked.
import type { ManifestFile } from '../../intake/manifest-file.js';
import type { ManifestReport } from '../../manifests/read.js';
import type { ResolvedConfig } from '../../config/config.js';
import { storesOf } from '../../intake/network.js';
import type { ProbeFindings } from '../probe-manifest.js';
import { count, documentOf, readReport, tellProblems } from '../check-manifest.js';
import { readConfig } from '../config.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText } from '../io.js';

export interface ValidateFlags {
  probe?: boolean;
  prompt?: string;
  map?: string[];
  fit?: boolean;
  long?: string;
  sheet?: string;
  identity?: string;
  json?: boolean;
}

export async function validate(manifest: string, flags: ValidateFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { identity, prompt, map, sheet, fit, long } = flags;
  const config = readConfig({ identity, prompt, map, sheet, fit, long });
  const { file, report: read } = await readReport(manifest, config);
  const report = file && read.complete ? await withLedger(config, file, read) : read;
  const say = (line: string): void => io.say(line);
  tellProblems(report.problems, report.problemCount, 'problem', say);
  tellProblems(report.warnings, report.warningCount, 'warning', say);

  let findings: ProbeFindings | undefined;
  if (flags.probe && file && report.complete) {
    const { probeManifest } = await import('../probe-manifest.js');
    findings = await probeManifest(file, config, (line) => say(plainText(line)));
  }
  await file?.remove();

  const { total, valid, problemCount, warningCount } = report;
  const clips = findings
    ? `; probed ${count(findings.probed, 'clip')}: ${count(findings.problems.length, 'problem')}, ${count(findings.warnings.length, 'warning')}${findings.fits.length > 0 ? `, ${findings.fits.length} to be fitted` : ''}`
    : '';
  say(
    `${manifest}: ${count(total, 'row')}, ${valid} valid, ${count(problemCount, 'problem')}, ${count(warningCount, 'warning')}${clips}`,
  );
  const ok = problemCount === 0 && (findings?.problems.length ?? 0) === 0;
  io.document({ ...documentOf(report), ok, ...(findings && { probe: findings }) });
  return ok ? EXIT.ok : EXIT.failed;
}

/** What the ledger has to say comes after what the manifest itself has. */
async function withLedger(
  config: ResolvedConfig,
  file: ManifestFile,
  report: ManifestReport,
): Promise<ManifestReport> {
  const { ledgerWarnings } = await import('../../client/match-manifest.js');
  const { warnings, count } = await ledgerWarnings({ config, openStore: storesOf(config) }, file);
  return {
    ...report,
    warnings: [...report.warnings, ...warnings],
    warningCount: report.warningCount + count,
  };
}
