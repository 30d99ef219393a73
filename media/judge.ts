// Compares the facts of a file with the vendor's limits. Pure.
import type { MediaFacts } from './facts.js';
import type { ClipLimits } from './limits.js';
import type { MediaCode } from './codes.js';
import type { MediaNote, ProbeVerdict } from './verdict.js';

/** mediainfo's names of the vendor's nine formats; MP4, MOV and M4V are all MPEG-4. */
const FORMATS: ReadonlySet<string> = new Set([
  'MPEG-4',
  'AVI',
  'Matroska',
  'MPEG-TS',
  // With 16 bytes of error correction behind each packet.
  'MPEG-TS 188+16',
  'Flash Video',
  'MPEG-PS',
  'MPEG Video',
]);

/** Relatives: M2TS is a TS with timestamps, CDXA is an MPG from a Video CD, 3GP an MP4 of phones. */
const UNCLEAR_FORMATS: ReadonlySet<string> = new Set(['BDAV', 'CDXA', 'CDXA / MPEG-PS', '3GP']);

const FORMAT_LIST = 'MP4, MOV, AVI, M4V, MKV, TS, FLV, MPG and MPEG-2';

export interface Finding {
  fatal: boolean;
  code: MediaCode;
  message: string;
}

const fatal = (code: MediaCode, message: string): Finding => ({ fatal: true, code, message });
const note = (code: MediaCode, message: string): Finding => ({ fatal: false, code, message });

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function judgeSize(sizeBytes: number | undefined, limits: ClipLimits): Finding[] {
  const most = `the vendor takes at most ${limits.sureBytes / 1e6} MB`;
  if (sizeBytes === undefined) {
    return [note('media_size_unknown', `the server does not tell the size; ${most}`)];
  }
  if (sizeBytes === 0) return [fatal('media_not_a_video', 'the file is empty (0 bytes)')];
  if (sizeBytes > limits.maxBytes) {
    return [fatal('media_too_large', `${megabytes(sizeBytes)}, ${most}`)];
  }
  if (sizeBytes <= limits.sureBytes) return [];
  return [note('media_borderline', `${megabytes(sizeBytes)}, ${most} (of which kind is not said)`)];
}

function judgeFormat({ format = '' }: MediaFacts): Finding[] {
  if (FORMATS.has(format)) return [];
  const most = `the vendor takes ${FORMAT_LIST}`;
  if (UNCLEAR_FORMATS.has(format)) return [note('media_format_unclear', `${format}; ${most}`)];
  return [fatal('media_format', `the content is ${format}; ${most}`)];
}

function judgeDuration({ durationSeconds: seconds }: MediaFacts, limits: ClipLimits): Finding[] {
  const most = `the vendor takes at most ${limits.maxSeconds} s`;
  if (seconds === undefined) {
    return [note('media_duration_unknown', `the file does not tell its duration; ${most}`)];
  }
  if (seconds > limits.maxSeconds + limits.secondsMargin) {
    return [fatal('media_too_long', `${seconds.toFixed(1)} s, ${most}`)];
  }
  if (seconds <= limits.maxSeconds) return [];
  return [note('media_borderline', `${seconds.toFixed(3)} s, ${most}`)];
}

function judgeFrameRate(facts: MediaFacts, limits: ClipLimits): Finding[] {
  const { frameRate, variableFrameRate } = facts;
  const range = `the vendor takes ${limits.minFrameRate} to ${limits.maxFrameRate} FPS`;
  if (frameRate === undefined) {
    return [note('media_frame_rate_unknown', `the file does not tell its frame rate; ${range}`)];
  }
  const within = (margin: number): boolean =>
    frameRate >= limits.minFrameRate * (1 - margin) &&
    frameRate <= limits.maxFrameRate * (1 + margin);
  const shown = Number(frameRate.toFixed(3));
  if (variableFrameRate) {
    const text = `varies, ${shown} FPS on average`;
    if (!within(limits.variableRateMargin)) return [fatal('media_frame_rate', `${text}; ${range}`)];
    const outside = within(0) ? '' : ', which is outside';
    return [note('media_frame_rate_variable', `${text}${outside}; ${range}`)];
  }
  if (within(limits.frameRateMargin)) return [];
  return [fatal('media_frame_rate', `${shown} FPS, ${range}`)];
}

function judgeResolution({ width, height }: MediaFacts, limits: ClipLimits): Finding[] {
  const range = `the vendor takes ${limits.minSide}p to ${limits.maxSide}p`;
  if (width === undefined || height === undefined) {
    return [note('media_resolution_unknown', `the file does not tell its resolution; ${range}`)];
  }
  const side = Math.min(width, height);
  const shown = `${width}x${height} is ${side}p (shorter side), ${range}`;
  if (side < limits.minSide || side > limits.maxSide + limits.sideMargin) {
    return [fatal('media_resolution', shown)];
  }
  return side > limits.maxSide ? [note('media_borderline', shown)] : [];
}

function judgeState({ encrypted, cutOff, hasVideo }: MediaFacts): Finding[] {
  const findings: Finding[] = [];
  if (encrypted) findings.push(fatal('media_encrypted', 'the video is encrypted'));
  if (cutOff && hasVideo) {
    findings.push(note('media_cut_off', 'the file is incomplete: its end is cut off'));
  }
  return findings;
}

function judgeContent(facts: MediaFacts, whole: boolean, limits: ClipLimits): Finding[] {
  if (facts.format === undefined) {
    return [fatal('media_not_a_video', 'the content is of no known media format')];
  }
  const format = judgeFormat(facts);
  if (facts.hasVideo) {
    return [
      ...format,
      ...judgeState(facts),
      ...judgeDuration(facts, limits),
      ...judgeFrameRate(facts, limits),
      ...judgeResolution(facts, limits),
    ];
  }
  if (format.some((finding) => finding.fatal)) return format;
  if (facts.indexMissing === true) {
    return [fatal('media_cut_off', 'the file is cut off: its index is missing')];
  }
  if (whole || facts.hasOtherTracks) {
    return [fatal('media_no_video', `the ${facts.format} file has no video track`)];
  }
  return [
    ...format,
    note('media_not_checked', `the ${facts.format} file's description lies in a part not readable`),
  ];
}

/** `rejected` with the first broken limit's code and every broken limit's text, else `ok`. */
export function verdictOf(findings: Finding[], media: MediaFacts): ProbeVerdict {
  const faults = findings.filter((finding) => finding.fatal);
  const [first] = faults;
  if (first !== undefined) {
    const message = faults.map((fault) => fault.message).join('; ');
    return { verdict: 'rejected', code: first.code, message, media };
  }
  const warnings = findings.map(({ code, message }): MediaNote => ({ code, message }));
  return { verdict: 'ok', warnings, media };
}

/** @param whole everything the file's parser asked for could be read */
export function judge(facts: MediaFacts, whole: boolean, limits: ClipLimits): ProbeVerdict {
  const findings = [...judgeSize(facts.sizeBytes, limits), ...judgeContent(facts, whole, limits)];
  return verdictOf(findings, facts);
}
