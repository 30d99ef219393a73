// The environment of programs started from here, without the keys in ours.

/** What any program may need: where things are, and how people here write. */
const PLAIN = /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|XDG_.*)$/;
/** What a program that loads something needs besides. */
const NETWORK = /^(https?_proxy|no_proxy|all_proxy|ssl_cert_(file|dir))$/i;
/** Go's own variables, which all begin so, credentials for a module proxy included. */
const GO = /^(GO|CGO_)/;

/** For programs that neither load nor build anything. */
export function toolEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return only(env, [PLAIN]);
}

/** For `go`, which loads the modules it builds. */
export function goEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return only(env, [PLAIN, NETWORK, GO]);
}

function only(env: NodeJS.ProcessEnv, patterns: RegExp[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => patterns.some((pattern) => pattern.test(name))),
  );
}
