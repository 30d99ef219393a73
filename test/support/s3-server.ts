import { afterAll } from 'vitest';
import { startS3, type S3Server } from './start-s3.js';

/** Call it at the top level of the file; all of it is gone after the file's tests. */
export async function s3Server(): Promise<S3Server> {
  const server = await startS3();
  afterAll(() => server.close());
  return server;
}
