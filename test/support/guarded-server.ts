// A gate before a Temporal server, as clouds have one: TLS both ways, and an API key with each call. Which keys and
// certificates it lets through can be changed while it runs.
import { readFile, writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { startGrpcProxy, type GrpcProxy } from './grpc-proxy.js';

export interface Guard extends Pick<GrpcProxy, 'address' | 'drop'> {
  /** Names of client certificates, and API keys. */
  allowed: { names: string[]; keys: string[] };
  /** Calls that were refused, by the API key and the certificate that they came with. */
  refused: string[];
  /** Calls that were let through, likewise. */
  passed: Set<string>;
}

/** Certificates for 127.0.0.1 and for clients of any name, of an authority of their own. */
export async function authority(folder: string) {
  const at = (name: string): string => join(folder, name);
  const openssl = async (...args: string[]): Promise<void> => {
    await execa('openssl', args);
  };
  const newKey = (name: string, subject: string) => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', at(`${name}.key`), '-subj', `/CN=${subject}`],
  ];
  await openssl('req', '-x509', ...newKey('ca', 'tests'), '-out', at('ca.pem'), '-days', '2');
  return {
    ca: at('ca.pem'),
    /** Writes NAME.pem and NAME.key. */
    sign: async (name: string, subject: string): Promise<void> => {
      await writeFile(at(`${name}.ext`), 'subjectAltName=IP:127.0.0.1\n');
      await openssl('req', ...newKey(name, subject), '-out', at(`${name}.csr`));
      await openssl(
        ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
        ...['-CAcreateserial', '-days', '1', '-extfile', at(`${name}.ext`)],
        ...['-out', at(`${name}.pem`)],
      );
    },
  };
}

/** @param folder with `ca.pem`, `server.pem` and `server.key` */
export async function guardedServer(target: string, folder: string): Promise<Guard> {
  const read = (name: string): Promise<Buffer> => readFile(join(folder, name));
  const [ca, cert, key] = await Promise.all(['ca.pem', 'server.pem', 'server.key'].map(read));
  const server = createSecureServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true });
  const allowed: Guard['allowed'] = { names: [], keys: [] };
  const refused: string[] = [];
  const passed = new Set<string>();
  const { address, drop, close } = await startGrpcProxy(server, target, (headers, session) => {
    const name = String((session.socket as TLSSocket).getPeerCertificate().subject.CN);
    const apiKey = String(headers.authorization).replace('Bearer ', '');
    const who = `${apiKey} ${name}`;
    if (allowed.names.includes(name) && allowed.keys.includes(apiKey)) {
      passed.add(who);
      return undefined;
    }
    refused.push(who);
    return 'this key is not valid';
  });
  onTestFinished(close);
  return { address, allowed, refused, passed, drop };
}
