// One player for all clips.
const picture = byId('picture');
const music = byId('music');
const play = byId('play');
const seek = byId('seek');
const time = byId('time');
const now = byId('now');

/** Where in the picture the music begins, in seconds. */
let from = 0;
/** What decides the time: the finished video has its own sound, else the music has it. */
let master = music;

/** @param take which, from 0 */
function load(clip, take) {
  const chosen = clip.takes[take];
  now.textContent = chosen ? clip.id : `${clip.id}: no music`;
  stop();
  const finished = chosen && take === clip.chosen ? clip.video : undefined;
  master = finished ? picture : music;
  picture.muted = !finished;
  from = finished ? 0 : (clip.from ?? 0);
  setSource(picture, finished ?? clip.picture);
  setSource(music, finished ? undefined : chosen?.file);
  return chosen !== undefined;
}

function setSource(player, source) {
  if (source) player.src = source;
  else player.removeAttribute('src');
  player.load();
}

function begin() {
  const name = now.textContent;
  master.play().catch((error) => {
    if (error.name === 'AbortError') return; // another was chosen
    now.textContent = `${name}: the file is not there, or this browser cannot play it`;
  });
}

function stop() {
  music.pause();
  picture.pause();
}

const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

for (const player of [music, picture]) {
  player.addEventListener('timeupdate', () => {
    if (player !== master || !(master.duration > 0)) return;
    seek.value = String((master.currentTime / master.duration) * 1000);
    time.textContent = `${clock(master.currentTime)} / ${clock(master.duration)}`;
    // The muted picture follows the music.
    const place = master.currentTime + from;
    if (master === music && Math.abs(picture.currentTime - place) > 0.2) {
      picture.currentTime = place;
    }
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
