// Temporal as it is reached over TLS: certificates made for the test, and a proxy that asks for them.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { execa } from 'execa';

/** Only by this name, which no name server knows, do the certificates name the server. */
export const SERVER_NAME = 'temporal.test';

export interface Certificate {
  certPath: string;
  keyPath: string;
  cert: string;
  key: string;
}

/** An authority of the test's own, and certificates by it. */
export async function authority(folder: string) {
  const ca = await request(folder, 'ca', ['-x509', '-days', '2', '-subj', '/CN=test authority']);
  return {
    ca,
    /** @param extensions such as `subjectAltName=DNS:temporal.test` */
    issue: async (name: string, extensions: string): Promise<Certificate> => {
      const csr = await request(folder, name, ['-subj', `/CN=${name}`]);
      const extPath = join(folder, `${name}.ext`);
      writeFileSync(extPath, extensions);
      const certPath = join(folder, `${name}.crt`);
      // Several are issued at once, and a file of serial numbers would be torn.
      const serial = ['-set_serial', String(randomInt(1, 2 ** 47))];
      const by = ['-CA', ca.certPath, '-CAkey', ca.keyPath, ...serial, '-days', '2'];
      const args = ['x509', '-req', '-in', csr.certPath, ...by, '-extfile', extPath];
      await execa('openssl', [...args, '-out', certPath]);
      return { ...csr, certPath, cert: readFileSync(certPath, 'utf8') };
    },
  };
}

/** A new key with what `openssl req` makes for it. */
async function request(folder: string, name: string, args: string[]): Promise<Certificate> {
  const certPath = join(folder, `${name}.pem`);
  const keyPath = join(folder, `${name}.key`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await execa('openssl', ['req', ...key, '-keyout', keyPath, '-out', certPath, ...args]);
  return {
    ...{ certPath, keyPath },
    ...{ cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') },
  };
}

export interface TlsProxy {
  address: string;
  /** Common names of the certificates that clients showed, a connection each; '' = none. */
  clients: string[];
  close(): Promise<void>;
}

/** TLS in front of a server that speaks none. */
export async function startTlsProxy(target: string, options: TlsOptions): Promise<TlsProxy> {
  const [host = '', port = ''] = target.split(':');
  const clients: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ ...options, ALPNProtocols: ['h2'] }, (incoming) => {
    const { subject } = incoming.getPeerCertificate() as { subject?: { CN?: string } };
    clients.push(subject?.CN ?? '');
    const outgoing = connect(Number(port), host);
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.on('tlsClientError', () => undefined); // a client without certificate, which learns of it
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    clients,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
