import { describe, expect, test } from 'vitest';
import type { MediaFacts } from '../../media/facts.js';
import { judge } from '../../media/judge.js';
import { VENDOR_LIMITS } from '../../media/limits.js';

const GOOD: MediaFacts = {
  format: 'MPEG-4',
  sizeBytes: 1_000_000,
  durationSeconds: 10,
  frameRate: 25,
  variableFrameRate: false,
  width: 1280,
  height: 720,
  hasVideo: true,
  encrypted: false,
  cutOff: false,
  hasOtherTracks: true,
};

/** `ok`, or the codes of what was found. */
function findings(change: Partial<MediaFacts>, without: (keyof MediaFacts)[] = []): string {
  const facts = { ...GOOD, ...change };
  for (const key of without) Reflect.deleteProperty(facts, key);
  const verdict = judge(facts, true, VENDOR_LIMITS);
  if (verdict.verdict !== 'ok') return `${verdict.verdict} ${verdict.code}`;
  return ['ok', ...verdict.warnings.map(({ code }) => code)].join(' ');
}

describe('limits', () => {
  const rows: [change: Partial<MediaFacts>, expected: string][] = [
    [{}, 'ok'],
    [{ sizeBytes: 120_000_000 }, 'ok'],
    [{ sizeBytes: 120_000_001 }, 'ok media_borderline'],
    [{ sizeBytes: 125_829_120 }, 'ok media_borderline'],
    [{ sizeBytes: 125_829_121 }, 'rejected media_too_large'],
    [{ sizeBytes: 0 }, 'rejected media_not_a_video'],
    [{ durationSeconds: 95 }, 'ok'],
    [{ durationSeconds: 95.04 }, 'ok media_borderline'],
    [{ durationSeconds: 95.2 }, 'rejected media_too_long'],
    [{ frameRate: 14.985 }, 'ok'],
    [{ frameRate: 14.9 }, 'rejected media_frame_rate'],
    [{ frameRate: 59.94 }, 'ok'],
    [{ frameRate: 60.002 }, 'ok'],
    [{ frameRate: 60.5 }, 'rejected media_frame_rate'],
    [{ frameRate: 24.9, variableFrameRate: true }, 'ok media_frame_rate_variable'],
    [{ frameRate: 60.4, variableFrameRate: true }, 'ok media_frame_rate_variable'],
    [{ frameRate: 120, variableFrameRate: true }, 'rejected media_frame_rate'],
    [{ frameRate: 6.475, variableFrameRate: true }, 'rejected media_frame_rate'],
    [{ width: 640, height: 360 }, 'ok'],
    [{ width: 640, height: 358 }, 'rejected media_resolution'],
    [{ width: 1920, height: 1080 }, 'ok'],
    [{ width: 1080, height: 1920 }, 'ok'],
    [{ width: 1920, height: 1088 }, 'ok media_borderline'],
    [{ width: 1440, height: 2560 }, 'rejected media_resolution'],
    [{ format: 'Matroska' }, 'ok'],
    [{ format: 'BDAV' }, 'ok media_format_unclear'],
    [{ format: '3GP' }, 'ok media_format_unclear'],
    [{ format: 'MPEG-TS 188+16' }, 'ok'],
    [{ format: 'WebM' }, 'rejected media_format'],
    [{ hasVideo: false }, 'rejected media_no_video'],
    [{ hasVideo: false, indexMissing: true }, 'rejected media_cut_off'],
    [{ cutOff: true }, 'ok media_cut_off'],
    [{ encrypted: true }, 'rejected media_encrypted'],
  ];
  test.each(rows)('%j: %s', (change, expected) => {
    expect(findings(change)).toBe(expected);
  });
});

describe('what the file or the server does not tell is a warning', () => {
  const rows: [keyof MediaFacts, string][] = [
    ['sizeBytes', 'ok media_size_unknown'],
    ['durationSeconds', 'ok media_duration_unknown'],
    ['frameRate', 'ok media_frame_rate_unknown'],
    ['width', 'ok media_resolution_unknown'],
    ['format', 'rejected media_not_a_video'],
  ];
  test.each(rows)('without %s: %s', (key, expected) => {
    expect(findings({}, [key])).toBe(expected);
  });

  test('no track seen in a file that was read in part only', () => {
    const facts = { ...GOOD, hasVideo: false, hasOtherTracks: false };
    expect(judge(facts, false, VENDOR_LIMITS)).toMatchObject({
      verdict: 'ok',
      warnings: [{ code: 'media_not_checked' }],
    });
  });
});

test('a rejection names every broken limit and the value found', () => {
  const facts = { ...GOOD, durationSeconds: 120, frameRate: 10, width: 320, height: 240 };
  expect(judge(facts, true, VENDOR_LIMITS)).toMatchObject({
    verdict: 'rejected',
    code: 'media_too_long',
    message:
      '120.0 s, the vendor takes at most 95 s; 10 FPS, the vendor takes 15 to 60 FPS; ' +
      '320x240 is 240p (shorter side), the vendor takes 360p to 1080p',
  });
});
