// The form of a request, as other programs see it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRequest, requestJsonSchema } from '../../intake/request.js';
import { PACKAGE_ROOT } from '../../config/paths.js';

test('the schema in the repository is that of the code', () => {
  const path = join(PACKAGE_ROOT, 'intake', 'batch-request.schema.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(requestJsonSchema());
});

test('a request is taken as it is, and what is wrong with one is told with its place', () => {
  const request = { version: 1, manifest: 'library.csv', settings: { rate: 2 } };
  expect(readRequest(request)).toEqual(request);
  expect(() => readRequest({ manifest: 'library.csv' })).toThrow('version: none is not known');
  expect(() => readRequest({ ...request, again: 'yes' })).toThrow('again: ');
  expect(() => readRequest({ ...request, settings: { account: 'other' } })).toThrow('account');
});
