import { expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from '../../workers/logger.js';
import { Secret } from '../../config/secret.js';
import { formsIn, formsOf } from '../support/disguises.js';

const MAC = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA';

function collect(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, logger: createLogger({ level: 'info', destination, ...options }) };
}

const urls = [
  'https://cdn.example/a.mp4?X-Signature=abc',
  'https://user:pass@cdn.example/a.mp4',
  `https://me.example/callbacks/b/1/0/1/${MAC}`,
];

test.each<[string, (logger: ReturnType<typeof createLogger>, url: string) => void]>([
  ['a message', (logger, url) => logger.info(`got ${url} now`)],
  ['an argument of a message', (logger, url) => logger.info('got %s', url)],
  ['a field', (logger, url) => logger.info({ url }, 'x')],
  ['a deep field', (logger, url) => logger.info({ a: [{ b: { c: url } }] }, 'x')],
  ['JSON in a field', (logger, url) => logger.info({ body: JSON.stringify({ url }) }, 'x')],
  ['an error', (logger, url) => logger.info(new Error(`no ${url}`))],
  ['a cause', (logger, url) => logger.info({ err: new Error('x', { cause: new Error(url) }) })],
  ['a child logger', (logger, url) => logger.child({ url }).info('x')],
])('no URL secret gets into a line by %s', (_, log) => {
  for (const url of urls) {
    const { lines, logger } = collect();
    log(logger, url);
    expect(lines).toHaveLength(1);
    expect(() => JSON.parse(lines[0]!) as unknown).not.toThrow();
    expect(lines[0]).toMatch(/cdn\.example\/a\.mp4|me\.example\/callbacks\/b\/1\/0\/1\/\[hidden\]/);
    expect(lines[0]).not.toMatch(new RegExp(`abc|pass@|${MAC}`));
  }
});

test('a callback path without a host loses its MAC', () => {
  const { lines, logger } = collect();
  logger.info({ req: { url: `/callbacks/b/1/0/1/${MAC}` } });
  expect(lines[0]).toContain('"/callbacks/b/1/0/1/[hidden]"');
});

test('Basic authentication is hidden', () => {
  const { lines, logger } = collect();
  logger.info({ headers: { authorization: `Basic ${btoa('key:secret')}` } });
  expect(lines[0]).toContain('"Basic [hidden]"');
});

test('given values are hidden, also where JSON escapes them, and secrets hide themselves', () => {
  const secret = new Secret('ses"am\\e');
  const { lines, logger } = collect({ hide: [secret] });
  logger.info({ secret, text: secret.reveal() }, `x ${secret.reveal()} y`);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    secret: '[hidden]',
    text: '[hidden]',
    msg: 'x [hidden] y',
  });
});

test.each(Object.entries(formsOf('app/secret+4711=')))(
  'given values are hidden in the form %s, in fields too, and lines stay JSON',
  (_, forms) => {
    const { lines, logger } = collect({ hide: [new Secret('app/secret+4711=')] });
    for (const form of forms) logger.info({ deep: { body: `{"x":"${form}"}` } }, `said ${form}.`);
    for (const line of lines) {
      expect(() => JSON.parse(line) as unknown).not.toThrow();
      expect(formsIn(line, 'app/secret+4711=')).toEqual([]);
    }
  },
);

test.each([encodeURIComponent, (url: string) => url.replaceAll('/', '\\/')])(
  'no URL secret gets into a line where it is escaped',
  (escape) => {
    for (const url of urls) {
      const { lines, logger } = collect();
      logger.info({ said: `from ${escape(url)} now`, body: JSON.stringify({ url: escape(url) }) });
      expect(() => JSON.parse(lines[0]!) as unknown).not.toThrow();
      expect(lines[0]).not.toMatch(new RegExp(`abc|pass|${MAC}`));
    }
  },
);

test('an error where the SDK has it keeps its message and its cause', () => {
  const { lines, logger } = collect();
  const error = new Error('down', { cause: new Error('refused') });
  logger.warn({ error }, 'Activity failed');
  expect(JSON.parse(lines[0]!)).toMatchObject({ error: { message: 'down: refused' } });
});

test('levels below the chosen one are left out', () => {
  const { lines, logger } = collect({ level: 'warn' });
  logger.info('x');
  logger.warn('y');
  expect(lines).toHaveLength(1);
  const silent = collect({ level: 'silent' });
  silent.logger.fatal('z');
  expect(silent.lines).toHaveLength(0);
});
