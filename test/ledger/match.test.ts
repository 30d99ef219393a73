// Which rows of a manifest were scored already.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IDENTITIES } from '../../contract/batch.js';
import type { LedgerEntry } from '../../ledger/entry.js';
import type { ClipTag } from '../../ledger/tag.js';
import { clipOf, entryOf, matched, nameless, stateOf } from './support.js';

const intro = clipOf({ id: 'intro', fileLink: 'https://cdn.example/intro.mp4?sig=night-1' });
const scored = entryOf(intro);
const tag = (text: string): ClipTag => ({ kind: 'tag', tag: text });

describe('by id', () => {
  test('the same id with the same prompt is scored, whatever its link', () => {
    const moved = { ...intro, fileLink: 'https://elsewhere.example/intro.mov' };
    expect(stateOf('id', moved, [scored])).toBe('scored');
  });

  test('case and spelling of an id make no difference, as in a manifest', () => {
    expect(stateOf('id', { ...intro, id: 'INTRO' }, [scored])).toBe('scored');
    const composed = entryOf({ ...intro, id: 'caf\u00e9' });
    expect(stateOf('id', { ...intro, id: 'cafe\u0301' }, [composed])).toBe('scored');
  });

  test('another id is new, even with the same link', () => {
    expect(stateOf('id', { ...intro, id: 'outro' }, [scored])).toBe('new');
  });

  test('a row without an id goes by its link without query and fragment', () => {
    const link = 'https://CDN.example:443/intro.mp4?sig=night-2#t=1';
    expect(stateOf('id', nameless({ fileLink: link }), [scored])).toBe('scored');
    const other = nameless({ fileLink: 'https://cdn.example/other.mp4' });
    expect(stateOf('id', other, [scored])).toBe('new');
  });

  test('an id that was made up is no identity', () => {
    const entry = entryOf(nameless({ fileLink: 'https://cdn.example/a.mp4' }));
    expect(entry.id).toBeUndefined();
    const owner = clipOf({ id: 'clip-1', fileLink: 'https://cdn.example/b.mp4' });
    expect(stateOf('id', owner, [entry])).toBe('new');
    expect(stateOf('id', nameless({ fileLink: owner.fileLink }), [entry])).toBe('new');
  });
});

describe('by link', () => {
  test('signed links of two nights are the same clip', () => {
    const signed = { ...intro, id: 'other', fileLink: 'https://cdn.example/intro.mp4?sig=night-2' };
    expect(stateOf('link', signed, [scored])).toBe('scored');
  });

  test('the same id at another link is new', () => {
    const moved = { ...intro, fileLink: 'https://cdn.example/b/intro.mp4' };
    expect(stateOf('link', moved, [scored])).toBe('new');
  });
});

describe('by ETag', () => {
  const entry = entryOf(intro, {}, tag('"v1"'));

  test('the same version at the same link is scored', () => {
    expect(stateOf('etag', intro, [entry], tag('"v1"'))).toBe('scored');
  });

  test('another version is new', () => {
    expect(stateOf('etag', intro, [entry], tag('"v2"'))).toBe('new');
  });

  test('the same ETag at another link is another clip', () => {
    const other = { ...intro, fileLink: 'https://cdn.example/other.mp4' };
    expect(stateOf('etag', other, [entry], tag('"v1"'))).toBe('new');
  });

  test('where the server names no version, the link alone counts', () => {
    expect(stateOf('etag', intro, [entry], { kind: 'missing' })).toBe('scored');
  });

  test('where the server could not be asked, the row is new', () => {
    expect(stateOf('etag', intro, [entry], { kind: 'unreachable' })).toBe('new');
  });
});

describe('music', () => {
  test('another prompt makes a clip changed', () => {
    expect(stateOf('id', { ...intro, prompt: 'Loud drums' }, [scored])).toBe('changed');
  });

  test('other columns and params do not', () => {
    const row = { ...intro, params: 'crm-7', extra: { campaign: 'winter' } };
    expect(stateOf('id', row, [scored])).toBe('scored');
  });

  test('going back to an earlier prompt is scored, not changed', () => {
    const later = entryOf({ ...intro, prompt: 'Loud drums' }, { at: '2026-11-24T01:00:00.000Z' });
    expect(stateOf('id', intro, [scored, later])).toBe('scored');
  });
});

test('the newest of several entries is pointed to, in whatever order they come', () => {
  const entries = ['21', '25', '23'].map((day) =>
    entryOf(intro, { batch: `night-${day}`, at: `2026-11-${day}T01:00:00.000Z` }),
  );
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: 3 }), (order) => {
      expect(matched('id', [intro], order)).toMatchObject([{ as: { batch: 'night-25' } }]);
    }),
  );
});

test('rows of the same clip in one manifest are each looked up', () => {
  const rows = [
    nameless({ row: 0, prompt: 'Calm piano' }),
    nameless({ row: 1, prompt: 'Loud drums' }),
    nameless({ row: 2, prompt: 'Calm piano' }),
  ].map((clip) => ({ ...clip, fileLink: intro.fileLink }));
  expect(matched('id', rows, [scored]).map(({ state }) => state)).toEqual([
    ...['scored', 'changed', 'scored'],
  ]);
});

test('a row with a fault is not looked up', () => {
  const faulty = { ...intro, row: 1, fileLink: 'not a link', fault: 'no link' };
  expect(matched('id', [faulty, intro], [scored]).map(({ row }) => row)).toEqual([0]);
});

test('a row is what the entries of its own clip make it', () => {
  const some = fc.record({
    id: fc.option(fc.constantFrom('a', 'b', 'c')),
    path: fc.constantFrom('x', 'y'),
    query: fc.constantFrom('', '?s=1', '?s=2'),
    prompt: fc.constantFrom('Calm piano', 'Loud drums'),
    version: fc.constantFrom('v1', 'v2'),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...IDENTITIES),
      fc.array(some),
      fc.array(some),
      (identity, before, now) => {
        const clip = ({ id, path, query, prompt }: (typeof now)[number], row: number) => {
          const fileLink = `https://cdn.example/${path}${query}`;
          const given = { row, prompt, fileLink };
          return id === null ? nameless(given) : clipOf({ ...given, id });
        };
        const entries: LedgerEntry[] = before.map((one, row) =>
          entryOf(clip(one, row), {}, tag(one.version)),
        );
        const found = matched(
          identity,
          now.map(clip),
          entries,
          now.map(({ version }) => tag(version)),
        );
        const states = now.map((row) => {
          const same = before.filter((one) => {
            if (identity === 'id' && row.id !== null) return one.id === row.id;
            return one.path === row.path && (identity !== 'etag' || one.version === row.version);
          });
          if (same.some(({ prompt }) => prompt === row.prompt)) return 'scored';
          return same.length > 0 ? 'changed' : 'new';
        });
        expect(found.map(({ state }) => state)).toEqual(states);
      },
    ),
  );
});
