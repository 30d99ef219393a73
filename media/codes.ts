// What probing a clip can end with, with a stable code for each.

/** Codes of this folder and what they mean; docs/errors.md must list the same. */
export const MEDIA_CODES = {
  clip_not_found: 'The clip is not there: the server answers 404 or 410, or there is no such file.',
  clip_unreadable: 'The clip is a file on this machine, and cannot be read.',
  clip_forbidden: 'The server does not hand the clip out (401, 403).',
  clip_http_error: 'The server answers with another HTTP status than success.',
  clip_unreachable: 'No answer came from the server in time, or the connection failed.',
  media_html_page: 'The link leads to a web page, not to a file.',
  media_not_a_video: 'The content is empty or of no known media format.',
  media_no_video: 'The file has no video track.',
  media_cut_off: 'The file is cut off: it ends before it says, or its index is missing.',
  media_encrypted: 'The video is encrypted.',
  media_format: 'The container format is none of those the vendor takes.',
  media_too_large: 'The file is larger than the vendor takes.',
  media_too_long: 'The clip is longer than the vendor takes.',
  media_frame_rate: 'The frame rate is lower or higher than the vendor takes.',
  media_resolution: 'The shorter side is smaller or larger than the vendor takes.',
  media_borderline: 'A value lies so close to a limit that the vendor may see it either way.',
  media_format_unclear: 'The container format is a relative of one the vendor takes.',
  media_not_checked: 'The content, or a part of it that is needed, could not be read.',
  media_size_unknown: 'The server does not tell the size.',
  media_duration_unknown: 'The file does not tell its duration.',
  media_frame_rate_unknown: 'The file does not tell its frame rate.',
  media_frame_rate_variable: 'The frame rate varies.',
  media_resolution_unknown: 'The file does not tell its resolution.',
} as const;

export type MediaCode = keyof typeof MEDIA_CODES;
