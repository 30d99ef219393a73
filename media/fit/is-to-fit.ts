// Whether a clip has to be fitted, and can be. Pure.
import type { Clip } from '../../contract/clip.js';
import type { ProbeCode, ProbeVerdict } from '../verdict.js';

/** What a proxy mends. */
const MENDED: ReadonlySet<ProbeCode> = new Set<ProbeCode>([
  'media_format',
  'media_too_large',
  'media_too_long',
  'media_frame_rate',
  'media_resolution',
  // Notes: the vendor may take it or not, and a proxy it takes.
  'media_format_unclear',
  'media_borderline',
]);

/** A clip that breaks a limit which a proxy mends, comes close to one, or of which a part alone is wanted. */
export function isToFit({ excerpt }: Pick<Clip, 'excerpt'>, verdict: ProbeVerdict): boolean {
  switch (verdict.verdict) {
    case 'unreachable':
      return false;
    case 'rejected':
      return MENDED.has(verdict.code) && verdict.media?.encrypted !== true;
    case 'ok':
      return excerpt !== undefined || verdict.warnings.some(({ code }) => MENDED.has(code));
  }
}
