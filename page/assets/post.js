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

/** Tells what the server says, for as long as the page is open. @param told called with each update */
function follow(path, { opened, told }) {
  const source = new EventSource(path);
  source.addEventListener('open', opened);
  source.addEventListener('message', ({ data }) => told(JSON.parse(data)));
  source.addEventListener('error', () =>
    told({ fault: 'The connection is interrupted; what is seen here may be old.' }),
  );
}

/** Buttons of one kind are not pressed twice: while it is done, they cannot be. */
async function once(button, act) {
  button.disabled = true;
  await act();
  button.disabled = false;
}
