// The documents of the page. What is in them comes later, by scripts.
import { escaped, reviewBody } from '../outcomes/review/report-html.js';

/** @param up relative link to the page's root */
function head(title: string, up: string, styles: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
${styles.map((name) => `<link rel="stylesheet" href="${up}assets/${name}">`).join('\n')}
</head>`;
}

export function loginHtml(wrong: boolean): string {
  return `${head('Reelscore', '/', [])}
<body>
<main>
<h1>Reelscore</h1>
<form method="post" action="/login">
<p><label>Token <input name="token" type="password" autocomplete="off" required autofocus></label>
<button type="submit">Log in</button></p>
</form>
<p role="status">${wrong ? 'That is not the token. ' : ''}The command that serves this page has printed it; a new start has a new one.</p>
</main>
</body>
</html>
`;
}

/**
 * Goes on to a page of ours. A redirect would not do: after a click on a link elsewhere, a browser keeps a strict
 * cookie to itself until a page of the same site asks.
 */
export function onwardHtml(url: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reelscore</title><meta http-equiv="refresh" content="0;url=${escaped(url)}"></head><body><a href="${escaped(url)}">Reelscore</a></body></html>
`;
}

export function overviewHtml(): string {
  return `${head('Reelscore', '', ['view.css', 'live.css'])}
<body>
<header>
<h1>Reelscore</h1>
<p id="fault" class="fault" role="status"></p>
<p id="told" class="soft" role="status"></p>
</header>
<main>
<h2>Accounts</h2>
<div id="accounts"></div>
<h2>Batches</h2>
<div class="table"><table><thead><tr><th scope="col">Batch</th><th scope="col">State</th><th scope="col">Done</th><th scope="col">Succeeded</th><th scope="col">Others</th><th scope="col">Started</th></tr></thead><tbody id="batches"></tbody></table></div>
</main>
<script src="assets/overview.js" type="module"></script>
</body>
</html>
`;
}

export function batchHtml(batch: string): string {
  const above = `<p><a href="../../">All batches</a></p>
<section id="live" aria-label="Progress">
<p><span id="state">...</span> <progress id="progress" max="1" value="0" aria-label="Clips that have ended"></progress> <span id="counts" class="soft"></span></p>
<p id="fault" class="fault" role="status"></p>
<p id="reason" class="fault"></p>
<p class="takes"><button id="pause" type="button" hidden>Pause</button> <button id="resume" type="button" hidden>Resume</button> <button id="cancel" type="button" hidden>Cancel</button> <button id="retry" type="button" hidden>Retry what did not succeed</button> <button id="mix" type="button" hidden>Mix videos</button></p>
</section>`;
  return `${head(`${batch} - Reelscore`, '../../', ['view.css', 'live.css'])}
<body data-batch="${escaped(batch)}">
${reviewBody({ title: batch, above })}
<script src="../../assets/review.js" type="module"></script>
</body>
</html>
`;
}
