// How the batch stands, and what is done with it.
const counts = byId('counts');
const bar = byId('progress');
const reason = byId('reason');

const ENDED = ['succeeded', 'failed', 'rejected', 'cancelled', 'skipped'];
const ACTS = {
  pause: { in: ['running'] },
  resume: { in: ['paused'] },
  cancel: {
    in: ['running', 'paused'],
    ask: 'Cancel the batch? Clips at the vendor are paid for, and their music will be asked for by Retry alone.',
  },
  retry: {
    in: ['finished', 'cancelled', 'stopped'],
    ask: 'Run all clips again that did not succeed? Each costs a submission at least.',
  },
  mix: { in: ['finished', 'cancelled'] },
};

const byRow = new Map(clips.map((clip) => [clip.row, clip]));

/** Takes in what a clip is now. */
function become(clip, next) {
  for (const key of Object.keys(clip)) delete clip[key];
  Object.assign(clip, next);
  index(clip);
  redrawClip(clip);
}

function takeIn(next) {
  const fresh = [];
  for (const one of next) {
    const clip = byRow.get(one.row);
    const { text, ...before } = clip;
    void text;
    if (JSON.stringify(before) === JSON.stringify(one)) continue;
    const wasWanted = isWanted(clip);
    become(clip, one);
    if (!wasWanted && isWanted(clip)) fresh.push(clip);
  }
  // At the end, so that nothing moves under the eye.
  const seen = new Set(shown);
  if (fresh.length > 0) shown = [...shown, ...fresh.filter((clip) => !seen.has(clip))];
  if (rows.length < STEP) grow();
  more.hidden = rows.length >= shown.length;
  showFound();
  showMarks();
}

let reading = 0;
/** Rows that were told while all are read, which may be older. */
const meanwhile = new Set();

async function readAll() {
  const mine = (reading += 1);
  meanwhile.clear();
  const response = await fetch('clips.json');
  if (!response.ok) return;
  const all = await response.json();
  if (mine !== reading) return; // another has begun since
  const same = all.length === clips.length && all.every(({ row, id }) => byRow.get(row)?.id === id);
  if (same) takeIn(all.filter(({ row }) => !meanwhile.has(row)));
  else location.reload();
}

function show({ state, counts: by, progress, failing = [], workerAnswering, mixing }) {
  const { total } = by;
  const ended = ENDED.reduce((sum, one) => sum + by[one], 0);
  bar.max = Math.max(1, total);
  bar.value = ended;
  byId('state').textContent = state;
  byId('state').className = `state ${state}`;
  const { waiting = 0, submitting = 0, queued = 0 } = progress ?? {};
  const parts = [
    `${ended} of ${total} ended`,
    ...ENDED.filter((one) => by[one] > 0).map((one) => `${by[one]} ${one}`),
    ...(waiting > 0 ? [`${waiting} at the vendor`] : []),
    ...(submitting > 0 ? [`${submitting} being submitted`] : []),
    ...(queued > 0 ? [`${queued} to submit`] : []),
    ...(mixing ? [mixText(mixing.counts)] : []),
  ];
  counts.textContent = parts.join(', ');
  const why = [
    ...(state === 'paused' && progress?.pauseReason ? [progress.pauseReason] : []),
    ...(progress?.holdReason ? [progress.holdReason] : []),
    ...(workerAnswering === false ? ['no worker answers: reelscore serve'] : []),
    ...[...failing, ...(mixing?.failing ?? [])].map(
      ({ activity, cause, tries }) => `${activity} failed ${tries} times: ${cause}`,
    ),
  ];
  reason.textContent = why.join('; ');
  for (const [name, act] of Object.entries(ACTS)) byId(name).hidden = !act.in.includes(state);
  if (by.succeeded + by.skipped === total) byId('retry').hidden = true;
  if (mixing || by.succeeded === 0) byId('mix').hidden = true;
}

function mixText({ found, made, kept, failed }) {
  return `videos being mixed: ${made + kept + failed} of ${found}`;
}

for (const [name, act] of Object.entries(ACTS)) {
  const button = byId(name);
  button.addEventListener('click', () =>
    once(button, async () => {
      if (act.ask && !confirm(act.ask)) return;
      told.textContent = (await post(name)).said;
    }),
  );
}

follow('events', {
  opened: readAll,
  told({ status: now, clips: changed = [], anew }) {
    if (now) show(now);
    for (const { row } of changed) meanwhile.add(row);
    if (changed.length > 0) takeIn(changed.filter(({ row }) => byRow.has(row)));
    if (anew) void readAll();
  },
});
