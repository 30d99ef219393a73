import { get } from 'node:http';
import { grpcAnswers } from './grpc-call.js';
import { accepts } from './ports.js';
import type { Ports, ServiceSpec } from './protocol.js';

/** A request to a server that hangs must not hold up the next one. */
const REQUEST_TIMEOUT_MS = 2_000;

/** Whether a service answers on its ports as its spec says. */
export async function isReady({ ready }: ServiceSpec, ports: Ports): Promise<boolean> {
  const port = ports[ready.port];
  if (port === undefined) return false;
  const answered =
    'grpc' in ready
      ? await grpcAnswers(port, ready.grpc, REQUEST_TIMEOUT_MS)
      : await answers(port, ready.path);
  if (!answered) return false;
  const accepted = await Promise.all(Object.values(ports).map(accepts));
  return accepted.every((yes) => yes);
}

function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, timeout: REQUEST_TIMEOUT_MS, agent: false };
    const request = get(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
