// Checks the way of the vendor's callbacks, as far as possible from this machine.
import { createServer } from 'node:net';
import { HEALTH_PATH } from '../../contract/callback.js';
import type { ResolvedConfig } from '../../config/config.js';
import { addressesOf, privateOf } from './addresses.js';
import { ok, problem, warning, type DoctorFinding } from './finding.js';
import { get, type HttpAnswer } from './http.js';

const URL_CHECK = 'Callback URL';
const LISTEN_CHECK = 'Receiver';
const START_ONE =
  'start one: reelscore serve, or reelscore callbacks (reelscore run brings its own)';

type Listen = ResolvedConfig['callbacks']['listen'];

/** What occupies the receiver's address. */
type Place = 'receiver' | 'free' | 'taken' | { failure: string };

export async function callbackFindings({
  publicUrl,
  listen,
}: Pick<ResolvedConfig['callbacks'], 'publicUrl' | 'listen'>): Promise<DoctorFinding[]> {
  const place = await lookAt(listen);
  if (publicUrl === undefined) {
    const polling = ok(URL_CHECK, 'REELSCORE_CALLBACK_URL is not set: results are polled');
    return [polling, listenFinding(listen, place, false)];
  }
  return [await urlFinding(publicUrl, place), listenFinding(listen, place, true)];
}

function listenFinding(listen: Listen, place: Place, needed: boolean): DoctorFinding {
  const where = textOf(listen);
  if (place === 'receiver') return ok(LISTEN_CHECK, `listens on ${where}`);
  if (place === 'free' && !needed) return ok(LISTEN_CHECK, `none runs; ${where} is free for one`);
  if (place === 'free') {
    return warning(LISTEN_CHECK, `none runs here; ${where} is free for one`, START_ONE);
  }
  const found =
    place === 'taken'
      ? `${where} is taken by another program`
      : `none can listen on ${where}: ${place.failure}`;
  const tell = needed ? problem : warning;
  return tell(LISTEN_CHECK, found, 'choose another address: REELSCORE_CALLBACK_LISTEN');
}

async function urlFinding(publicUrl: string, place: Place): Promise<DoctorFinding> {
  const url = new URL(publicUrl);
  const addresses = await addressesOf(url);
  if (addresses.length === 0) {
    return problem(
      URL_CHECK,
      `${url.host} has no address`,
      'check the name: REELSCORE_CALLBACK_URL',
    );
  }
  const answer = await get(`${publicUrl}${HEALTH_PATH}`);
  if ('failure' in answer) {
    const found = `nothing answers at ${publicUrl}: ${answer.failure}`;
    if (place !== 'receiver') return warning(URL_CHECK, found, START_ONE);
    return problem(
      URL_CHECK,
      found,
      'a receiver runs here: let the URL lead to it (reverse proxy, tunnel, firewall)',
    );
  }
  if (!isReceiver(answer)) {
    return problem(
      URL_CHECK,
      `${publicUrl} leads to something that is not a receiver (it answers ${answer.status})`,
      'let the URL lead to the receiver, with all paths below it',
    );
  }
  if (answer.status !== 200) {
    return problem(
      URL_CHECK,
      `the receiver at ${publicUrl} cannot reach Temporal`,
      'read its log, and check the TEMPORAL_ variables it was started with',
    );
  }
  const inside = privateOf(addresses);
  if (inside !== undefined) {
    return warning(
      URL_CHECK,
      `${publicUrl} leads to a receiver, but at ${inside}, which cannot be reached from the internet`,
      'set REELSCORE_CALLBACK_URL to a public address, or unset it: results are polled then',
    );
  }
  return ok(
    URL_CHECK,
    `${publicUrl} leads to a receiver; whether the vendor reaches it too cannot be seen from here`,
  );
}

/** Its health path answers JSON with one field, whether healthy or not. */
function isReceiver({ status, body }: HttpAnswer): boolean {
  if (status !== 200 && status !== 503) return false;
  try {
    const { status: said } = JSON.parse(body) as { status?: unknown };
    return typeof said === 'string';
  } catch {
    return false;
  }
}

async function lookAt(listen: Listen): Promise<Place> {
  const failure = await bind(listen);
  if (failure === undefined) return 'free';
  if (failure.code !== 'EADDRINUSE') return { failure: failure.message };
  const answer = await get(
    `http://${textOf({ ...listen, host: reachable(listen.host) })}${HEALTH_PATH}`,
  );
  return !('failure' in answer) && isReceiver(answer) ? 'receiver' : 'taken';
}

/** Listens for a moment; undefined if that works. */
function bind({ host, port }: Listen): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** An address to connect to, for a wildcard address. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function textOf({ host, port }: Listen): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
