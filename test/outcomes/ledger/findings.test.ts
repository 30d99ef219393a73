// What people are told of rows that the ledger knows.
import { describe, expect, test } from 'vitest';
import { FindingList, findingOf, noteOf } from '../../../outcomes/ledger/findings.js';
import type { MatchOptions } from '../../../outcomes/ledger/match.js';
import { clipOf, entryOf, matched, nameless } from './support.js';

const intro = clipOf({ id: 'intro', fileLink: 'https://cdn.example/intro.mp4?v=1&sig=s3cret' });
const moved = { ...intro, fileLink: 'https://cdn.example/intro.mp4?v=2&sig=s3cret' };

async function told(given: Partial<MatchOptions>, clips: (typeof intro)[]) {
  const rows = await matched(given, clips, [entryOf(intro)]);
  return rows.map((row) => {
    const finding = findingOf(row);
    return finding && noteOf(finding);
  });
}

const BEFORE = 'it was scored 2026-11-23 by batch night-1';
const LINKS =
  'with another link: https://cdn.example/intro.mp4?v=1, now https://cdn.example/intro.mp4?v=2';

describe('of a row', () => {
  test('that is scored, new, or has another prompt nothing is told', async () => {
    for (const clip of [intro, { ...intro, id: 'other' }, { ...intro, prompt: 'Loud drums' }]) {
      expect(await told({}, [clip])).toEqual([undefined]);
    }
  });

  test('with another link than before both are told, without their signatures', async () => {
    expect(await told({}, [moved])).toEqual([
      {
        ...{ row: 0, id: 'intro', code: 'link_changed' },
        message: `${BEFORE} ${LINKS} (it is scored anew)`,
      },
    ]);
  });

  test('that is skipped with another link both are told', async () => {
    expect(await told({ identity: 'id' }, [moved])).toMatchObject([
      {
        code: 'link_ignored',
        message: `${BEFORE} ${LINKS} (it is skipped, because only the id counts)`,
      },
    ]);
  });

  test('whose soundtrack is gone, its place is told', async () => {
    const isThere = () => Promise.resolve(false);
    expect(await told({ isThere }, [intro])).toMatchObject([
      {
        code: 'soundtrack_gone',
        message: `${BEFORE}, and its soundtrack is gone: night-1/soundtracks/intro.wav (it is scored anew)`,
      },
    ]);
  });

  test('that a token alone tells from others it is told, if one of them was scored', async () => {
    const rows = ['a', 'b'].map((token, row) =>
      nameless({ row, fileLink: `${intro.fileLink}&token=${token}` }),
    );
    expect(await told({}, rows)).toMatchObject([
      ...[{ code: 'link_unclear' }, { code: 'link_unclear' }],
    ]);
    const others = rows.map((row) => ({
      ...row,
      fileLink: `https://cdn.example/?${row.fileLink}`,
    }));
    expect(await told({}, others)).toEqual([undefined, undefined]);
  });

  test('links of any length are told in a bounded text, with both ends', async () => {
    const long = { ...intro, fileLink: `https://cdn.example/${'x'.repeat(3000)}/end.mp4` };
    const [note] = await told({}, [long]);
    expect(note?.message.length).toBeLessThan(1200);
    expect(note?.message).toContain('/end.mp4 (it is scored anew)');
  });
});

test('a list counts all and keeps the first', async () => {
  const list = new FindingList(2, ({ row }) => row);
  expect(list.found).toBeUndefined();
  for (const row of [0, 1, 2]) {
    for (const match of await matched({}, [{ ...moved, row }], [entryOf(intro)])) {
      const finding = findingOf(match);
      if (finding) list.add(finding);
    }
  }
  expect(list.found).toEqual({ counts: { link_changed: 3 }, notes: [0, 1] });
  expect(list.total).toBe(3);
});
