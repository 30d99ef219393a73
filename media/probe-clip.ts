// Probes one clip before money is spent on it, within bounds.
import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedFetch } from '../net/guarded-fetch.js';
import { MediaParserError, type MediaAnalyzer } from './analyzer.js';
import { BLOCK_BYTES } from './blocks.js';
import { NO_FACTS, type MediaFacts } from './facts.js';
import { verdictOfFailure } from './failures.js';
import { startClipClock } from './clip-clock.js';
import { inspect, type Analyze } from './inspect.js';
import { judge, judgeSize, verdictOf, type Finding } from './judge.js';
import { PROBE_BOUNDS, VENDOR_LIMITS, type ClipLimits, type ProbeBounds } from './limits.js';
import { openLocalClip } from './local-clip.js';
import type { OpenedClip } from './opened-clip.js';
import { openClip } from './remote-clip.js';
import type { ProbeVerdict } from './verdict.js';

export interface ProbeDeps {
  fetch: GuardedFetch;
  analyzer: MediaAnalyzer;
  /** Ends the probe; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What differs from VENDOR_LIMITS and PROBE_BOUNDS. */
export interface ProbeLimits {
  clip?: Partial<ClipLimits>;
  probe?: Partial<ProbeBounds>;
}

const HTML_CONTENT = /^\uFEFF?\s*<(!doctype html|html|head|body|script)\b/i;
const HTML_TYPE = /^(text\/html|application\/xhtml\+xml)\b/i;

const WEB_PAGE: ProbeVerdict = {
  verdict: 'rejected',
  code: 'media_html_page',
  message: 'the link leads to a web page (give a link to the file itself)',
};

function looksLikeHtml(head: Uint8Array): boolean {
  return HTML_CONTENT.test(Buffer.from(head.subarray(0, 512)).toString('utf8'));
}

/** Reads to the end of a file of unknown size, as far as the budget goes. */
async function sizeByReading({ blocks }: OpenedClip): Promise<number | undefined> {
  for (let index = 0; ; index += 1) {
    const block = await blocks.block(index);
    if (block === undefined) return undefined;
    if (block.length < BLOCK_BYTES) return index * BLOCK_BYTES + block.length;
  }
}

function withSize(sizeBytes: number | undefined): MediaFacts {
  return { ...NO_FACTS, ...(sizeBytes !== undefined && { sizeBytes }) };
}

async function judgeClip(
  clip: OpenedClip,
  analyze: Analyze,
  limits: ClipLimits,
  bounds: ProbeBounds,
): Promise<ProbeVerdict> {
  const { blocks } = clip;
  const statedSize = judgeSize(clip.sizeBytes, limits);
  if (statedSize.some((finding) => finding.fatal))
    return verdictOf(statedSize, withSize(clip.sizeBytes));
  const head = await blocks.block(0);
  if (head !== undefined && looksLikeHtml(head)) return WEB_PAGE;
  const sizeBytes = clip.sizeBytes ?? (await sizeByReading(clip));
  const known = withSize(sizeBytes);
  const bySize = judgeSize(sizeBytes, limits);
  const unread = (message: string): ProbeVerdict => {
    const finding: Finding = { fatal: false, code: 'media_not_checked', message };
    return verdictOf([...bySize, finding], known);
  };
  if (bySize.some((finding) => finding.fatal)) return verdictOf(bySize, known);
  if (head === undefined) return unread("the server's answer does not give the file's own bytes");
  try {
    const maxBlocks = Math.floor(bounds.maxReadBytes / BLOCK_BYTES);
    const assumedBytes = limits.maxBytes;
    const { facts, whole } = await inspect(analyze, { blocks, sizeBytes, assumedBytes, maxBlocks });
    const sure = whole && sizeBytes !== undefined;
    const verdict = judge({ ...known, ...facts }, sure, limits);
    const unknown = verdict.verdict === 'rejected' && verdict.code === 'media_not_a_video';
    return unknown && HTML_TYPE.test(clip.contentType) ? WEB_PAGE : verdict;
  } catch (error) {
    if (error instanceof MediaParserError) return unread(error.message);
    throw error;
  }
}

/**
 * Probes the clip behind a link: whether it is there, its size, and by its content (not its
 * name) format, duration, frame rate and resolution.
 *
 * A clip that is out of reach is tried again a few times within `clipTimeoutMs`. Nothing is thrown
 * for what a server or a file does; only for an aborted `signal`.
 */
export async function probeClip(
  link: string,
  deps: ProbeDeps,
  limits: ProbeLimits = {},
): Promise<ProbeVerdict> {
  const { fetch } = deps;
  const clipLimits = { ...VENDOR_LIMITS, ...limits.clip };
  const bounds = { ...PROBE_BOUNDS, ...limits.probe };
  const clock = startClipClock(bounds.clipTimeoutMs);
  const signal =
    deps.signal === undefined ? clock.signal : AbortSignal.any([clock.signal, deps.signal]);
  const time = { leftMs: bounds.parserMs };
  // Others' clips are no fault of this one's server.
  const analyze: Analyze = (input) =>
    clock.stoppedFor(() => deps.analyzer.analyze(input, time, deps.signal));

  async function attempt(): Promise<ProbeVerdict> {
    const clip = link.startsWith('file:')
      ? await openLocalClip(link, bounds)
      : await openClip(link, { fetch, bounds, signal });
    try {
      return await judgeClip(clip, analyze, clipLimits, bounds);
    } finally {
      clip.blocks.close();
    }
  }

  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt();
      } catch (error) {
        deps.signal?.throwIfAborted();
        const { verdict, retryAfterMs = 0 } = verdictOfFailure(error, clock.signal, bounds);
        const again = verdict.verdict === 'unreachable' && verdict.retryable;
        if (!again || clock.signal.aborted || tries >= bounds.attempts) return verdict;
        const delay = Math.max(bounds.retryDelayMs * 2 ** (tries - 1), retryAfterMs);
        const slept = await sleep(delay, true, { signal }).catch(() => false);
        deps.signal?.throwIfAborted();
        if (!slept) return verdict;
      }
    }
  } finally {
    clock.end();
  }
}
