// Links as Temporal keeps them: sealed, or named by a variable of the worker.
import { describe, expect, test } from 'vitest';
import { readReference, readSealed, shownLink } from '../../contract/secret-link.js';
import { holdsSecret } from '../../intake/plain-links.js';
import { createLinkSeal, sealedManifest, sealedNotify } from '../../intake/link-seal.js';
import { formsIn } from '../support/disguises.js';

const LINK = 'https://files.example/library.csv?X-Amz-Signature=0123456789abcdef';
const links = createLinkSeal('secret of an account', {
  REELSCORE_LINK_HOOK: ' https://hooks.example/t0k3n ',
  REELSCORE_LINK_EMPTY: '',
  REELSCORE_LINK_WORD: 'not-a-link-but-a-word',
  TOMOVIEE_APP_SECRET: 'https://app-secret.example',
});
const sealed = links.seal(LINK, shownLink(LINK));

describe('a sealed link', () => {
  test('shows what may be shown and nothing else, and opens to what it was', () => {
    expect(shownLink(sealed)).toBe('https://files.example/library.csv?...');
    expect(formsIn(sealed, 'X-Amz-Signature')).toEqual([]);
    expect(formsIn(sealed, '0123456789abcdef')).toEqual([]);
    expect(links.open(sealed)).toBe(LINK);
  });

  test('is the same for the same link, which a call made again needs, and stays as it is', () => {
    expect(links.seal(LINK, shownLink(LINK))).toBe(sealed);
    expect(links.seal(sealed, 'x')).toBe(sealed);
    expect(links.seal('env:REELSCORE_LINK_HOOK', 'x')).toBe('env:REELSCORE_LINK_HOOK');
    expect(links.seal(`${LINK}0`, shownLink(LINK))).not.toBe(sealed);
  });

  test('of another key cannot be opened, and tells what is missing', () => {
    const other = createLinkSeal('secret of another account', {});
    expect(() => other.open(sealed)).toThrow(
      /^the link to https:\/\/files\.example\/library\.csv\?\.\.\. was sealed with another key \(.*REELSCORE_CALLBACK_SECRET/,
    );
  });

  test('that was changed cannot be opened, whatever was changed of it', () => {
    const parts = sealed.split(':');
    const changed = (at: number, text: string) => parts.with(at, text).join(':');
    const box = parts[3] ?? '';
    const first = box.startsWith('A') ? 'B' : 'A';
    for (const text of [
      changed(3, first + box.slice(1)),
      changed(3, `${box.slice(0, 30)}${box[30] === 'A' ? 'B' : 'A'}${box.slice(31)}`),
      changed(3, box.slice(0, 20)),
      changed(3, 'A'),
      sealed.replace('files.example', 'evil.example'),
    ]) {
      expect(() => links.open(text)).toThrow(/^the sealed link to .* was changed/);
    }
  });

  test('is no other version', () => {
    expect(readSealed(sealed.replace('sealed:1', 'sealed:2'))).toBeUndefined();
  });
});

describe('a link that a variable of the worker holds', () => {
  test('is read where it is used', () => {
    expect(links.open('env:REELSCORE_LINK_HOOK')).toBe('https://hooks.example/t0k3n');
  });

  test.each([
    ['env:REELSCORE_LINK_EMPTY', 'REELSCORE_LINK_EMPTY is not set'],
    ['env:REELSCORE_LINK_NONE', 'REELSCORE_LINK_NONE is not set'],
    ['env:REELSCORE_LINK_WORD', 'REELSCORE_LINK_WORD is not an http(s) URL'],
  ])('%s: %s', (text, fault) => {
    const open = () => links.open(text);
    expect(open).toThrow(fault);
    expect(open).not.toThrow('not-a-link-but-a-word');
  });

  test('is none of the other variables', () => {
    for (const name of ['TOMOVIEE_APP_SECRET', 'PATH', 'REELSCORE_LINK_', 'reelscore_link_hook']) {
      expect(readReference(`env:${name}`)).toBeUndefined();
      expect(links.open(`env:${name}`)).toBe(`env:${name}`); // a path
    }
  });
});

test('of receivers only the origin is shown; of manifests only links that may be signed are sealed', () => {
  expect(shownLink(sealedNotify(links.seal, 'https://hooks.example/services/T0K3N'))).toBe(
    'https://hooks.example',
  );
  for (const plain of ['/srv/library.csv', 'https://files.example/library.csv', 'a?b.csv']) {
    expect(sealedManifest(links.seal, plain)).toBe(plain);
  }
  for (const secret of [
    LINK,
    'http://files.example?t=1',
    'https://u:p@files.example/library.csv',
  ]) {
    expect(holdsSecret(secret)).toBe(true);
    expect(links.open(sealedManifest(links.seal, secret))).toBe(secret);
  }
});

test.each([
  [LINK, 'https://files.example/library.csv?...'],
  ['https://u:p@files.example/a.csv#f', 'https://files.example/a.csv?...'],
  ['https://files.example/a.csv', 'https://files.example/a.csv'],
  ['/srv/a?b.csv', '/srv/a?b.csv'],
  ['env:REELSCORE_LINK_HOOK', 'env:REELSCORE_LINK_HOOK'],
])('people see of %s: %s', (link, shown) => {
  expect(shownLink(link)).toBe(shown);
});
