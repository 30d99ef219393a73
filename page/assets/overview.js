// All batches and accounts.
const told = byId('told');
const accounts = byId('accounts');
const batches = byId('batches');

const OTHERS = ['failed', 'rejected', 'cancelled', 'skipped'];

function cell(...children) {
  return element('td', {}, ...children);
}

/** They stay, so that what has the focus or is being pressed does. */
const rows = new Map();

function batchRow({ batch, state, counts, startedAt }) {
  const ended = [...OTHERS, 'succeeded'].reduce((sum, one) => sum + counts[one], 0);
  const bar = element('progress', { max: Math.max(1, counts.total), value: ended });
  bar.setAttribute('aria-label', `Clips of ${batch} that have ended`);
  const others = OTHERS.filter((one) => counts[one] > 0).map((one) => `${counts[one]} ${one}`);
  const row = rows.get(batch) ?? newRow(batch);
  rows.set(batch, row);
  while (row.children.length > 1) row.lastChild.remove();
  row.append(
    cell(element('span', { className: `state ${state}` }, state)),
    cell(bar, ` ${ended} of ${counts.total}`),
    cell(String(counts.succeeded)),
    cell(others.join(', ')),
    cell(startedAt ? new Date(startedAt).toLocaleString() : ''),
  );
  return row;
}

function newRow(batch) {
  const link = element('a', { href: `batches/${encodeURIComponent(batch)}/` }, batch);
  return element('tr', {}, element('th', { scope: 'row' }, link));
}

/** Puts elements into a place, and leaves it alone if they are there. */
function place(parent, elements) {
  if (parent.children.length === elements.length) {
    if (elements.every((one, at) => parent.children[at] === one)) return;
  }
  parent.replaceChildren(...elements);
}

const LIMITS = {
  ratePerSecond: 'Submissions a second',
  burst: 'Burst',
  maxInFlight: 'In flight',
};

/** Fields keep what is being typed. */
const forms = new Map();

function tuneForm(account) {
  const fields = Object.entries(LIMITS).map(([name, label]) => {
    const field = element('input', { name, type: 'number', min: 0, step: 'any', required: true });
    return element('label', {}, label, field);
  });
  const button = element('button', { type: 'submit' }, 'Change');
  const form = element('form', {}, ...fields, button);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const given = Object.keys(LIMITS).map((name) => [name, Number(form.elements[name].value)]);
    void once(button, async () => {
      const path = `accounts/${encodeURIComponent(account)}/tune`;
      const { said, fault } = await post(path, Object.fromEntries(given));
      told.textContent = said;
      if (!fault) form.dataset.touched = '';
    });
  });
  form.addEventListener('input', () => (form.dataset.touched = 'yes'));
  return form;
}

function accountPart({ account, running, limits, view, batches: using }) {
  const known = forms.get(account) ?? {
    form: tuneForm(account),
    line: element('p', { className: 'soft' }),
    part: element('section', {}, element('h3', {}, account)),
  };
  if (!forms.has(account)) known.part.append(known.line, known.form);
  forms.set(account, known);
  const { form, line, part } = known;
  const inFlight = using.reduce((sum, { own }) => sum + (own?.inFlight ?? 0), 0);
  line.textContent = running
    ? `${using.length} ${using.length === 1 ? 'batch uses' : 'batches use'} it, ${inFlight} in flight`
    : 'No batch uses it.';
  if (view?.paused) line.textContent += `; paused: ${view.paused}`;
  form.hidden = !running;
  if (!form.dataset.touched) {
    for (const name of Object.keys(LIMITS)) form.elements[name].value = limits[name];
  }
  return part;
}

follow('events', {
  opened() {},
  told({ accounts: all, batches: listed }) {
    if (all) place(accounts, all.map(accountPart));
    if (listed) place(batches, listed.map(batchRow));
  },
});
