// Probes every clip of a manifest, as a batch does before it submits.
import pLimit from 'p-limit';
import type { Clip } from '../contract/clip.js';
import { readManifest } from '../manifests/read.js';
import { readOptionsOf, type ReadableManifest } from '../intake/manifest-file.js';
import { previewOf } from '../media/fit/preview.js';
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
  /** Clips that would be fitted; `message` tells how. Their limits are no problems. */
  fits: (ProbeFinding & { tasks: number })[];
}

/** @param onFinding gets each finding as a line, as soon as it is known */
export async function probeManifest(
  file: ReadableManifest,
  config: ResolvedConfig,
  onFinding: (line: string) => void,
): Promise<ProbeFindings> {
  const media = openMedia(config);
  const limit = pLimit(CONCURRENCY);
  const findings: ProbeFindings = { probed: 0, problems: [], warnings: [], fits: [] };

  const look = async (clip: Clip): Promise<void> => {
    const { line, id, fileLink } = clip;
    const verdict = await media.probe(fileLink);
    findings.probed += 1;
    const preview = config.fit && previewOf(clip, verdict, config.fit);
    if (preview) {
      const fits = 'what' in preview;
      const code = fits ? 'fitted' : 'media_too_long';
      const message = fits ? preview.what : preview.fault;
      if (fits) findings.fits.push({ line, id, code, message, tasks: preview.tasks });
      else findings.problems.push({ line, id, code, message });
      onFinding(`${file.label}:${line}: ${id}: ${code}: ${message}`);
      return;
    }
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
