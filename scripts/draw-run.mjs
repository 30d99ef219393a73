// node scripts/draw-run.mjs SCREEN... > docs/run.svg
// Draws screens of a terminal, as `tmux capture-pane -e -p` prints them, one after the other.
import { readFileSync } from 'node:fs';

const COLUMNS = 76;
const CHARACTER = 8.4;
const LINE = 20;
const MARGIN = 16;
/** Seconds that a screen stays; the last one stays longer, so that it can be read. */
const STAY = 1.4;
const STAY_LAST = 7;
/** SGR parameters that the command line uses -> class. */
const CLASSES = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' };
const ENDS = { 22: ['bold', 'dim'], 39: ['red', 'green', 'yellow', 'cyan'] };

const screens = process.argv.slice(2).map((path) => readFileSync(path, 'utf8').trimEnd());
const rows = Math.max(...screens.map((screen) => screen.split('\n').length));
const width = COLUMNS * CHARACTER + 2 * MARGIN;
const height = rows * LINE + 2 * MARGIN;
const total = (screens.length - 1) * STAY + STAY_LAST;

const share = (seconds) => `${((seconds / total) * 100).toFixed(2)}%`;
const shown = screens.map((_, index) => {
  const last = index === screens.length - 1;
  const from = index * STAY;
  const steps = [
    ...(index === 0 ? [] : [`0%{opacity:0}`]),
    `${share(from)}{opacity:1}`,
    ...(last ? [] : [`${share(from + STAY)}{opacity:0}`]),
  ];
  return `@keyframes s${index}{${steps.join('')}}#s${index}{animation:s${index} ${total}s step-end infinite}`;
});

console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">npm start scores ten sample clips: a progress bar, then 10 succeeded and where the results are</title>
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d6dde6;white-space:pre}
.bold{font-weight:bold;fill:#fff}.dim{fill:#6b7683}.red{fill:#ff7b72}.green{fill:#5fd38d}.yellow{fill:#e3b341}.cyan{fill:#56d4dd}
g{opacity:0}#s${screens.length - 1}{opacity:1}
@media (prefers-reduced-motion:no-preference){${shown.join('')}}
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="#161b22" stroke="#6b7683"/>
${screens.map(drawn).join('\n')}
</svg>`);

function drawn(screen, index) {
  const active = new Set(); // colours go on over the end of a line
  const lines = screen.split('\n').map((line, row) => drawnLine(line, row, active));
  return `<g id="s${index}">${lines.join('')}</g>`;
}

function drawnLine(line, row, active) {
  const spans = [];
  let column = 0;
  for (const [, codes, text] of line.matchAll(/(?:\x1b\[([\d;]*)m)|([^\x1b]+)/g)) {
    if (text === undefined) {
      for (const code of codes.split(';')) apply(code, active);
      continue;
    }
    const x = (MARGIN + column * CHARACTER).toFixed(1);
    column += text.length;
    if (text.trim() === '') continue;
    const kind = active.size > 0 ? ` class="${[...active].join(' ')}"` : '';
    const length = (text.length * CHARACTER).toFixed(1);
    spans.push(`<tspan x="${x}" textLength="${length}"${kind}>${escaped(text)}</tspan>`);
  }
  const y = MARGIN + row * LINE + 14;
  return spans.length === 0 ? '' : `<text y="${y}">${spans.join('')}</text>`;
}

function apply(code, active) {
  if (code === '' || code === '0') active.clear();
  else if (code in CLASSES) active.add(CLASSES[code]);
  else for (const kind of ENDS[code] ?? []) active.delete(kind);
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
