// Whether clips can be fitted and videos mixed here.
import { ENVIRONMENT } from '../../config/environment.js';
import type { ResolvedConfig } from '../../config/config.js';
import { toolEnv } from '../../config/tool-env.js';
import { openFfmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { ok, problem, problemOf, warning, type DoctorFinding } from './finding.js';

const CHECK = 'ffmpeg';
/** What fitting and mixing take of it. */
const FILTERS = [
  ...['fps', 'scale', 'bwdif', 'pad', 'setsar', 'format', 'select', 'metadata'],
  ...['aresample', 'aformat', 'apad', 'atrim', 'acrossfade', 'adelay', 'afade', 'alimiter'],
  ...['aloop', 'amix', 'anull', 'asetpts', 'asplit', 'astats', 'concat', 'ebur128', 'pan'],
  ...['sidechaincompress', 'silencedetect', 'volume'],
];
const ENCODERS = ['libx264', 'aac'];

export async function ffmpegFinding({
  ffmpeg: command,
  fit,
  mixes,
}: ResolvedConfig): Promise<DoctorFinding> {
  const needed = fit !== undefined || mixes;
  const ffmpeg = openFfmpeg(command, toolEnv(ENVIRONMENT));
  try {
    const version = await ffmpeg.version();
    const [filters, encoders] = [await ffmpeg.names('filters'), await ffmpeg.names('encoders')];
    const missing = [
      ...FILTERS.filter((name) => !filters.has(name)),
      ...ENCODERS.filter((name) => !encoders.has(name)),
    ];
    if (missing.length === 0)
      return ok(CHECK, `${version}; clips can be fitted here (--fit), and videos mixed (--mix)`);
    const found = `${version} lacks ${missing.join(', ')}`;
    const advice = 'install a build with H.264 (libx264), or set REELSCORE_FFMPEG to one';
    return needed ? problem(CHECK, found, advice) : warning(CHECK, found, advice);
  } catch (error) {
    if (needed) return problemOf(CHECK, error);
    return ok(CHECK, 'is not there; it is needed for --fit and --mix alone');
  }
}
