// Which rows of a manifest were scored already.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IDENTITIES } from '../../../contract/batch.js';
import { keysOf } from '../../../outcomes/ledger/digests.js';
import type { LedgerEntry } from '../../../outcomes/ledger/entry.js';
import { KeyIndex } from '../../../manifests/key-index.js';
import { linkReader } from '../../../outcomes/ledger/link-rule.js';
import { addKeys } from '../../../outcomes/ledger/match.js';
import type { ClipTag } from '../../../outcomes/ledger/tag.js';
import { clipOf, entryOf, matched, nameless, stateOf } from './support.js';

const intro = clipOf({ id: 'intro', fileLink: 'https://cdn.example/intro.mp4?sig=night-1' });
const scored = entryOf(intro);
const tag = (text: string): ClipTag => ({ kind: 'tag', tag: text });

describe('by id and link', () => {
  test('the same of both is scored, signed anew or not', async () => {
    const signed = { ...intro, fileLink: 'https://cdn.example/intro.mp4?sig=night-2&se=1' };
    expect(await stateOf('clip', intro, [scored])).toBe('scored');
    expect(await stateOf('clip', signed, [scored])).toBe('scored');
  });

  test('the same id with another link is changed, and both are told', async () => {
    for (const fileLink of [
      'https://cdn.example/intro-2.mp4?sig=night-2',
      'https://cdn.example/intro.mp4?id=BBB&sig=night-2',
    ]) {
      expect(await matched('clip', [{ ...intro, fileLink }], [scored])).toEqual([
        {
          clip: { row: 0, line: 2, id: 'intro', fileLink: fileLink.replace(/.sig=.*/, '') },
          ...{ state: 'changed', why: 'link' },
          before: {
            ...{ soundtrack: 'night-1/soundtracks/intro.wav', batch: 'night-1' },
            ...{ taskId: 'task-intro', at: '2026-11-23T01:00:00.000Z' },
            fileLink: 'https://cdn.example/intro.mp4',
          },
        },
      ]);
    }
  });

  test('the same link with another id is new', async () => {
    expect(await stateOf('clip', { ...intro, id: 'outro' }, [scored])).toBe('new');
  });

  test('going back to an earlier link is scored', async () => {
    const later = entryOf(
      { ...intro, fileLink: 'https://cdn.example/other.mp4' },
      { at: '2026-11-24T01:00:00.000Z' },
    );
    expect(await stateOf('clip', intro, [scored, later])).toBe('scored');
  });

  test('a row without an id goes by its link', async () => {
    const link = 'https://CDN.example:443/intro.mp4?sig=night-2#t=1';
    expect(await stateOf('clip', nameless({ fileLink: link }), [scored])).toBe('scored');
    for (const fileLink of ['https://cdn.example/other.mp4', `${intro.fileLink}&id=BBB`]) {
      expect(await stateOf('clip', nameless({ fileLink }), [scored])).toBe('new');
    }
  });
});

describe('by id', () => {
  const moved = { ...intro, fileLink: 'https://elsewhere.example/intro.mov' };

  test('the same id with the same prompt is scored, whatever its link, which is told', async () => {
    expect(await matched('id', [moved], [scored])).toMatchObject([
      { state: 'scored', as: { fileLink: 'https://cdn.example/intro.mp4' } },
    ]);
  });

  test('what was scored of the same link comes before what was scored later', async () => {
    const later = entryOf(moved, { batch: 'night-2', at: '2026-11-24T01:00:00.000Z' });
    for (const entries of [
      [scored, later],
      [later, scored],
    ]) {
      expect(await matched('id', [intro], entries)).toMatchObject([{ as: { batch: 'night-1' } }]);
      expect(await matched('id', [moved], entries)).toMatchObject([{ as: { batch: 'night-2' } }]);
    }
  });

  test('case and spelling of an id make no difference, as in a manifest', async () => {
    expect(await stateOf('id', { ...intro, id: 'INTRO' }, [scored])).toBe('scored');
    const composed = entryOf({ ...intro, id: 'caf\u00e9' });
    expect(await stateOf('id', { ...intro, id: 'cafe\u0301' }, [composed])).toBe('scored');
  });

  test('another id is new, even with the same link', async () => {
    expect(await stateOf('id', { ...intro, id: 'outro' }, [scored])).toBe('new');
  });

  test('an id that was made up is no identity', async () => {
    const entry = entryOf(nameless({ fileLink: 'https://cdn.example/a.mp4' }));
    expect(entry.id).toBeUndefined();
    const owner = clipOf({ id: 'clip-1', fileLink: 'https://cdn.example/b.mp4' });
    for (const identity of ['clip', 'id'] as const) {
      expect(await stateOf(identity, owner, [entry])).toBe('new');
      expect(await stateOf(identity, nameless({ fileLink: owner.fileLink }), [entry])).toBe('new');
    }
  });
});

describe('by link', () => {
  test('signed links of two nights are the same clip', async () => {
    const signed = { ...intro, id: 'other', fileLink: 'https://cdn.example/intro.mp4?sig=night-2' };
    expect(await stateOf('link', signed, [scored])).toBe('scored');
  });

  test('the same id at another link is new', async () => {
    for (const fileLink of ['https://cdn.example/b/intro.mp4', `${intro.fileLink}&id=BBB`]) {
      expect(await stateOf('link', { ...intro, fileLink }, [scored])).toBe('new');
    }
  });

  test('rows that a token alone tells apart are not taken for each other', async () => {
    const [a, b] = ['a', 'b'].map((token, row) =>
      clipOf({ row, fileLink: `https://cdn.example/get?token=${token}` }),
    ) as [typeof intro, typeof intro];
    for (const identity of ['clip', 'link'] as const) {
      const rows = [a, b].map((clip) => (identity === 'clip' ? { ...clip, idMade: true } : clip));
      expect(await matched(identity, rows as (typeof a)[], [entryOf(a)])).toMatchObject([
        { state: 'new', why: 'unclear' },
        { state: 'new', why: 'unclear' },
      ]);
      expect(await stateOf(identity, a, [entryOf(a)])).toBe('scored');
    }
    const kept = linkReader(['!token']);
    const entry = { ...entryOf(a), ...keysOf(a, kept(a.fileLink)) };
    const states = await matched({ identity: 'link', signatures: ['!token'] }, [a, b], [entry]);
    expect(states.map(({ state }) => state)).toEqual(['scored', 'new']);
  });
});

describe('by ETag', () => {
  const entry = entryOf(intro, {}, tag('"v1"'));

  test('the same version at the same link is scored', async () => {
    expect(await stateOf('etag', intro, [entry], tag('"v1"'))).toBe('scored');
  });

  test('another version is new', async () => {
    expect(await stateOf('etag', intro, [entry], tag('"v2"'))).toBe('new');
  });

  test('the same ETag at another link is another clip', async () => {
    for (const fileLink of ['https://cdn.example/other.mp4', `${intro.fileLink}&id=BBB`]) {
      expect(await stateOf('etag', { ...intro, fileLink }, [entry], tag('"v1"'))).toBe('new');
    }
  });

  test('where the server names no version, the link alone counts', async () => {
    expect(await stateOf('etag', intro, [entry], { kind: 'missing' })).toBe('scored');
  });

  test('where the server could not be asked, the row is new', async () => {
    expect(await stateOf('etag', intro, [entry], { kind: 'unreachable' })).toBe('new');
  });
});

describe('music', () => {
  test('another prompt makes a clip changed', async () => {
    expect(await matched('clip', [{ ...intro, prompt: 'Loud drums' }], [scored])).toMatchObject([
      { state: 'changed', why: 'prompt' },
    ]);
  });

  test('other columns and params do not', async () => {
    const row = { ...intro, params: 'crm-7', extra: { campaign: 'winter' } };
    expect(await stateOf('clip', row, [scored])).toBe('scored');
  });

  test('going back to an earlier prompt is scored, not changed', async () => {
    const later = entryOf({ ...intro, prompt: 'Loud drums' }, { at: '2026-11-24T01:00:00.000Z' });
    expect(await stateOf('clip', intro, [scored, later])).toBe('scored');
  });
});

describe('a soundtrack that is gone', () => {
  const older = entryOf(intro, { batch: 'night-0', at: '2026-11-22T01:00:00.000Z' });
  const options = (...gone: string[]) => ({
    isThere: ({ batch }: LedgerEntry) => Promise.resolve(!gone.includes(batch)),
  });

  test.each(IDENTITIES)('is scored anew, and told, by %s', async (identity) => {
    const entry = entryOf(intro, {}, tag('"v1"'));
    const given = { identity, ...options('night-1') };
    expect(await matched(given, [intro], [entry], [tag('"v1"')])).toMatchObject([
      { state: 'new', why: 'gone', before: { batch: 'night-1' } },
    ]);
  });

  test('gives way to an earlier one that is there, in whatever order they come', async () => {
    for (const entries of [
      [older, scored],
      [scored, older],
    ]) {
      expect(await matched(options('night-1'), [intro], entries)).toMatchObject([
        { state: 'scored', as: { batch: 'night-0' } },
      ]);
    }
  });
});

test('the newest of several entries is pointed to, in whatever order they come', async () => {
  const entries = ['21', '25', '23'].map((day) =>
    entryOf(intro, { batch: `night-${day}`, at: `2026-11-${day}T01:00:00.000Z` }),
  );
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(entries, { minLength: 3 }), async (order) => {
      expect(await matched('clip', [intro], order)).toMatchObject([{ as: { batch: 'night-25' } }]);
    }),
  );
});

test('rows of the same clip in one manifest are each looked up', async () => {
  const rows = [
    nameless({ row: 0, prompt: 'Calm piano' }),
    nameless({ row: 1, prompt: 'Loud drums' }),
    nameless({ row: 2, prompt: 'Calm piano' }),
  ].map((clip) => ({ ...clip, fileLink: intro.fileLink }));
  expect((await matched('clip', rows, [scored])).map(({ state }) => state)).toEqual([
    ...['scored', 'changed', 'scored'],
  ]);
});

test('a row with a fault is not looked up', async () => {
  const faulty = { ...intro, row: 1, fileLink: 'not a link', fault: 'no link' };
  const found = await matched('clip', [faulty, intro], [scored]);
  expect(found.map(({ clip }) => clip.row)).toEqual([0]);
});

test('a row is what the entries of its own clip make it', async () => {
  const some = fc.record({
    id: fc.option(fc.constantFrom('a', 'b', 'c')),
    path: fc.constantFrom('x', 'y'),
    clip: fc.constantFrom('', 'id=1', 'id=2'),
    signature: fc.constantFrom('', 'X-Amz-Signature=1', 'X-Amz-Signature=2'),
    prompt: fc.constantFrom('Calm piano', 'Loud drums'),
    version: fc.constantFrom('v1', 'v2'),
    isThere: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...IDENTITIES),
      fc.array(some),
      fc.array(some),
      async (identity, before, now) => {
        const clipIn = (one: (typeof now)[number], row: number) => {
          const { id, path, clip, signature, prompt } = one;
          const given = {
            row,
            prompt,
            fileLink: `https://cdn.example/${path}?${clip}&${signature}`,
          };
          return id === null ? nameless(given) : clipOf({ ...given, id });
        };
        const entries: LedgerEntry[] = before.map((one, row) =>
          entryOf(clipIn(one, row), { batch: `${one.isThere}` }, tag(one.version)),
        );
        const isThere = ({ batch }: LedgerEntry) => Promise.resolve(batch === 'true');
        const tags = now.map(({ version }) => tag(version));
        const found = await matched({ identity, isThere }, now.map(clipIn), entries, tags);
        const states = now.map((row) => {
          const isLinked = (one: typeof row) => one.path === row.path && one.clip === row.clip;
          const known = before.filter((one) => {
            if (identity === 'etag') return isLinked(one) && one.version === row.version;
            if (identity === 'link' || row.id === null) return isLinked(one);
            return one.id === row.id;
          });
          const same = known.filter((one) => identity !== 'clip' || isLinked(one));
          const alike = same.filter(({ prompt }) => prompt === row.prompt);
          if (alike.length > 0) return alike.some((one) => one.isThere) ? 'scored' : 'new';
          return known.length > 0 ? 'changed' : 'new';
        });
        expect(found.map(({ state }) => state)).toEqual(states);
        // Without the rows that the ledger does not know, all others stand as they did.
        const keys = new KeyIndex();
        for (const entry of entries) addKeys(keys, entry);
        const given = { identity, isThere, known: keys };
        const kept = await matched(given, now.map(clipIn), entries, tags);
        const rows = new Set(kept.map(({ clip }) => clip.row));
        expect(found.filter(({ clip }) => rows.has(clip.row))).toEqual(kept);
        const left = found.filter(({ clip }) => !rows.has(clip.row));
        expect(left.every((one) => one.state === 'new' && one.why === undefined)).toBe(true);
      },
    ),
  );
});
