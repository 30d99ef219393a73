// A real S3 server (versitygw, on a folder), behind a proxy that records what passes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { freePort } from '../../temporal/embedded/ports.js';
import { cacheDir, PACKAGE_ROOT } from '../../config/paths.js';
import { builtTool } from './go-tool.js';

const SOURCE = join(PACKAGE_ROOT, 'test', 'support', 's3-server');

export interface PassedRequest {
  method: string;
  /** Decoded, without the query. */
  path: string;
  query: URLSearchParams;
  status: number;
}

export interface S3Server {
  /** Of the proxy. */
  endpoint: string;
  /** Of the server itself, which nothing records. */
  direct: string;
  /** Credentials, region and endpoint, for the product's process. */
  env: Record<string, string>;
  client: S3Client;
  bucket: string;
  /** Where its objects lie as files. */
  folder: string;
  /** Answered requests, in their order. */
  passed: PassedRequest[];
  /** Called before a request is passed on, which it can hold up; if it throws, the request is cut off. */
  gate: (request: Omit<PassedRequest, 'status'>) => Promise<void>;
  /** The status with which an answer goes back; undefined: the connection is cut off. */
  answer: (request: PassedRequest) => number | undefined;
  /** Of objects whose keys begin so. */
  keys(prefix: string): AsyncIterable<string>;
  /** Uploads that were begun and not ended. */
  unfinished(): Promise<number>;
  /** Ends it, and removes all it has. */
  close(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const binary = await builtTool({
    source: SOURCE,
    program: 'github.com/versity/versitygw/cmd/versitygw',
    binary: join(cacheDir(process.env), 'versitygw'),
  });
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-s3-'));
  const keys = { accessKeyId: 'test', secretAccessKey: 'test-secret' };
  const port = await freePort(undefined);
  const child = spawn(binary, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder], {
    env: { ROOT_ACCESS_KEY_ID: keys.accessKeyId, ROOT_SECRET_ACCESS_KEY: keys.secretAccessKey },
    stdio: 'ignore',
  });
  const server: Pick<S3Server, 'passed' | 'gate' | 'answer'> = {
    passed: [],
    gate: () => Promise.resolve(),
    answer: ({ status }) => status,
  };
  const proxy = createServer((asked, answer) => {
    const { pathname, searchParams: query } = new URL(asked.url ?? '/', 'http://proxy');
    const seen = { method: asked.method ?? '', path: decodeURIComponent(pathname), query };
    const passOn = (): void => {
      if (asked.destroyed) return;
      const { method, url: path, headers } = asked;
      const onward = httpRequest({ host: '127.0.0.1', port, method, path, headers });
      onward.on('response', (response: IncomingMessage) => {
        const passed = { ...seen, status: response.statusCode ?? 0 };
        server.passed.push(passed);
        const status = server.answer(passed);
        if (status !== passed.status) {
          response.resume();
          if (status === undefined) answer.destroy();
          else answer.writeHead(status).end();
          return;
        }
        answer.writeHead(status, response.headers);
        response.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      asked.on('close', () => {
        if (!asked.complete) onward.destroy();
      });
      asked.pipe(onward);
    };
    server.gate(seen).then(passOn, () => asked.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const client = new S3Client({
    ...{ endpoint, forcePathStyle: true, region: 'us-east-1', credentials: keys },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const bucket = 'studio-clips';
  const close = async (): Promise<void> => {
    client.destroy();
    proxy.closeAllConnections();
    proxy.close();
    const gone = once(child, 'exit');
    child.kill();
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 1; ; tries += 1) {
    try {
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      break;
    } catch (error) {
      if (tries === 100) throw error;
      await sleep(100);
    }
  }
  return Object.assign(server, {
    ...{ endpoint, client, bucket, folder: join(folder, bucket), close },
    direct: `http://127.0.0.1:${port}`,
    env: {
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: endpoint,
    },
    async *keys(prefix: string) {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
      for await (const { Contents = [] } of pages) for (const { Key = '' } of Contents) yield Key;
    },
    unfinished: async () => {
      const list = new ListMultipartUploadsCommand({ Bucket: bucket });
      return ((await client.send(list)).Uploads ?? []).length;
    },
  });
}
