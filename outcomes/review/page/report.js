// The listening report: a list of clips that grows as it is scrolled, and one player for all of them.
const { clips } = JSON.parse(document.getElementById('data').textContent);
const list = document.getElementById('clips');
const found = document.getElementById('found');
const search = document.getElementById('search');
const status = document.getElementById('status');
const picture = document.getElementById('picture');
const music = document.getElementById('music');
const play = document.getElementById('play');
const seek = document.getElementById('seek');
const time = document.getElementById('time');
const now = document.getElementById('now');
const more = document.getElementById('more');

/** Rows that are added at a time: a page of 10,000 clips is there at once all the same. */
const STEP = 50;
const CODES = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const WAVE_HEIGHT = 28;

let shown = clips;
let rows = [];
/** Position in `shown`. */
let current = -1;
let take = 0;
/** What decides the time: the finished video has its own sound, else the music has it. */
let master = music;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

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

function takeButton(at, clip, n) {
  const name = clip.takes.length > 1 ? `Take ${n + 1}` : 'Play';
  const button = element('button', { type: 'button', className: 'take' }, name);
  button.setAttribute('aria-label', `${name}: ${clip.id}`);
  button.setAttribute('aria-pressed', 'false');
  if (clip.takes[n].peaks) button.append(waveOf(clip.takes[n].peaks));
  button.addEventListener('click', () => {
    if (at === current && n === take) toggle();
    else choose(at, n, true);
  });
  return button;
}

function rowOf(at) {
  const clip = shown[at];
  const row = element('li');
  row.append(
    clip.still
      ? element('img', { className: 'still', src: clip.still, alt: '', loading: 'lazy' })
      : element('div', { className: 'still' }),
    element(
      'h2',
      {},
      clip.id,
      element('span', { className: `status ${clip.status}` }, clip.status),
    ),
    element('p', { className: 'prompt soft' }, clip.prompt),
  );
  const takes = element('div', { className: 'takes' });
  takes.append(...clip.takes.map((_, n) => takeButton(at, clip, n)));
  row.append(takes);
  for (const fault of clip.faults) row.append(element('p', { className: 'fault' }, fault));
  return row;
}

function grow() {
  const from = rows.length;
  for (let at = from; at < Math.min(shown.length, from + STEP); at += 1) rows.push(rowOf(at));
  list.append(...rows.slice(from));
  more.hidden = rows.length >= shown.length;
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = clips.filter(
    (clip) =>
      (status.value === '' || clip.status === status.value) &&
      words.every((word) => clip.text.includes(word)),
  );
  rows = [];
  list.replaceChildren();
  [current, take] = [-1, 0];
  grow();
  found.textContent =
    shown.length === clips.length
      ? `${clips.length} clips`
      : `${shown.length} of ${clips.length} clips`;
}

function choose(at, n, start) {
  if (at < 0 || at >= shown.length) return;
  while (at >= rows.length) grow();
  mark(false);
  [current, take] = [at, n];
  mark(true);
  rows[at].scrollIntoView({ block: 'nearest' });
  const clip = shown[at];
  const chosen = clip.takes[n];
  now.textContent = chosen ? clip.id : `${clip.id}: no music`;
  stop();
  const finished = chosen && n === 0 ? clip.video : undefined;
  master = finished ? picture : music;
  picture.muted = !finished;
  setSource(picture, finished ?? clip.picture);
  setSource(music, finished ? undefined : chosen?.file);
  if (start && chosen) begin();
}

function setSource(player, source) {
  if (source) player.src = source;
  else player.removeAttribute('src');
  player.load();
}

function mark(on) {
  const row = rows[current];
  if (!row) return;
  row.setAttribute('aria-current', String(on));
  row.querySelectorAll('.take')[take]?.setAttribute('aria-pressed', String(on));
}

function begin() {
  master.play().catch(() => {
    now.textContent = `${shown[current]?.id}: the file is not there, or this browser cannot play it`;
  });
}

function stop() {
  music.pause();
  picture.pause();
}

function toggle() {
  if (current < 0) choose(0, 0, true);
  else if (master.paused) begin();
  else stop();
}

const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

for (const player of [music, picture]) {
  player.addEventListener('timeupdate', () => {
    if (player !== master || !(master.duration > 0)) return;
    seek.value = String((master.currentTime / master.duration) * 1000);
    time.textContent = `${clock(master.currentTime)} / ${clock(master.duration)}`;
    // The muted picture follows the music.
    const late = picture.currentTime - master.currentTime;
    if (master === music && Math.abs(late) > 0.2) picture.currentTime = master.currentTime;
  });
  player.addEventListener('play', () => {
    if (player !== master) return;
    play.textContent = 'Pause';
    if (master === music && picture.src) picture.play().catch(() => undefined);
  });
  player.addEventListener('pause', () => {
    if (player !== master) return;
    play.textContent = 'Play';
    picture.pause();
  });
}
seek.addEventListener('input', () => {
  if (master.duration > 0) master.currentTime = (Number(seek.value) / 1000) * master.duration;
});
play.addEventListener('click', toggle);
search.addEventListener('input', filter);
status.addEventListener('change', filter);
document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
more.addEventListener('click', grow);
new IntersectionObserver(([seen]) => seen.isIntersecting && grow(), {
  rootMargin: '600px',
}).observe(more);

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
    if (key === 'Escape') target.blur();
    return;
  }
  const onButton = target instanceof HTMLButtonElement;
  const act = {
    j: () => choose(Math.min(shown.length - 1, current + 1), 0, true),
    k: () => choose(Math.max(0, current - 1), 0, true),
    ' ': onButton ? undefined : toggle,
    '/': () => search.focus(),
  }[key];
  if (act) act();
  else if (/^[1-9]$/.test(key) && current >= 0 && shown[current].takes[key - 1]) {
    choose(current, key - 1, true);
  } else return;
  event.preventDefault();
});

for (const clip of clips) {
  clip.text = [clip.id, clip.prompt, clip.status, ...clip.faults, ...clip.own]
    .join(' ')
    .toLowerCase();
}
filter();
