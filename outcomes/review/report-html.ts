// The listening report: one page that works from a folder, from a zip, and from a disk.
import { hash } from 'node:crypto';
import type { ResultRow } from '../result-row.js';

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
  takes: { file: string; peaks?: string }[];
  /** In words. */
  faults: string[];
  /** Values of the manifest's own columns, for searching. */
  own: string[];
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
<header>
<h1>${escaped(batch)}</h1>
<p class="soft"><span id="found" role="status"></span>, ${escaped(madeAt.slice(0, 16).replace('T', ' '))} UTC.
<kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>space</kbd> play, <kbd>1</kbd>-<kbd>9</kbd> take, <kbd>/</kbd> search</p>
<form role="search">
<label>Search <input id="search" type="search" autocomplete="off"></label>
<label>Status <select id="status"><option value="">all</option>${STATUSES.map((one) => `<option>${one}</option>`).join('')}</select></label>
</form>
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
</footer>
<script type="application/json" id="data">{"clips":[`;
  let separator = '\n';
  for await (const clip of clips) {
    // A text that ends the element, or begins a comment in it, must not.
    yield separator + JSON.stringify(clip).replaceAll('<', '\\u003c');
    separator = ',\n';
  }
  yield `\n]}</script>
<script>${script}</script>
</body>
</html>
`;
}

function sourceHash(content: string): string {
  return `sha256-${hash('sha256', content, 'base64')}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
