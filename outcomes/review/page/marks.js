// What is said of clips: approved, to be done again, or a note.
const said = byId('said');
const save = byId('save');
const told = byId('told');

/** Not with the batch yet, by the ids of clips. */
const own = new Map(home.marks.map((mark) => [mark.id, mark]));

const markOf = (clip) => own.get(clip.id) ?? clip.mark ?? {};
const fileOf = (clip, n) => clip.takes[n] && decodeURIComponent(clip.takes[n].file);

function showMarks() {
  const count = { approve: 0, redo: 0 };
  for (const clip of clips) count[markOf(clip).decision] += 1;
  said.textContent = `${count.approve} approved, ${count.redo} to redo`;
  const action = home.action({ here: own.size, redo: count.redo });
  save.hidden = action === undefined;
  save.textContent = action ?? '';
}

/** Marks on their way. */
const keeping = new Set();
/** What was written and not kept, by the ids of clips. */
const drafts = new Map();

/**
 * @param output the file that was heard; undefined of a clip without one
 * @param takes those that the clip had when it was heard
 */
async function keepMark(clip, { decision, output, prompt, note, takes = clip.state }) {
  const mark = {
    ...{ id: clip.id, takes },
    ...(output && { output }),
    ...(decision && { decision }),
    ...(prompt && { prompt }),
    ...(note && { note }),
  };
  own.set(clip.id, mark);
  showMarks();
  const answer = Promise.resolve(home.keep(mark));
  keeping.add(answer);
  const { kept, said: text } = await answer;
  keeping.delete(answer);
  told.textContent = text;
  if (kept === 'nowhere') drafts.set(clip.id, { prompt, note });
  else drafts.delete(clip.id);
  if (kept === 'here' || own.get(clip.id) !== mark) return;
  own.delete(clip.id);
  if (kept === 'batch') clip.mark = mark;
  showMarks();
  redrawClip(clip);
}

/** Approves a take, or takes that back. */
function approve(clip, n) {
  const output = fileOf(clip, n);
  if (!output) return;
  const { decision, output: before, note } = markOf(clip);
  const again = decision === 'approve' && before === output;
  keepMark(clip, { output, note, ...(!again && { decision: 'approve' }) });
}

const MARKS = { approve: 'approved', redo: 'to redo' };

/** What a clip's mark says, in its row. */
function markLine(clip) {
  const { decision, output, prompt, note } = markOf(clip);
  const which =
    decision === 'approve' && clip.takes.length > 1
      ? ` (take ${clip.takes.findIndex((_, n) => fileOf(clip, n) === output) + 1})`
      : '';
  const parts = [
    ...(decision ? [MARKS[decision] + which] : []),
    ...(decision === 'redo' && prompt ? [`with: ${prompt}`] : []),
    ...(note ? [`note: ${note}`] : []),
  ];
  return parts.join('; ');
}

/** A form in a clip's row that asks for another prompt and a note. @param done called when it is over */
function redoForm(clip, n, done) {
  const { decision, prompt, note } = { ...markOf(clip), ...drafts.get(clip.id) };
  const isNew = decision === 'redo' || drafts.has(clip.id);
  const before = (isNew && prompt) || clip.takes[n]?.prompt || clip.prompt;
  const takes = clip.state;
  const area = element('textarea', { rows: 3, value: before, maxLength: 8192, required: true });
  const line = element('input', { value: note ?? '', maxLength: 2000 });
  const form = element(
    'form',
    { className: 'redo' },
    element('label', {}, 'Prompt', area),
    element('label', {}, 'Note', line),
    element('button', { type: 'submit' }, 'Redo'),
    element('button', { type: 'button', name: 'note' }, 'Keep the note alone'),
    element('button', { type: 'button', name: 'cancel' }, 'Cancel'),
  );
  const output = fileOf(clip, n);
  const noted = () => line.value.trim();
  const finish = (mark) => {
    if (mark) keepMark(clip, { output, note: noted(), takes, ...mark });
    done();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = area.value.trim();
    if (wanted) finish({ decision: 'redo', ...(wanted !== clip.prompt && { prompt: wanted }) });
  });
  form.elements.note.addEventListener('click', () => {
    const { decision: kept, output: heard, prompt: asked } = markOf(clip);
    finish({ decision: kept, output: heard ?? output, prompt: asked });
  });
  form.elements.cancel.addEventListener('click', () => finish());
  form.addEventListener('keydown', (event) => {
    if (event.isComposing) return; // Enter ends a word of another script
    if (event.key === 'Escape') finish();
    else if (event.key !== 'Enter' || event.shiftKey || event.target.tagName === 'BUTTON') return;
    else form.requestSubmit();
    event.preventDefault();
  });
  return { form, area };
}

save.addEventListener('click', async () => {
  save.disabled = true;
  const kept = await Promise.all(keeping);
  told.textContent = kept.some((one) => one.kept === 'nowhere')
    ? 'A mark could not be kept: look at it again.'
    : await home.act();
  save.disabled = false;
});
