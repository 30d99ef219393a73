// Probes every clip of a manifest, as a batch does before it submits.
import pLimit from 'p-limit';
import type { Clip } from '../contract/clip.js';
import { readManifest } from '../manifests/read.js';
import { readOptionsOf, type ReadableManifest } from '../intake/manifest-file.js';
import { openMedia } from '../workers/media.js';
import type { ResolvedConfig } from '../config/config.js';

const CONCURRENCY = 8;

export interface ProbeFinding {
  line: number;
  id: string;
  code: string;
  message: string;
}

export interface ProbeFindings {
  probed: number;
  problems: ProbeFinding[];
  warnings: ProbeFinding[];
}

/** @param onFinding gets each finding as a line, as soon as it is known */
export async function probeManifest(
  file: ReadableManifest,
  config: ResolvedConfig,
  onFinding: (line: string) => void,
): Promise<ProbeFindings> {
  const media = openMedia(config);
  const limit = pLimit(CONCURRENCY);
  const findings: ProbeFindings = { probed: 0, problems: [], warnings: [] };

  const look = async ({ line, id, fileLink }: Clip): Promise<void> => {
    const verdict = await media.probe(fileLink);
    findings.probed += 1;
    const isOk = verdict.verdict === 'ok';
    for (const { code, message } of isOk ? verdict.warnings : [verdict]) {
      (isOk ? findings.warnings : findings.problems).push({ line, id, code, message });
      onFinding(`${isOk ? 'warning: ' : ''}${file.label}:${line}: ${id}: ${code}: ${message}`);
    }
  };
  try {
    await readManifest(
      file.path,
      async (clips) => {
        const sound = clips.filter((clip) => clip.fault === undefined);
        await Promise.all(sound.map((clip) => limit(look, clip)));
      },
      readOptionsOf(file),
    );
  } finally {
    await media.close();
  }
  return findings;
}
