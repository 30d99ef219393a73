// A fact that stands in one place: the vendor's service. Forgotten in one of several, a second service would take
// clips for scored that it never saw.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SERVICE } from '../../contract/service.js';
import { PACKAGE_ROOT } from '../../config/paths.js';

const { include } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'tsconfig.build.json'), 'utf8')) as {
  include: string[];
};
const rooms = include.map((pattern) => pattern.replace(/\/.*/, ''));

test('the name of the service is in the code of one file', () => {
  const files = rooms.flatMap((room) =>
    readdirSync(join(PACKAGE_ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(room, name)),
  );
  const code = (file: string) =>
    readFileSync(join(PACKAGE_ROOT, file), 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => code(file).includes(SERVICE))).toEqual(['contract/service.ts']);
});
