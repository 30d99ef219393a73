// Whether clips can be fitted here.
import { ENVIRONMENT } from '../../config/environment.js';
import type { ResolvedConfig } from '../../config/config.js';
import { toolEnv } from '../../config/tool-env.js';
import { openFfmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { ok, problem, problemOf, warning, type DoctorFinding } from './finding.js';

const CHECK = 'ffmpeg';
/** What fitting takes of it. */
const FILTERS = [
  ...['fps', 'scale', 'bwdif', 'pad', 'setsar', 'format', 'select', 'metadata'],
  ...['aresample', 'aformat', 'apad', 'atrim', 'acrossfade'],
];
const ENCODERS = ['libx264', 'aac'];

export async function ffmpegFinding({
  ffmpeg: command,
  fit,
}: ResolvedConfig): Promise<DoctorFinding> {
  const ffmpeg = openFfmpeg(command, toolEnv(ENVIRONMENT));
  try {
    const version = await ffmpeg.version();
    const [filters, encoders] = [await ffmpeg.names('filters'), await ffmpeg.names('encoders')];
    const missing = [
      ...FILTERS.filter((name) => !filters.has(name)),
      ...ENCODERS.filter((name) => !encoders.has(name)),
    ];
    if (missing.length === 0) return ok(CHECK, `${version}; clips can be fitted here (--fit)`);
    const found = `${version} lacks ${missing.join(', ')}`;
    const advice = 'install a build with H.264 (libx264), or set REELSCORE_FFMPEG to one';
    return fit ? problem(CHECK, found, advice) : warning(CHECK, found, advice);
  } catch (error) {
    if (fit) return problemOf(CHECK, error);
    return ok(CHECK, 'is not there; it is needed for --fit alone');
  }
}
