// What keys and filters do.
play.addEventListener('click', toggle);
search.addEventListener('input', filter);
status.addEventListener('change', filter);
marked.addEventListener('change', filter);
value.addEventListener('change', filter);
column.addEventListener('change', () => {
  showValues();
  filter();
});
byId('filters').addEventListener('submit', (event) => event.preventDefault());
more.addEventListener('click', grow);
new IntersectionObserver(([seen]) => seen.isIntersecting && grow(), {
  rootMargin: '600px',
}).observe(more);

const isField = (target) =>
  ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName) && target.type !== 'range';

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { target, key } = event;
  if (isField(target)) {
    if (key === 'Escape') target.blur();
    return;
  }
  const onButton = target instanceof HTMLButtonElement;
  const act = {
    j: () => choose(Math.min(shown.length - 1, current + 1), undefined, true),
    k: () => choose(Math.max(0, current - 1), undefined, true),
    a: () => approveAt(current),
    r: () => redoAt(current),
    ' ': onButton ? undefined : toggle,
    '/': () => search.focus(),
  }[key];
  if (act) act();
  else if (/^[1-9]$/.test(key) && current >= 0 && shown[current].takes[key - 1]) {
    choose(current, key - 1, true);
  } else return;
  event.preventDefault();
});

told.textContent = home.told;
showMarks();
filter();
