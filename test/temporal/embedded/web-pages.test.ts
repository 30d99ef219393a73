// What a web page in a browser on this machine can do to the embedded server: nothing. A page can send
// any body to any port of loopback without being asked, as long as it is a form or a text, and with a
// name of its own that leads to 127.0.0.1 it is that name which stands in the Host header.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { afterAll, expect, test } from 'vitest';
import { childPid, ownServer } from '../../support/temporal.js';

const { home, address, namespace } = await ownServer();
const connection = await Connection.connect({ address });
afterAll(() => connection.close());
const client = new Client({ connection, namespace });

/** Every TCP port that a process listens on, as Linux tells it. */
function listeningPorts(pid: number): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed meanwhile
      }
    }),
  );
  const LISTENING = '0A';
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTENING && inodes.has(fields[9] ?? ''))
      .map((fields) => Number.parseInt(fields[1]?.split(':').at(-1) ?? '', 16)),
  );
}

/** Status of an HTTP/1.1 answer, or the error's code: a port may speak something else. */
function send(port: number, path: string, host: string, body?: string): Promise<unknown> {
  return new Promise((resolve) => {
    const headers = { host, 'content-type': 'text/plain', origin: 'https://site.example' };
    const method = body === undefined ? 'GET' : 'POST';
    const asking = request({ port, path, method, headers, timeout: 5000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.once('timeout', () => asking.destroy());
    asking.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asking.end(body);
  });
}

test.runIf(process.platform === 'linux')('no port takes a request of a page', async () => {
  const ports = listeningPorts(childPid(home, 'temporal')!);
  const grpc = Number(address.split(':')[1]);
  expect(ports).toContain(grpc);
  let refused = 0;
  for (const port of ports) {
    for (const host of [`127.0.0.1:${port}`, 'localhost', 'rebound.example', '']) {
      const workflowId = randomUUID();
      const path = `/api/v1/namespaces/${namespace}/workflows/${workflowId}`;
      const start = { workflowType: { name: 'scoreBatch' }, taskQueue: { name: 'nobody' } };
      const answer = await send(port, path, host, JSON.stringify(start));
      if (answer === 403) refused += 1;
      await expect(client.workflow.getHandle(workflowId).describe()).rejects.toThrow(/not found/);
      expect(await send(port, `/api/v1/namespaces/${namespace}`, host)).not.toBe(200);
    }
  }
  // The HTTP API is there, and it is what refused.
  expect(refused).toBeGreaterThanOrEqual(4);
});
