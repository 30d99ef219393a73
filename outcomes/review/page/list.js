// The clips: a list that grows as it is scrolled.
const list = byId('clips');
const found = byId('found');
const search = byId('search');
const status = byId('status');
const marked = byId('marked');
const column = byId('column');
const value = byId('value');
const more = byId('more');

/** Rows that are added at a time: a page of 10,000 clips is there at once all the same. */
const STEP = 50;
const CODES = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const WAVE_HEIGHT = 28;

const byNumberAndLetter = new Intl.Collator('en', { numeric: true }).compare;
/** The manifest's own that have something in them. */
const columns = [...new Set(clips.flatMap(({ own }) => Object.keys(own)))];

let shown = clips;
let rows = [];
/** Position in `shown`. */
let current = -1;
let take = 0;

function waveOf(peaks) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'wave');
  svg.setAttribute('viewBox', `0 0 ${peaks.length} ${WAVE_HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const bars = [...peaks].map((code, at) => {
    const height = Math.max(1, (CODES.indexOf(code) / 63) * WAVE_HEIGHT);
    return `M${at} ${(WAVE_HEIGHT - height) / 2}h.8v${height}h-.8z`;
  });
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', bars.join(''));
  svg.append(path);
  return svg;
}

/** @param peaks undefined if there are none, or a promise of either */
async function drawWave(button, peaks) {
  const known = peaks instanceof Promise ? await peaks : peaks;
  if (known) button.append(waveOf(known));
}

function takeButton(at, clip, n) {
  const several = clip.takes.length > 1;
  const name = several ? `Take ${n + 1}${n === clip.chosen ? ', chosen' : ''}` : 'Play';
  const { prompt } = clip.takes[n];
  const button = element('button', { type: 'button', className: 'take' }, name);
  button.setAttribute('aria-label', `${name}: ${clip.id}`);
  button.setAttribute('aria-pressed', 'false');
  if (prompt) button.title = prompt;
  drawWave(button, home.peaks(clip, n));
  button.addEventListener('click', () => {
    if (at === current && n === take) toggle();
    else choose(at, n, true);
  });
  return button;
}

function actionButton(name, clip, act) {
  const button = element('button', { type: 'button' }, name);
  button.setAttribute('aria-label', `${name}: ${clip.id}`);
  button.addEventListener('click', act);
  return button;
}

function rowOf(at) {
  const clip = shown[at];
  const takes = element('div', { className: 'takes' });
  takes.append(...clip.takes.map((_, n) => takeButton(at, clip, n)));
  const actions = element('div', { className: 'takes' });
  if (clip.takes.length > 0) {
    actions.append(actionButton('Approve', clip, () => approveAt(at)));
  }
  actions.append(actionButton('Redo or note', clip, () => redoAt(at)));
  const title = element(
    'h2',
    {},
    clip.id,
    element('span', { className: `status ${clip.status}` }, clip.status),
  );
  const about = element(
    'div',
    { className: 'about' },
    title,
    element('p', { className: 'prompt soft' }, clip.takes[clip.chosen]?.prompt ?? clip.prompt),
    takes,
    ...clip.faults.map((fault) => element('p', { className: 'fault' }, fault)),
    element('p', { className: `mark ${markOf(clip).decision ?? ''}` }, markLine(clip)),
    actions,
  );
  return element('li', {}, stillOf(clip), about);
}

function stillOf({ still }) {
  if (!still) return element('div', { className: 'still' });
  return element('img', { className: 'still', src: still, alt: '', loading: 'lazy' });
}

/** Draws a row again whose mark has changed. */
function redraw(at) {
  const focused = [...rows[at].querySelectorAll('button')].indexOf(document.activeElement);
  const next = rowOf(at);
  const [before, after] = [rows[at], next].map((row) => row.querySelector('.still'));
  if (before.src === after.src) after.replaceWith(before); // it would flicker
  rows[at].replaceWith(next);
  rows[at] = next;
  if (at === current) showCurrent(true);
  next.querySelectorAll('button')[focused]?.focus();
}

/** If it is drawn, and nobody writes in it. */
function redrawClip(clip) {
  const at = shown.indexOf(clip);
  if (rows[at] && !rows[at].querySelector('form.redo')) redraw(at);
}

function grow() {
  const from = rows.length;
  for (let at = from; at < Math.min(shown.length, from + STEP); at += 1) rows.push(rowOf(at));
  list.append(...rows.slice(from));
  more.hidden = rows.length >= shown.length;
}

const hasMark = (clip, wanted) => {
  const { decision, note } = markOf(clip);
  if (wanted === 'none') return !decision && !note;
  return wanted === 'note' ? Boolean(note) : decision === wanted;
};

/** Options of `value` after "all": what the chosen column has. */
let values = [];

const valueIn = ({ own }) => own[columns[column.selectedIndex - 1]] ?? '';

function showColumns() {
  const options = columns.map((name) => element('option', { textContent: name }));
  column.append(...options);
  byId('by-column').hidden = columns.length === 0;
}

function showValues() {
  const numbers = new Map();
  for (const clip of clips) {
    const one = valueIn(clip);
    numbers.set(one, (numbers.get(one) ?? 0) + 1);
  }
  values = [...numbers.keys()].sort(byNumberAndLetter);
  const options = values.map((one) =>
    element('option', { textContent: `${one || 'empty'} (${numbers.get(one)})` }),
  );
  value.replaceChildren(element('option', { textContent: 'all' }), ...options);
  byId('by-value').hidden = column.selectedIndex <= 0;
}

function isWanted(clip) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    (status.value === '' || clip.status === status.value) &&
    (marked.value === '' || hasMark(clip, marked.value)) &&
    (value.selectedIndex <= 0 || valueIn(clip) === values[value.selectedIndex - 1]) &&
    words.every((word) => clip.text.includes(word))
  );
}

function filter() {
  shown = clips.filter(isWanted);
  rows = [];
  list.replaceChildren();
  [current, take] = [-1, 0];
  grow();
  showFound();
}

function showFound() {
  found.textContent =
    shown.length === clips.length
      ? `${clips.length} clips`
      : `${shown.length} of ${clips.length} clips`;
}

/** @param n which take, from 0; default: the one that counts */
function choose(at, n = shown[at]?.chosen, start = false) {
  if (at < 0 || at >= shown.length) return;
  while (at >= rows.length) grow();
  showCurrent(false);
  [current, take] = [at, n];
  showCurrent(true);
  rows[at].scrollIntoView({ block: 'nearest' });
  if (load(shown[at], n) && start) begin();
}

function showCurrent(on) {
  const row = rows[current];
  if (!row) return;
  row.setAttribute('aria-current', String(on));
  row.querySelectorAll('.take')[take]?.setAttribute('aria-pressed', String(on));
}

function toggle() {
  if (current < 0) choose(0, undefined, true);
  else if (master.paused) begin();
  else stop();
}

function approveAt(at) {
  const clip = shown[at];
  if (!clip) return;
  approve(clip, at === current ? take : clip.chosen);
  redrawClip(clip);
}

function redoAt(at) {
  const clip = shown[at];
  if (!clip || rows[at].querySelector('form.redo')) return;
  const { form, area } = redoForm(clip, at === current ? take : clip.chosen, () => {
    redraw(at);
    // Keys go on where they were.
    document.activeElement?.blur();
  });
  rows[at].append(form);
  area.focus();
}

/** What is searched. */
function index(clip) {
  clip.text = [clip.id, clip.prompt, clip.status, ...clip.faults, ...Object.values(clip.own)]
    .join(' ')
    .toLowerCase();
}

clips.forEach(index);
showColumns();
