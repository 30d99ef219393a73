/** Asks the server to do something. @returns its answer; with `fault` if it did not do it */
async function post(path, body = {}) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return response.ok ? answer : { said: answer.error, fault: true };
  } catch {
    return { said: 'The page got no answer: the command that serves it has ended.', fault: true };
  }
}

/**
 * Tells what the server says, while the page is seen: a browser has few connections to one server.
 * @param opened called when it begins, and begins again
 * @param told called with each update
 */
function follow(path, { opened, told }) {
  const fault = byId('fault');
  let source;
  const begin = () => {
    source = new EventSource(path);
    source.addEventListener('open', () => {
      fault.textContent = '';
      opened();
    });
    source.addEventListener('message', ({ data }) => {
      const update = JSON.parse(data);
      if (update.fault !== undefined) fault.textContent = update.fault;
      told(update);
    });
    source.addEventListener('error', () => {
      fault.textContent = 'The connection is interrupted; what is seen here may be old.';
    });
  };
  document.addEventListener('visibilitychange', () => {
    source.close();
    if (!document.hidden) begin();
  });
  begin();
}

/** A button is not pressed twice: while what it does is done, it cannot be. */
async function once(button, act) {
  button.disabled = true;
  await act();
  button.disabled = false;
}
