// The listening report: one page that works from a folder, from a zip, and from a disk.
import { hash } from 'node:crypto';
import type { ResultRow } from '../result-row.js';
import type { Mark } from './marks.js';

/** What is seen and heard of one clip; paths are relative to the page. */
export interface ReviewedClip {
  id: string;
  status: ResultRow['status'];
  prompt: string;
  /** A picture. */
  still?: string;
  /** The finished video. */
  video?: string;
  /** Of the clip itself, if the page can reach it. */
  picture?: string;
  /** Seconds of the clip before the part that the music is for. */
  from?: number;
  takes: ReviewedTake[];
  /** Which of them counts, from 0. */
  chosen: number;
  /** Names these takes in marks, see `takesName`. */
  state: string;
  /** What was said of them before. */
  mark?: Said;
  /** In words. */
  faults: string[];
  /** What the manifest's own columns have, by their names, for searching. */
  own: Record<string, string>;
}

/** What a mark says. */
export type Said = Pick<Mark, 'decision' | 'output' | 'prompt' | 'note'>;

export interface ReviewedTake {
  file: string;
  /** If it is not the clip's. */
  prompt?: string;
  /** See `peaksOf`. */
  peaks?: string;
}

export interface ReportPage {
  batch: string;
  /** ISO 8601. */
  madeAt: string;
  clips: AsyncIterable<ReviewedClip>;
  css: string;
  script: string;
}

const STATUSES = ['succeeded', 'failed', 'rejected', 'cancelled', 'skipped', 'pending'];

/** The page, a clip at a time. Nothing in it runs but its own script. */
export async function* reportHtml(page: ReportPage): AsyncIterable<string> {
  const { batch, madeAt, clips, css, script } = page;
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(css)}'`,
    "img-src 'self' file:",
    "media-src 'self' file:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(batch)} - listening report</title>
<style>${css}</style>
</head>
<body>
${reviewBody({ title: batch, note: `${madeAt.slice(0, 16).replace('T', ' ')} UTC` })}
<script type="application/json" id="data">{"batch":${inScript(batch)},"clips":[`;
  let separator = '\n';
  for await (const clip of clips) {
    yield separator + inScript(clip);
    separator = ',\n';
  }
  yield `\n]}</script>
<script>${script}</script>
</body>
</html>
`;
}

/**
 * The view of clips, without its scripts.
 * @param above HTML that stands under the title
 * @param note beside the number of clips
 */
export function reviewBody({
  title,
  above = '',
  note = '',
}: {
  title: string;
  above?: string;
  note?: string;
}): string {
  return `<header>
<h1>${escaped(title)}</h1>
${above}
<p class="soft"><span id="found" role="status"></span>${note === '' ? '' : `, ${escaped(note)}`}.
<kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>space</kbd> play, <kbd>1</kbd>-<kbd>9</kbd> take,
<kbd>a</kbd> approve, <kbd>r</kbd> redo or note, <kbd>/</kbd> search</p>
<form role="search" id="filters">
<label>Search <input id="search" type="search" autocomplete="off"></label>
<label>Status <select id="status"><option value="">all</option>${STATUSES.map((one) => `<option>${one}</option>`).join('')}</select></label>
<label>Marks <select id="marked"><option value="">all</option><option value="none">without</option><option value="approve">approved</option><option value="redo">to redo</option><option value="note">with a note</option></select></label>
<label id="by-column" hidden>Column <select id="column"><option value="">all</option></select></label>
<label id="by-value" hidden>Value <select id="value"></select></label>
</form>
<p><span id="said" role="status"></span> <button id="save" type="button" hidden>Save marks</button></p>
<p id="told" class="soft" role="status"></p>
</header>
<main>
<ol id="clips"></ol>
<button id="more" type="button">More</button>
</main>
<footer aria-label="Player">
<video id="picture" playsinline preload="metadata" aria-label="Picture"></video>
<audio id="music" preload="metadata"></audio>
<button id="play" type="button">Play</button>
<span id="now" class="now" aria-live="polite">Nothing chosen</span>
<input id="seek" type="range" min="0" max="1000" value="0" aria-label="Place in the music">
<span id="time" class="soft">0:00</span>
</footer>`;
}

/** A text that ends the element, or begins a comment in it, must not. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function sourceHash(content: string): string {
  return `sha256-${hash('sha256', content, 'base64')}`;
}

/** For HTML, between tags and in attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
